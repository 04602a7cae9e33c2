//! Sets up the model of a function: chosen by its settings, with keys that a secret may have, and counted. And what its
//! failures are to callers.
//!
//! What a model is, is `verse_ai`'s; where keys come from and where counts go, is `verse_http`'s.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use http::StatusCode;
use lambda_runtime::Error;
use verse_ai::{
    Ai, AiConfig, ErrorKind, Jitter, Limits, Metered, Model, ModelError, Renew, Report, TokenUsage,
};
use verse_data::Environment;
use verse_http::{App, Problem, ProviderKeys};

/// What a function asks, and how much it may.
#[derive(Debug)]
pub struct Models {
    /// What was chosen.
    pub ai: Ai,
    /// What bounds prompts and answers.
    pub limits: Limits,
}

/// Sets up what the process's settings choose.
///
/// When the provider rejects its key, the secret is read again, and the new key used from then on. Each call is counted in
/// the metrics.
///
/// # Errors
///
/// When the secret cannot be read, or a setting cannot be used.
pub async fn start(app: &App) -> Result<Models, Error> {
    let random = app.random.clone();
    let jitter = Jitter::new(move || random.fraction());
    let keys = ProviderKeys::of_process();
    let environment = keys.read().await;
    let environment =
        environment.map_err(|error| format!("AI_SECRET_ARN cannot be used: {error}"))?;
    let config = read(&environment)?;
    let limits = config.limits();
    let ai = config.start(&jitter)?.renewing(renew(keys, jitter));
    let model: Arc<dyn Model> = Arc::new(Metered::new(ai.model, report(app.clone())));
    Ok(Models {
        ai: Ai { model, ..ai },
        limits,
    })
}

/// The problem that a call's failure is: `502` where the answer is at fault, else `503`.
#[must_use]
pub fn failed(error: ModelError) -> Problem {
    let status = if error.is_bad_answer() {
        StatusCode::BAD_GATEWAY
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let kind = error.kind().map(ErrorKind::as_str);
    Problem::upstream(status, kind, error.retry_after(), error)
}

fn read(environment: &Environment) -> Result<AiConfig, verse_ai::AiSettingError> {
    AiConfig::read(|name| environment.get(name))
}

fn renew(keys: ProviderKeys, jitter: Jitter) -> Renew {
    Box::new(move || -> BoxFuture<'static, _> {
        let (keys, jitter) = (keys.clone(), jitter.clone());
        async move {
            let config = read(&keys.renew().await?).ok()?;
            config.start(&jitter).ok()
        }
        .boxed()
    })
}

fn report(app: App) -> Report {
    Arc::new(move |usage: TokenUsage| {
        app.put_model_call(usage.input, usage.output);
    })
}
