//! Routes that stream: their answers leave as they are made, and may be larger than 6 MB.
//!
//! API Gateway asks for a streamed answer by route, and then reads every answer of that route as one: problems too. So
//! what is streamed is decided in the table of routes, and not by what a handler answers.

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
use serde_json::Value;

use crate::Problem;

/// A body that leaves as it is made.
///
/// It ends at a problem, which is logged: `lambda_runtime` would send an error's text as part of the body, and has no
/// other way to break a stream off. So what is streamed must show by itself whether it is whole.
pub fn stream_body<S>(parts: S) -> Body
where
    S: Stream<Item = Result<Bytes, Problem>> + Send + 'static,
{
    let whole = parts.map(|part| part.map_err(|problem| problem.log_broken_stream()));
    let parts = whole.take_while(|part| ready(part.is_ok()));
    Body::from_stream(parts.map(|part| Ok::<_, Infallible>(part.unwrap_or_default())))
}

/// Whether a request's route streams: said on the way to its handler, so that an answer that is given in the handler's
/// place (it panicked, or time was up) has the form that the gateway waits for, too.
#[derive(Clone, Debug, Default)]
struct Streams(Arc<AtomicBool>);

/// What goes back to Lambda: whole, or as a stream.
pub(crate) type Answer<A> = FunctionResponse<Box<Whole<A>>, BodyDataStream>;

/// A whole answer: in the form of the event's kind, or one that every kind of gateway reads.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Whole<A> {
    Adapted(A),
    Common(Value),
}

/// Around the handlers of a streaming route: says that it is one.
pub(crate) async fn mark(request: axum::extract::Request, next: Next) -> Response {
    if let Some(Streams(streams)) = request.extensions().get() {
        streams.store(true, Ordering::Relaxed);
    }
    next.run(request).await
}

/// Asks the router, and gives its answer in the form that its route has.
///
/// `lambda_http` knows how to write a whole answer for each kind of event; a streamed one is the same for all. Which of
/// the two it is, is known only once the router has answered: so the adapter is given an empty answer then, and the
/// streamed one is kept aside.
pub(crate) async fn call(
    router: Router,
    request: LambdaRequest,
    context: Context,
) -> Answer<impl Serialize> {
    let aside: Arc<Mutex<Option<Response>>> = Arc::default();
    let kept = Arc::clone(&aside);
    let mut adapter = Adapter::from(service_fn(move |mut request: Request| {
        let (mut router, aside) = (router.clone(), Arc::clone(&aside));
        let streams = Streams::default();
        request.extensions_mut().insert(streams.clone());
        async move {
            let response = router.call(request).await?;
            if !streams.0.load(Ordering::Relaxed) {
                return Ok(response);
            }
            *aside.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
            Ok::<_, Infallible>(Response::default())
        }
    }));
    let Ok(whole) = adapter.call(LambdaEvent::new(request, context)).await;
    let streamed = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    match streamed {
        Some(response) => FunctionResponse::StreamingResponse(stream(response)),
        None => FunctionResponse::BufferedResponse(Box::new(Whole::Adapted(whole))),
    }
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
