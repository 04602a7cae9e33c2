//! Models behind an API, all called through `genai`: [`Service`] has the differences between providers, [`Provider`] the
//! rest.

mod checked;
mod embedding;
mod failure;
mod http_client;
mod key_reload;
mod provider;
mod reply_stream;
mod retry;
mod service;
mod structured_output;
#[cfg(feature = "bedrock")]
mod titan;

pub use embedding::EmbeddingProvider;
pub use http_client::{ClientError, HttpClient};
pub(crate) use key_reload::CurrentService;
pub use key_reload::ReloadConfig;
pub use provider::Provider;
pub use service::Service;
