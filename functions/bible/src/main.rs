//! The function `bible`.

use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // No connection is opened before the first request: only `save=true` needs one.
    verse_http::run(bible::routes(), verse_http::start()?).await
}
