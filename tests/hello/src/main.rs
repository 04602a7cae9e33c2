//! A minimal `lambda_http` function with one axum route.
//!
//! The bench compares every function with it, so it has the same build profile and the same features of dependencies,
//! and no other work.

use axum::{Router, routing::get};
use lambda_http::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(Router::new().route("/api/hello", get(async || "Hello, world!"))).await
}
