//! The function `device-link`.

use device_link::{routes, wrong_code_limit};
use lambda_runtime::Error;
use verse_platform::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    let limit = wrong_code_limit(&Environment::process())?;
    app.warm_up().await;
    verse_http::run(routes().provide(limit), app).await
}
