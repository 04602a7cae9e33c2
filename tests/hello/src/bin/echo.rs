//! The function of the harness's own tests: it returns its request, or fails in a way that the path selects.
//! `ECHO_STREAMS` in its environment makes it stream its responses, and `ECHO_REFUSES` makes its start fail.

use std::{convert::Infallible, env, process, time::Duration};

use axum::{
    Json, Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::header::{CONTENT_TYPE, SET_COOKIE},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use lambda_http::Error;
use serde_json::{Map, Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if env::var_os("ECHO_REFUSES").is_some() {
        return Err("the echo was told to refuse".into());
    }
    let router = Router::new().fallback(answer);
    if env::var_os("ECHO_STREAMS").is_some() {
        lambda_http::run_with_streaming_response(router).await
    } else {
        lambda_http::run(router).await
    }
}

/// The last segment of the path selects the response.
async fn answer(request: Request) -> Response {
    let path = request.uri().path().to_owned();
    match path.rsplit('/').next().unwrap_or_default() {
        "large" => "x".repeat(7_000_000).into_response(),
        "events" => events(false),
        "forever" => events(true),
        "exit" => process::exit(3),
        "hang" => std::future::pending().await,
        "slow" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            process::id().to_string().into_response()
        }
        "pid" => process::id().to_string().into_response(),
        _ => echo(request).await,
    }
}

async fn echo(request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let headers: Map<String, Value> = head
        .headers
        .keys()
        .map(|name| {
            let values = head.headers.get_all(name).iter();
            let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into());
            (name.to_string(), Value::Array(values.collect()))
        })
        .collect();
    let received = json!({
        "method": head.method.as_str(),
        "path": head.uri.path(),
        "query": head.uri.query(),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    });
    let cookies = [
        (SET_COOKIE, "echo=1; Path=/; HttpOnly"),
        (SET_COOKIE, "plain=2"),
    ];
    (axum::response::AppendHeaders(cookies), Json(received)).into_response()
}

/// A stream of three events, or without an end.
fn events(forever: bool) -> Response {
    let events = stream::unfold(0_u32, move |n| async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let event = match n {
            0 => ": hello\n\n".to_owned(),
            3 if !forever => "event: done\ndata: {}\n\n".to_owned(),
            4 if !forever => return None,
            n => format!("event: token\ndata: {{\"token\":\"{n}\"}}\n\n"),
        };
        Some((Ok::<_, Infallible>(Bytes::from(event)), n + 1))
    });
    (
        [(CONTENT_TYPE, "text/event-stream")],
        Body::from_stream(events),
    )
        .into_response()
}
