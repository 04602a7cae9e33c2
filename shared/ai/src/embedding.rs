//! Texts as vectors.

use std::fmt;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use crate::ModelError;

/// Turns texts into vectors whose distance is that of their meanings.
pub trait Embedder: fmt::Debug + Send + Sync {
    /// The model's name: vectors of different models cannot be compared.
    fn name(&self) -> &str;

    /// One vector for each text, of 1024 numbers each: what the database's column holds.
    fn embed(
        &self,
        texts: Vec<String>,
        deadline: Instant,
    ) -> BoxFuture<'static, Result<Vec<Vec<f32>>, ModelError>>;
}
