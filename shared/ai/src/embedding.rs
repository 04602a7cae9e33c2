//! The [`Embedder`] trait.

use std::fmt;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use crate::ModelError;

/// Turns texts into vectors; texts with similar meanings have close vectors.
pub trait Embedder: fmt::Debug + Send + Sync {
    /// The model's name. Vectors of different models cannot be compared.
    fn name(&self) -> &str;

    /// One vector for each text, of 1024 numbers, as the database column requires.
    fn embed(
        &self,
        texts: Vec<String>,
        deadline: Instant,
    ) -> BoxFuture<'static, Result<Vec<Vec<f32>>, ModelError>>;
}
