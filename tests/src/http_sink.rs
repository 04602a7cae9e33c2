//! An HTTP server that keeps the requests it receives, such as CloudFormation's response URL.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Collected, Full};
use hyper::body::Incoming;
use serde_json::Value;

use crate::{
    lock::lock,
    loopback::{LoopbackServer, serve_http},
};

/// A request, whole.
#[derive(Clone, Debug)]
pub struct SinkRequest {
    /// The method.
    pub method: Method,
    /// The path and the query string.
    pub path_and_query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null if it is not JSON.
    pub body: Value,
}

/// The server. It ends when dropped.
#[derive(Debug)]
pub struct HttpSink {
    server: LoopbackServer,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    requests: Mutex<Vec<SinkRequest>>,
    statuses: Mutex<VecDeque<StatusCode>>,
}

impl HttpSink {
    /// A server that answers with these statuses in turn, and repeats the last.
    pub async fn start(statuses: &[u16]) -> Self {
        let statuses = statuses.iter().map(|status| StatusCode::from_u16(*status));
        let statuses = statuses.collect::<Result<_, _>>().expect("HTTP statuses");
        let state = Arc::new(State {
            requests: Mutex::default(),
            statuses: Mutex::new(statuses),
        });
        let shared = Arc::clone(&state);
        let server = LoopbackServer::start(move |stream| {
            let state = Arc::clone(&shared);
            async move { serve_http(stream, |request| state.answer(request)).await }
        });
        Self {
            server: server.await,
            state,
        }
    }

    /// The URL that takes requests.
    #[must_use]
    pub fn url(&self) -> String {
        let address = self.server.address();
        format!("http://{address}/inbox?signature=of-the-sink")
    }

    /// The requests so far, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<SinkRequest> {
        lock(&self.state.requests).clone()
    }
}

impl State {
    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(Collected::to_bytes);
        lock(&self.requests).push(SinkRequest {
            method: head.method,
            path_and_query: head.uri.to_string(),
            headers: head.headers,
            body: serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default(),
        });
        let mut statuses = lock(&self.statuses);
        let status = match statuses.len() {
            0 | 1 => statuses.front().copied(),
            _ => statuses.pop_front(),
        };
        let mut response = Response::new(Full::default());
        *response.status_mut() = status.unwrap_or(StatusCode::OK);
        Ok(response)
    }
}
