//! A function's start, and a request's way through it.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri};
use lambda_http::{LambdaEvent, RequestExt, service_fn};
use lambda_runtime::{Diagnostic, Error, FunctionResponse, Runtime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;
use verse_platform::Environment;

use crate::{
    App, Deadline, Problem, Routes, cors,
    event::Event,
    headers,
    log::{self, Answered},
    problem::Cause,
    session_cookie,
    shutdown::serve_until_told,
    statements,
    streaming::{self, Whole},
};

/// What is kept of a function's time for the answer that there was no time for another.
const MARGIN: Duration = Duration::from_millis(150);

/// Serves `routes` until Lambda ends the process.
///
/// # Errors
///
/// When Lambda's runtime API does not answer.
pub async fn run(routes: Routes, app: App) -> Result<(), Error> {
    let tasks = app.tasks.clone();
    let service = router(routes, app.clone());
    let handler = service_fn(move |event: LambdaEvent<Event>| {
        let service = service.clone();
        async move {
            let (event, context) = event.into_parts();
            Ok::<_, Infallible>(match event {
                Event::Http(request) => streaming::call(service, *request, context).await,
                Event::Unreadable => {
                    FunctionResponse::BufferedResponse(Box::new(Whole::Common(refuse_unreadable())))
                }
            })
        }
    });
    // On the heap: what a runtime keeps between requests is large.
    let serving = Box::pin(Runtime::new(handler).layer(tasks).run());
    serve_until_told(app, serving).await
}

/// What a job is called with.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<E> {
    /// The event.
    pub event: E,
    /// When Lambda ends the process, whatever it is doing.
    pub deadline: Instant,
}

/// Runs `job` for each event (a schedule, a deployment) until Lambda ends the process. Its error fails the invocation.
///
/// # Errors
///
/// When Lambda's runtime API does not answer.
pub async fn run_job<E, A, F>(app: App, job: impl Fn(App, Invocation<E>) -> F) -> Result<(), Error>
where
    E: for<'de> Deserialize<'de>,
    A: Serialize,
    F: Future<Output = Result<A, Problem>>,
{
    let of_job = app.clone();
    let handler = service_fn(move |event: LambdaEvent<E>| {
        let (event, context) = event.into_parts();
        let deadline = Deadline::of(&of_job, context.deadline).at.into_std();
        let left = deadline.saturating_duration_since(Instant::now());
        let work = job(of_job.clone(), Invocation { event, deadline });
        let function = of_job.settings.function.clone();
        async move {
            in_time(left, work)
                .await
                .unwrap_or_else(Err)
                .map_err(|problem| Diagnostic::from(problem.log_failed_job(&function)))
        }
    });
    // On the heap: what a runtime keeps between requests is large.
    let serving = Box::pin(Runtime::new(handler).run());
    serve_until_told(app, serving).await
}

/// The work was not done when time was up.
#[derive(Debug, thiserror::Error)]
#[error("the work was not done when the function's time was up")]
struct OutOfTime;

/// What `work` gives, or a `503` when `left` is nearly over: what Lambda ends answers nothing at all.
async fn in_time<T>(left: Duration, work: impl Future<Output = T>) -> Result<T, Problem> {
    let margin = MARGIN.min(left / 5);
    timeout(left.saturating_sub(margin), work)
        .await
        .map_err(|_| Problem::unavailable(OutOfTime))
}

/// Starts the log and sets up from the process's environment.
///
/// # Errors
///
/// Names the setting that cannot be used.
pub fn start() -> Result<App, Error> {
    log::start();
    Ok(App::from_environment(&Environment::process())?)
}

/// The answer to what is no HTTP request, in the form that every kind of gateway reads.
fn refuse_unreadable() -> Value {
    let problem = Problem::bad_request("The request cannot be read.");
    json!({
        "statusCode": 400,
        "headers": {"content-type": "application/problem+json", "cache-control": "no-store"},
        "body": String::from_utf8_lossy(&problem.to_json()),
        "isBase64Encoded": false,
    })
}

/// The routes, and around them what every request passes through.
fn router(routes: Routes, app: App) -> Router {
    let observer = Observer {
        app: app.clone(),
        is_cold: Arc::new(AtomicBool::new(true)),
    };
    routes
        .into_router()
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(app.clone(), keep_time))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(from_fn(session_cookie::send))
        .layer(cors::layer(&app.settings))
        .layer(from_fn_with_state(observer, observe))
        .with_state(app)
}

async fn no_such_path(uri: Uri) -> Problem {
    Problem::not_found(format!("There is nothing at {:.200}.", uri.path()))
}

async fn no_such_method(method: http::Method) -> Problem {
    let detail = format!("{method:.20} is not answered here; the Allow header lists what is.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

/// A handler's panic is our mistake. Its message went to the error log through the panic hook.
fn panicked() -> Response {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side.",
    )
    .into_response()
}

/// Answers before the function's time is up.
async fn keep_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let deadline = request
        .lambda_context_ref()
        .map_or(u64::MAX, |c| c.deadline);
    let deadline = Deadline::of(&app, deadline).at;
    let left = deadline.saturating_duration_since(tokio::time::Instant::now());
    in_time(left, next.run(request))
        .await
        .unwrap_or_else(Problem::into_response)
}

/// What is needed to complete and log an answer.
#[derive(Clone, Debug)]
struct Observer {
    app: App,
    is_cold: Arc<AtomicBool>,
}

/// Counts, times, completes and logs one request.
async fn observe(State(observer): State<Observer>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let context = request.lambda_context_ref();
    let id = context.map(|c| c.request_id.clone()).unwrap_or_default();
    let trace = context.and_then(|c| c.xray_trace_id.clone());
    let (mut response, statements) = statements::count(next.run(request)).await;
    headers::complete(response.headers_mut(), &observer.app.settings, &id);
    Answered {
        settings: &observer.app.settings,
        now: observer.app.clock.now(),
        method: method.as_str(),
        route: route.as_ref().map_or("unmatched", MatchedPath::as_str),
        status: response.status().as_u16(),
        duration: started.elapsed(),
        statements,
        request_id: &id,
        trace_id: trace.as_deref(),
        cold_start: observer.is_cold.swap(false, Ordering::Relaxed),
        cause: response.extensions().get::<Cause>(),
    }
    .log();
    response
}
