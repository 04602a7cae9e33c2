//! The function `chat`.

use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    // Connecting costs most where processors are slow, and Lambda lends a fast one before the first request only.
    app.warm_up().await;
    verse_http::run(chat::routes(), app).await
}
