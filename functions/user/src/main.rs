//! The function `user`.

use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    // Connecting needs much CPU, and Lambda gives more of it to the start than to a request.
    app.warm_up().await;
    verse_http::run(user::routes(), app).await
}
