//! Routes that stream: their answers leave as they are made, and may be larger than 6 MB.
//!
//! API Gateway asks for a streamed answer by route, and then reads every answer of that route as one: problems too. So
//! what is streamed is decided in the table of routes, and not by what a handler answers.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{Router, body::BodyDataStream, response::Response};
use http::header::SET_COOKIE;
use lambda_http::{
    Adapter, Context, LambdaEvent, Request, Service, request::LambdaRequest, service_fn,
};
use lambda_runtime::{FunctionResponse, MetadataPrelude, StreamResponse};
use serde::Serialize;
use serde_json::Value;

/// Marks an answer of a streaming route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streamed;

/// What goes back to Lambda: whole, or as a stream.
pub(crate) type Answer<A> = FunctionResponse<Box<Whole<A>>, BodyDataStream>;

/// A whole answer: in the form of the event's kind, or one that every kind of gateway reads.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Whole<A> {
    Adapted(A),
    Common(Value),
}

/// Marks what a handler answered.
pub(crate) async fn mark(mut response: Response) -> Response {
    response.extensions_mut().insert(Streamed);
    response
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
    let mut adapter = Adapter::from(service_fn(move |request: Request| {
        let (mut router, aside) = (router.clone(), Arc::clone(&aside));
        async move {
            let response = router.call(request).await?;
            if response.extensions().get::<Streamed>().is_none() {
                return Ok(response);
            }
            *aside.lock().unwrap_or_else(PoisonError::into_inner) = Some(response);
            Ok::<_, std::convert::Infallible>(Response::default())
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
