//! Amazon Titan text embeddings on Bedrock, which `genai` does not support: `InvokeModel`, signed with the credentials of
//! the process.

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::{Url, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::json;

use super::failure::{MALFORMED, connection_failure, refusal};
use crate::ModelError;

/// Concurrent calls: Titan accepts one text a call.
const CONCURRENT_CALLS: usize = 8;

/// The call cannot be signed: credentials or region are missing.
const UNSIGNED: ModelError = ModelError::Rejected { status: None };

/// A Titan model.
#[derive(Clone, Copy)]
pub(super) struct Titan<'a> {
    pub(super) client: &'a reqwest::Client,
    /// Ends with `/`.
    pub(super) base_url: &'a str,
    pub(super) model: &'a str,
    pub(super) dimensions: usize,
}

#[derive(Deserialize)]
struct Response {
    embedding: Vec<f32>,
}

impl Titan<'_> {
    /// One vector for each text, in their order.
    pub(super) async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        let config = aws_config::load_from_env().await;
        let region = config.region().ok_or(UNSIGNED)?.as_ref().to_owned();
        let credentials = credentials(&config).await?;
        let calls: Vec<_> = texts
            .iter()
            .map(|text| self.embed_one(text, &credentials, &region))
            .collect();
        stream::iter(calls)
            .buffered(CONCURRENT_CALLS)
            .try_collect()
            .await
    }

    async fn embed_one(
        &self,
        text: &str,
        credentials: &Credentials,
        region: &str,
    ) -> Result<Vec<f32>, ModelError> {
        let body = json!({"inputText": text, "dimensions": self.dimensions, "normalize": true});
        let body = body.to_string();
        let url = self.url()?;
        let mut request = self.client.post(url.clone());
        for (name, value) in signature(&url, &body, credentials, region)? {
            request = request.header(name, value);
        }
        let response = request
            .header(CONTENT_TYPE, JSON)
            .body(body)
            .send()
            .await
            .map_err(|error| connection_failure(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response
            .text()
            .await
            .map_err(|error| connection_failure(&error))?;
        if !status.is_success() {
            return Err(refusal(status.as_u16(), &headers, &body));
        }
        let response: Response = serde_json::from_str(&body).map_err(|_| MALFORMED)?;
        Ok(response.embedding)
    }

    fn url(&self) -> Result<Url, ModelError> {
        // The colon of a version is escaped, as in the signature.
        let model = self.model.replace(':', "%3A");
        let url = format!("{}model/{model}/invoke", self.base_url);
        Url::parse(&url).map_err(|_| UNSIGNED)
    }
}

const JSON: &str = "application/json";

async fn credentials(config: &SdkConfig) -> Result<Credentials, ModelError> {
    let provider = config.credentials_provider().ok_or(UNSIGNED)?;
    provider.provide_credentials().await.map_err(|_| UNSIGNED)
}

/// The headers that carry a call's signature.
#[expect(
    clippy::disallowed_methods,
    reason = "AWS compares the time in a signature with its own clock"
)]
fn signature(
    url: &Url,
    body: &str,
    credentials: &Credentials,
    region: &str,
) -> Result<Vec<(String, String)>, ModelError> {
    let identity = credentials.clone().into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("bedrock")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| UNSIGNED)?
        .into();
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return Err(UNSIGNED),
    };
    let headers = [("host", host.as_str()), ("content-type", JSON)];
    let body = SignableBody::Bytes(body.as_bytes());
    let request = SignableRequest::new("POST", url.as_str(), headers.into_iter(), body);
    let signed = request.and_then(|request| sign(request, &parameters));
    let (instructions, _) = signed.map_err(|_| UNSIGNED)?.into_parts();
    let headers = instructions.headers();
    Ok(headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}
