//! Starts a function, and builds the router with its layers.

use std::{convert::Infallible, time::Instant};

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, Uri};
use lambda_http::{LambdaEvent, service_fn};
use lambda_runtime::{Diagnostic, Error, Runtime};
use serde::{Deserialize, Serialize};
use tower_http::catch_panic::CatchPanicLayer;
use verse_platform::Environment;

use crate::{
    App, Deadline, Problem, Routes, cors,
    event::Event,
    headers,
    log::{self, RequestLog},
    session_cookie,
    shutdown::serve_until_terminated,
    streaming,
};

/// Serves `routes` until Lambda ends the process.
///
/// # Errors
/// When Lambda's runtime API does not answer.
pub async fn run(routes: Routes, app: App) -> Result<(), Error> {
    let tasks = app.tasks.clone();
    let service = router(routes, app.clone());
    let handler = service_fn(move |event: LambdaEvent<Event>| {
        let service = service.clone();
        async move {
            let (event, context) = event.into_parts();
            Ok::<_, Infallible>(match event {
                Event::Http(request) => streaming::respond(service, *request, context).await,
                Event::Unreadable => streaming::refuse_unreadable(),
            })
        }
    });
    // On the heap: the runtime's future is large.
    let serving = Box::pin(Runtime::new(handler).layer(tasks).run());
    serve_until_terminated(app, serving).await
}

/// One invocation of a job.
#[derive(Clone, Copy, Debug)]
pub struct Invocation<E> {
    /// The event.
    pub event: E,
    /// When Lambda kills the process.
    pub deadline: Instant,
}

/// Runs `job` for each event (a schedule, a deployment) until Lambda ends the process. Its error fails the invocation.
///
/// # Errors
/// When Lambda's runtime API does not answer.
pub async fn run_job<E, A, F>(
    app: App,
    job: impl Fn(App, Invocation<E>) -> F + 'static,
) -> Result<(), Error>
where
    E: for<'de> Deserialize<'de> + 'static,
    A: Serialize + 'static,
    F: Future<Output = Result<A, Problem>> + 'static,
{
    let (of_job, tasks) = (app.clone(), app.tasks.clone());
    let handler = service_fn(move |event: LambdaEvent<E>| {
        let (event, context) = event.into_parts();
        let deadline = Deadline::of(&of_job, context.deadline);
        let invocation = Invocation {
            event,
            deadline: deadline.at.into_std(),
        };
        let work = job(of_job.clone(), invocation);
        let function = of_job.settings.function.clone();
        async move {
            deadline
                .limit(work)
                .await
                .unwrap_or_else(Err)
                .map_err(|problem| Diagnostic::from(problem.log_failed_job(&function)))
        }
    });
    // On the heap: the runtime's future is large.
    let serving = Box::pin(Runtime::new(handler).layer(tasks).run());
    serve_until_terminated(app, serving).await
}

/// Starts the log and reads the settings of this process.
///
/// # Errors
/// Names the setting that cannot be used.
pub fn start() -> Result<App, Error> {
    log::start();
    Ok(App::from_environment(&Environment::process())?)
}

/// The routes with the layers that every request passes, the innermost first.
fn router(routes: Routes, app: App) -> Router {
    routes
        .into_router()
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(app.clone(), enforce_deadline))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(from_fn(session_cookie::send))
        .layer(cors::layer(&app.settings))
        .layer(from_fn_with_state(app.clone(), headers::add))
        .layer(from_fn_with_state(RequestLog::new(&app), log::log_request))
        .with_state(app)
}

async fn no_such_path(uri: Uri) -> Problem {
    Problem::no_such_path(&uri)
}

async fn no_such_method(method: Method) -> Problem {
    let detail = format!(
        "This path does not allow {method:.20}. The Allow header lists the methods that it allows."
    );
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
}

/// `500` for a handler that panicked. The panic hook has written its message to the error log.
fn panicked() -> Response {
    let detail = "Something went wrong on our side.";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response()
}

/// Answers before the function's time is up.
async fn enforce_deadline(deadline: Deadline, request: Request, next: Next) -> Response {
    deadline
        .limit(next.run(request))
        .await
        .unwrap_or_else(Problem::into_response)
}
