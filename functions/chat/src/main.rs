//! The function `chat`.

use chat::{Assistant, Meanings};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    let models = verse_models::start(&app).await?;
    let assistant = Assistant {
        model: models.ai.model,
        meanings: models.ai.embedder.map(Meanings::of),
        history_limit: models.limits.history_chars,
    };
    // Connecting costs most where processors are slow, and Lambda lends a fast one before the first request only.
    app.warm_up().await;
    verse_http::run(chat::routes().provide(assistant), app).await
}
