//! The steps around every call to a model: rate limits, the daily quota, claims, provider keys, and the model's set-up.
//!
//! `verse_ai` implements the models; `verse_data` stores limits, quota and claims.

mod generate;
mod provider_keys;
mod quota;
mod rate_limit;

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use http::StatusCode;
use lambda_runtime::Error;
use verse_ai::{
    AiConfig, Embedder, ErrorKind, Limits, Model, ModelError, ReloadConfig, UsageReporter,
};
use verse_http::{App, Problem};
use verse_platform::Environment;

pub use generate::Generation;
use provider_keys::ProviderKeys;
pub use quota::quota_exhausted;
pub use rate_limit::{CallKind, RateLimits};

/// The model of a function, with its limits. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Generator {
    /// Writes insights, definitions, replies and summaries.
    pub model: Arc<dyn Model>,
    /// Turns texts into vectors, where an embedding provider is configured.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// Bounds of prompts and replies.
    pub prompt_limits: Limits,
    /// Calls a minute.
    pub rate_limits: RateLimits,
}

impl Generator {
    /// Sets up the model that the process's settings choose.
    ///
    /// When the provider rejects its key, the model reads the secret again and uses the new key. Each call is counted in
    /// the metrics.
    ///
    /// # Errors
    /// When the secret cannot be read, or a setting cannot be used.
    pub async fn start(app: &App) -> Result<Self, Error> {
        let keys = ProviderKeys::from_environment(Environment::process());
        let environment = keys.read().await;
        let environment =
            environment.map_err(|error| format!("AI_SECRET_ARN cannot be used: {error}"))?;
        let config = AiConfig::read(&environment)?;
        let prompt_limits = config.limits();
        let ai = config.start(&app.random, Some(reload(keys)), report(app.clone()))?;
        Ok(Self {
            model: ai.model,
            embedder: ai.embedder,
            prompt_limits,
            rate_limits: RateLimits::from_environment(&environment)?,
        })
    }
}

/// The problem for a failed model call: `502` for an unusable reply, `503` otherwise.
pub fn model_problem(error: ModelError) -> Problem {
    let status = if error.is_bad_answer() {
        StatusCode::BAD_GATEWAY
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let kind = error.kind().map(ErrorKind::as_str);
    Problem::upstream(status, kind, error.retry_after(), error)
}

fn reload(keys: ProviderKeys) -> ReloadConfig {
    Box::new(move || -> BoxFuture<'static, _> {
        let keys = keys.clone();
        async move { AiConfig::read(&keys.read_changed().await?).ok() }.boxed()
    })
}

fn report(app: App) -> UsageReporter {
    UsageReporter::new(move |usage, quotations| {
        app.put_model_call(&[
            ("InputTokens", usage.input),
            ("OutputTokens", usage.output),
            ("QuotationsChecked", quotations.checked.into()),
            ("QuotationsCorrected", quotations.corrected.into()),
            ("QuotationsRemoved", quotations.removed.into()),
        ]);
    })
}
