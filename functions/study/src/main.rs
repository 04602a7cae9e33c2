//! The function `study`.

use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    verse_http::run(study::routes(), verse_http::start()?).await
}
