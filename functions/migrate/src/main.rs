//! The function `migrate`.

use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    verse_http::run_job(app, migrate::operate).await
}
