//! The function `insight`.

use lambda_runtime::Error;
use verse_generation::Generator;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let app = verse_http::start()?;
    let generator = Generator::start(&app).await?;
    app.warm_up().await;
    verse_http::run(insight::routes().provide(generator), app).await
}
