//! Somebody who takes messages: a server on the loopback that keeps what is put there.

use std::{
    collections::VecDeque,
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};

/// What was put there, in order.
type SinkRequests = Arc<Mutex<Vec<SinkRequest>>>;
/// What the next ones are answered; the last goes on for ever.
type Answers = Arc<Mutex<VecDeque<StatusCode>>>;

/// One message.
#[derive(Clone, Debug)]
pub struct SinkRequest {
    /// How it came.
    pub method: Method,
    /// Where to.
    pub path_and_query: String,
    /// With which headers.
    pub headers: HeaderMap,
    /// What it says, if that is JSON.
    pub body: Value,
}

/// Takes messages, for as long as it is kept.
#[derive(Debug)]
pub struct HttpSink {
    address: SocketAddr,
    messages: SinkRequests,
    server: JoinHandle<()>,
}

impl HttpSink {
    /// One that answers with these statuses, one after another, and then with the last of them.
    pub async fn start(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port on the loopback");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let messages = SinkRequests::default();
        let answers = statuses
            .iter()
            .map(|status| StatusCode::from_u16(*status).expect("a status"));
        let answers = Answers::new(Mutex::new(answers.collect()));
        let server = tokio::spawn(accept(listener, Arc::clone(&messages), answers));
        Self {
            address,
            messages,
            server,
        }
    }

    /// Where to put messages.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/inbox?signature=of-the-sink", self.address)
    }

    /// What was put there so far.
    #[must_use]
    pub fn requests(&self) -> Vec<SinkRequest> {
        self.messages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for HttpSink {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, messages: SinkRequests, answers: Answers) {
    // Held here so that no connection outlives the listener.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let (messages, answers) = (Arc::clone(&messages), Arc::clone(&answers));
                connections.spawn(async move {
                    let take = |request| take(request, Arc::clone(&messages), Arc::clone(&answers));
                    // Whoever leaves in the middle leaves no message.
                    let _ = http1::FunctionBuilder::new()
                        .serve_connection(TokioIo::new(stream), service_fn(take))
                        .await;
                });
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn take(
    request: Request<Incoming>,
    messages: SinkRequests,
    answers: Answers,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    messages
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(SinkRequest {
            method: head.method,
            path_and_query: head.uri.to_string(),
            headers: head.headers,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        });
    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    let status = if answers.len() > 1 {
        answers.pop_front()
    } else {
        answers.front().copied()
    };
    let mut response = Response::new(Full::default());
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    Ok(response)
}
