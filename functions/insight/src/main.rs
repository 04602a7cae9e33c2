//! The function `insight`.

use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    let models = verse_models::start(&app).await?;
    // Connecting costs most where processors are slow, and Lambda lends a fast one before the first request only.
    app.warm_up().await;
    verse_http::run(insight::routes().provide(models.ai.model), app).await
}
