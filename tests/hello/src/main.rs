//! A bare `lambda_http` hello world: one axum route, nothing else.
//!
//! The bench puts its figures beside every other function's, so it is built with the same profile
//! and the same dependencies' features, and does nothing that a function could leave out.

use axum::{Router, routing::get};
use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(Router::new().route("/api/hello", get(async || "Hello, world!"))).await
}
