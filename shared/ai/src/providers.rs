//! Models that somebody else runs, all through `genai`: what differs between them is in [`Service`], what they share in
//! [`Provider`].

mod answer;
mod embedding;
mod failure;
mod form;
mod http_client;
mod provider;
mod retry;
mod service;
#[cfg(feature = "bedrock")]
mod titan;

pub use embedding::EmbeddingProvider;
pub use http_client::{ClientError, HttpClient};
pub use provider::Provider;
pub use retry::Jitter;
pub use service::Service;
