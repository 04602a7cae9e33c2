//! Streamed responses: they are sent while they are written, and may be larger than 6 MB.
//!
//! Streaming is configured for each route, in API Gateway and in the table of routes. Every response of such a route is a
//! stream, a problem too.

use std::{
    convert::Infallible,
    future::ready,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, BodyDataStream},
    middleware::Next,
    response::Response,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::header::SET_COOKIE;
use lambda_http::{
    Adapter, Context, LambdaEvent, Request, Service, request::LambdaRequest, service_fn,
};
use lambda_runtime::{FunctionResponse, MetadataPrelude, StreamResponse};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Problem;

/// A body that is sent while it is written. It ends at the first problem, which is logged.
///
/// `lambda_runtime` would send an error's text as part of the body, and cannot break a stream off otherwise. So a streamed
/// body must show by itself whether it is complete.
pub fn stream_body<S>(parts: S) -> Body
where
    S: Stream<Item = Result<Bytes, Problem>> + Send + 'static,
{
    let logged = parts.map(|part| part.map_err(|problem| problem.log_broken_stream()));
    let parts = logged.take_while(|part| ready(part.is_ok()));
    Body::from_stream(parts.map(|part| Ok::<_, Infallible>(part.unwrap_or_default())))
}

/// Whether the request's route streams. The layer of the route sets it before the handler runs, so that the response of
/// another layer (the handler panicked, or time was up) is streamed, too.
#[derive(Clone, Debug, Default)]
struct IsStreaming(Arc<AtomicBool>);

/// The response to Lambda.
pub(crate) type LambdaResponse<A> = FunctionResponse<Box<Buffered<A>>, BodyDataStream>;

/// A response that is sent whole.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Buffered<A> {
    /// In the form for the event's gateway.
    ForEvent(A),
    /// In the form that every gateway accepts.
    ForAnyGateway(Value),
}

/// The layer of a streaming route.
pub(crate) async fn mark(request: axum::extract::Request, next: Next) -> Response {
    if let Some(IsStreaming(is_streaming)) = request.extensions().get() {
        is_streaming.store(true, Ordering::Relaxed);
    }
    next.run(request).await
}

/// Calls the router. Returns its response as a stream or whole, as the route requires.
///
/// `lambda_http`'s adapter writes a whole response for each kind of event; a stream has the same form for all. Only the
/// router's response shows which of the two is needed. For a stream, the adapter gets an empty response, and the streamed
/// one is set aside.
pub(crate) async fn respond(
    router: Router,
    request: LambdaRequest,
    context: Context,
) -> LambdaResponse<impl Serialize> {
    let streamed: Arc<Mutex<Option<Response>>> = Arc::default();
    let aside = Arc::clone(&streamed);
    let mut adapter = Adapter::from(service_fn(move |mut request: Request| {
        let (mut router, aside) = (router.clone(), Arc::clone(&aside));
        let is_streaming = IsStreaming::default();
        request.extensions_mut().insert(is_streaming.clone());
        async move {
            let response = router.call(request).await?;
            if !is_streaming.0.load(Ordering::Relaxed) {
                return Ok(response);
            }
            *aside.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
            Ok::<_, Infallible>(Response::default())
        }
    }));
    let Ok(whole) = adapter.call(LambdaEvent::new(request, context)).await;
    let streamed = streamed
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    match streamed {
        Some(response) => FunctionResponse::StreamingResponse(stream(response)),
        None => FunctionResponse::BufferedResponse(Box::new(Buffered::ForEvent(whole))),
    }
}

/// The response to an event that is not an HTTP request.
pub(crate) fn refuse_unreadable<A>() -> LambdaResponse<A> {
    let problem = Problem::bad_request("The request cannot be read.");
    FunctionResponse::BufferedResponse(Box::new(Buffered::ForAnyGateway(json!({
        "statusCode": 400,
        "headers": {"content-type": "application/problem+json", "cache-control": "no-store"},
        "body": String::from_utf8_lossy(&problem.to_json()),
        "isBase64Encoded": false,
    }))))
}

fn stream(response: Response) -> StreamResponse<BodyDataStream> {
    let (mut parts, body) = response.into_parts();
    let cookies = parts.headers.get_all(SET_COOKIE).iter();
    let cookies = cookies
        .filter_map(|cookie| cookie.to_str().ok().map(str::to_owned))
        .collect();
    parts.headers.remove(SET_COOKIE);
    let metadata_prelude = MetadataPrelude {
        status_code: parts.status,
        headers: parts.headers,
        cookies,
    };
    StreamResponse {
        metadata_prelude,
        stream: body.into_data_stream(),
    }
}
