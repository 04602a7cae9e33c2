//! A function's start, and a request's way through it.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{StatusCode, Uri};
use lambda_http::{LambdaEvent, RequestExt, service_fn};
use lambda_runtime::{Diagnostic, Error, FunctionResponse, Runtime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_http::catch_panic::CatchPanicLayer;
use verse_data::Environment;

use crate::{
    App, Deadline, Problem, Routes, cors,
    event::Event,
    headers,
    log::{self, Answered},
    problem::Cause,
    statements,
    streaming::{self, Whole},
};

/// Serves `routes` until Lambda ends the process.
///
/// # Errors
///
/// When Lambda's runtime API does not answer.
pub async fn run(routes: Routes, app: App) -> Result<(), Error> {
    let tasks = app.tasks.clone();
    let service = router(routes, app);
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
    Box::pin(Runtime::new(handler).layer(tasks).run()).await
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
    let handler = service_fn(move |event: LambdaEvent<E>| {
        let (event, context) = event.into_parts();
        let deadline = Deadline::of(&app, context.deadline).at.into_std();
        let work = job(app.clone(), Invocation { event, deadline });
        let function = app.settings.function.clone();
        async move {
            work.await
                .map_err(|problem| Diagnostic::from(problem.log_failed_job(&function)))
        }
    });
    // On the heap: what a runtime keeps between requests is large.
    Box::pin(Runtime::new(handler).run()).await
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
        function: app.settings.function.clone().into(),
        is_cold: Arc::new(AtomicBool::new(true)),
    };
    routes
        .into_router()
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(CatchPanicLayer::custom(|_| panicked()))
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

/// What is needed to complete and log an answer.
#[derive(Clone, Debug)]
struct Observer {
    app: App,
    function: Arc<str>,
    is_cold: Arc<AtomicBool>,
}

/// Counts, times, completes and logs one request.
async fn observe(State(observer): State<Observer>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let id = request
        .lambda_context_ref()
        .map(|c| c.request_id.clone())
        .unwrap_or_default();
    let (mut response, statements) = statements::count(next.run(request)).await;
    headers::complete(response.headers_mut(), &observer.app.settings, &id);
    Answered {
        function: &observer.function,
        method: method.as_str(),
        route: route.as_ref().map_or("unmatched", MatchedPath::as_str),
        status: response.status().as_u16(),
        duration: started.elapsed(),
        statements,
        request_id: &id,
        cold_start: observer.is_cold.swap(false, Ordering::Relaxed),
        cause: response.extensions().get::<Cause>(),
    }
    .log();
    response
}
