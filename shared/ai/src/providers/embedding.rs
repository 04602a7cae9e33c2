//! [`EmbeddingProvider`]: an embedding model behind an API.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use genai::embed::{EmbedOptions, Embedding};
use tokio::time::Instant;
use verse_platform::Random;

use super::{
    HttpClient, Service,
    failure::{by, failure},
    http_client::Connection,
    key_reload::CurrentService,
    retry,
};
use crate::{Embedder, ModelError, prompts::clipped};

/// The numbers of a vector; the database's column has the same.
const DIMENSIONS: usize = 1024;

/// The texts of one call.
const BATCH: usize = 128;

/// The most characters of a text that are embedded: within the models' token limit in every script.
const MAX_CHARS: usize = 4000;

/// An embedding model that is called over HTTP. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EmbeddingProvider {
    client: HttpClient,
    service: CurrentService,
    name: String,
    random: Random,
}

impl EmbeddingProvider {
    /// The embedding model of `service`.
    #[must_use]
    pub fn new(client: HttpClient, service: impl Into<CurrentService>, random: Random) -> Self {
        let service = service.into();
        Self {
            client,
            name: service.get().model().to_owned(),
            service,
            random,
        }
    }

    async fn embed_all(
        &self,
        service: Arc<Service>,
        texts: &[String],
        deadline: Instant,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            let batch: Vec<_> = batch.iter().map(|text| clipped(text, MAX_CHARS)).collect();
            let embedded = retry::with_retries(deadline, &self.random, |connection| {
                let call = self
                    .embed_batch(&service, batch.clone(), connection)
                    .boxed();
                by(deadline, call).map(Result::flatten)
            });
            vectors.extend(in_order(embedded.await?, batch.len())?);
        }
        Ok(vectors)
    }

    async fn embed_batch(
        &self,
        service: &Service,
        batch: Vec<String>,
        connection: Connection,
    ) -> Result<Vec<Embedding>, ModelError> {
        #[cfg(feature = "bedrock")]
        if let Some(base_url) = service.bedrock_url() {
            let titan = super::titan::Titan {
                client: &self.client.plain,
                base_url,
                model: service.model(),
                dimensions: DIMENSIONS,
            };
            let vectors = titan.embed(&batch).await?.into_iter().enumerate();
            return Ok(vectors
                .map(|(index, vector)| Embedding::new(vector, index))
                .collect());
        }
        let options = EmbedOptions::new().with_dimensions(DIMENSIONS);
        let client = self.client.models(connection);
        let response = client
            .embed_batch(service.target(), batch, Some(&options))
            .await;
        Ok(response.map_err(|error| failure(&error))?.embeddings)
    }
}

impl Embedder for EmbeddingProvider {
    fn name(&self) -> &str {
        &self.name
    }

    fn embed(
        &self,
        texts: Vec<String>,
        deadline: Instant,
    ) -> BoxFuture<'static, Result<Vec<Vec<f32>>, ModelError>> {
        let this = self.clone();
        async move {
            let embed = |service| this.embed_all(service, &texts, deadline);
            this.service.call(embed).await
        }
        .boxed()
    }
}

/// One valid vector for each text, in the order of the texts, or an error.
fn in_order(mut embeddings: Vec<Embedding>, count: usize) -> Result<Vec<Vec<f32>>, ModelError> {
    embeddings.sort_by_key(|embedding| embedding.index);
    let indices = embeddings.iter().map(|embedding| embedding.index);
    if !indices.eq(0..count) {
        return Err(ModelError::Unusable {
            reason: "not one vector for each text",
        });
    }
    // A zero vector has no direction, and so no distance to another.
    let is_valid = |vector: &[f32]| {
        vector.len() == DIMENSIONS
            && vector.iter().all(|number| number.is_finite())
            && vector.iter().any(|number| *number != 0.0)
    };
    let vectors = embeddings.into_iter().map(|embedding| {
        let vector = embedding.vector;
        is_valid(&vector).then_some(vector)
    });
    vectors.collect::<Option<_>>().ok_or(ModelError::Unusable {
        reason: "not a vector of the requested dimensions",
    })
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
    fn vectors_are_in_the_order_of_their_texts() {
        let vectors = in_order(vec![unit(1), unit(0)], 2).unwrap();
        assert!(vectors[0][0] > 0.5 && vectors[1][1] > 0.5);
    }

    #[test]
    fn anything_but_one_valid_vector_for_each_text_is_refused() {
        for (embeddings, count) in [
            (vec![unit(0)], 2),
            (vec![unit(0), unit(1)], 1),
            (vec![unit(0), unit(0)], 2),
            (vec![Embedding::new(vec![1.0; 3], 0)], 1),
            (vec![Embedding::new(vec![0.0; DIMENSIONS], 0)], 1),
            (vec![Embedding::new(vec![f32::NAN; DIMENSIONS], 0)], 1),
        ] {
            let refused = in_order(embeddings, count).unwrap_err();
            assert!(matches!(refused, ModelError::Unusable { .. }));
        }
    }
}
