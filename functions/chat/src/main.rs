//! The function `chat`.

use chat::Assistant;
use lambda_runtime::Error;
use verse_ai::{AiConfig, Jitter};
use verse_data::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    let (environment, random) = (Environment::process(), app.random.clone());
    let jitter = Jitter::new(move || random.fraction());
    let config = AiConfig::read(|name| environment.get(name))?;
    let history_limit = config.limits().history_chars;
    let ai = config.start(&jitter)?;
    let assistant = Assistant {
        model: ai.model,
        embedder: ai.embedder,
        history_limit,
    };
    // Connecting costs most where processors are slow, and Lambda lends a fast one before the first request only.
    app.warm_up().await;
    verse_http::run(chat::routes().provide(assistant), app).await
}
