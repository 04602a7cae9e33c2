//! The function `user`.

use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    app.warm_up().await;
    verse_http::run(user::routes(), app).await
}
