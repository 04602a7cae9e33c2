//! The function `chat`.

use chat::Assistant;
use lambda_runtime::Error;
use verse_generation::Generator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    let assistant = Assistant::new(Generator::start(&app).await?);
    app.warm_up().await;
    verse_http::run(chat::routes().provide(assistant), app).await
}
