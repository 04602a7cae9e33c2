//! [`EmbeddingProvider`]: texts as vectors, by somebody's API.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use genai::embed::{EmbedOptions, Embedding};
use tokio::time::{Instant, sleep, timeout_at};

use super::{HttpClient, Jitter, Service, failure::failure, http_client::Connection, retry};
use crate::{Embedder, ModelError, prompts::clipped};

/// What a vector has in the database.
const DIMENSIONS: usize = 1024;

/// Texts in one call.
const BATCH: usize = 128;

/// Characters of a text that count: in no script more tokens than a model reads.
const CHARS: usize = 4000;

/// An embedding model that is asked over HTTP. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EmbeddingProvider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: HttpClient,
    service: Service,
    jitter: Jitter,
}

impl EmbeddingProvider {
    /// The embedding model of `service`.
    #[must_use]
    pub fn new(client: HttpClient, service: Service, jitter: Jitter) -> Self {
        Self(Arc::new(Inner {
            client,
            service,
            jitter,
        }))
    }

    async fn embed_all(
        self,
        texts: Vec<String>,
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            let batch: Vec<String> = batch.iter().map(|text| clipped(text, CHARS)).collect();
            vectors.extend(self.embed_batch(batch, deadline).await?);
        }
        Ok(vectors)
    }

    /// Asks as often as [`retry`] allows.
    async fn embed_batch(
        &self,
        batch: Vec<String>,
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut again = 0;
        let mut connection = Connection::Any;
        loop {
            let error = match self.ask(batch.clone(), connection, deadline).await {
                Ok(vectors) => return Ok(vectors),
                Err(error) => error,
            };
            let now = Instant::now();
            let Some(wait) = retry::wait(&error, again, now, deadline, &self.0.jitter) else {
                return Err(error);
            };
            sleep(wait).await;
            again += 1;
            connection = retry::connection(&error);
        }
    }

    /// Asks once.
    async fn ask(
        &self,
        batch: Vec<String>,
        connection: Connection,
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        #[cfg(feature = "bedrock")]
        if let Some(base_url) = self.0.service.bedrock_url() {
            let titan = super::titan::Titan {
                client: &self.0.client.plain,
                base_url,
                model: self.0.service.model(),
                dimensions: DIMENSIONS,
            };
            let vectors = timeout_at(deadline, titan.embed(&batch)).await;
            let vectors = vectors.map_err(|_| ModelError::TimedOut)??;
            let numbered = vectors.into_iter().enumerate();
            let embeddings = numbered.map(|(index, vector)| Embedding::new(vector, index));
            return in_order(embeddings.collect(), batch.len());
        }
        let count = batch.len();
        let options = EmbedOptions::new().with_dimensions(DIMENSIONS);
        let inner = &self.0;
        let call = inner.client.models(connection).embed_batch(
            inner.service.target(),
            batch,
            Some(&options),
        );
        let answer = timeout_at(deadline, call)
            .await
            .map_err(|_| ModelError::TimedOut)?
            .map_err(|error| failure(&error))?;
        in_order(answer.embeddings, count)
    }
}

impl Embedder for EmbeddingProvider {
    fn name(&self) -> &str {
        self.0.service.model()
    }

    fn embed(
        &self,
        texts: Vec<String>,
        deadline: Instant,
    ) -> BoxFuture<'static, Result<Vec<Vec<f32>>, ModelError>> {
        self.clone().embed_all(texts, deadline).boxed()
    }
}

/// One vector for each text, in the order of the texts, or none at all.
fn in_order(mut embeddings: Vec<Embedding>, count: usize) -> Result<Vec<Vec<f32>>, ModelError> {
    embeddings.sort_by_key(|embedding| embedding.index);
    let is_complete = embeddings.len() == count
        && embeddings
            .iter()
            .enumerate()
            .all(|(index, embedding)| embedding.index == index);
    if !is_complete {
        return Err(ModelError::Unusable {
            reason: "not a vector for each text",
        });
    }
    let vectors: Vec<Vec<f32>> = embeddings
        .into_iter()
        .map(|embedding| embedding.vector)
        .collect();
    // A vector of nothing has no direction, and no distance to another.
    let is_vector = |vector: &Vec<f32>| {
        vector.len() == DIMENSIONS
            && vector.iter().all(|number| number.is_finite())
            && vector.iter().any(|number| *number != 0.0)
    };
    if vectors.iter().all(is_vector) {
        Ok(vectors)
    } else {
        Err(ModelError::Unusable {
            reason: "not a vector of the dimensions that were asked for",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(index: usize) -> Embedding {
        let mut vector = vec![0.0; DIMENSIONS];
        vector[index] = 1.0;
        Embedding::new(vector, index)
    }

    #[test]
    fn vectors_come_in_the_order_of_their_texts() {
        let vectors = in_order(vec![unit(1), unit(0)], 2).unwrap();
        assert!(vectors[0][0] > 0.5 && vectors[1][1] > 0.5);
    }

    #[test]
    fn what_is_not_a_vector_for_each_text_is_refused() {
        for (embeddings, count) in [
            (vec![unit(0)], 2),
            (vec![unit(0), unit(1)], 1),
            (vec![unit(0), unit(0)], 2),
            (vec![Embedding::new(vec![1.0; 3], 0)], 1),
            (vec![Embedding::new(vec![0.0; DIMENSIONS], 0)], 1),
            (vec![Embedding::new(vec![f32::NAN; DIMENSIONS], 0)], 1),
        ] {
            assert!(matches!(
                in_order(embeddings, count),
                Err(ModelError::Unusable { .. })
            ));
        }
    }
}
