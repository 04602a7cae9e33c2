//! The function `definition`.

use lambda_runtime::Error;
use verse_ai::{AiConfig, Jitter};
use verse_data::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    let (environment, random) = (Environment::process(), app.random.clone());
    let jitter = Jitter::new(move || random.fraction());
    let ai = AiConfig::read(|name| environment.get(name))?.start(&jitter)?;
    // Connecting costs most where processors are slow, and Lambda lends a fast one before the first request only.
    app.warm_up().await;
    verse_http::run(definition::routes().provide(ai.model), app).await
}
