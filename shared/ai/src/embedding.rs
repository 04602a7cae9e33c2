//! Texts as vectors.

use std::fmt;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use crate::ModelError;

/// Turns texts into vectors whose distance is that of their meanings.
pub trait Embedder: fmt::Debug + Send + Sync {
    /// The model's name: vectors of different models cannot be compared.
    fn name(&self) -> &str;

    /// One vector for each text, all of [`Embedder::dimensions`] numbers.
    fn embed(
        &self,
        texts: Vec<String>,
        deadline: Instant,
    ) -> BoxFuture<'static, Result<Vec<Vec<f32>>, ModelError>>;

    /// How many numbers a vector has.
    fn dimensions(&self) -> usize;
}
