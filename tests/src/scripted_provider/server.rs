//! The server: records each request, and plays its script.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::{net::TcpStream, time::sleep};

use super::{
    ProviderFormat, ReceivedRequest, Script, anthropic, bedrock,
    body::{self, Body, Broken, Usage},
    openai,
    script::{Act, End},
    state::State,
};
use crate::{
    lock::lock,
    loopback::{LoopbackServer, serve_http},
};

/// A model provider that a test scripts. It ends when dropped.
#[derive(Debug)]
pub struct ScriptedProvider {
    server: LoopbackServer,
    state: Arc<Mutex<State>>,
}

impl ScriptedProvider {
    /// Serves on a free port. The default script is [`Script::default_reply`].
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(State::new()));
        let shared = Arc::clone(&state);
        let server = LoopbackServer::start(move |stream| serve(stream, Arc::clone(&shared)));
        Self {
            server: server.await,
            state,
        }
    }

    /// For `ANTHROPIC_BASE_URL`.
    #[must_use]
    pub fn anthropic_url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// For `OPENAI_BASE_URL`.
    #[must_use]
    pub fn openai_url(&self) -> String {
        format!("http://{}/v1", self.server.address())
    }

    /// For `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`.
    #[must_use]
    pub fn bedrock_url(&self) -> String {
        self.anthropic_url()
    }

    /// Adds the script of one request to the queue. Requests beyond the queue get [the default](Self::always).
    pub fn next(&self, script: Script) {
        lock(&self.state).next.push_back(script);
    }

    /// Sets the default script.
    pub fn always(&self, script: Script) {
        lock(&self.state).always = script;
    }

    /// The requests so far, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        let state = lock(&self.state);
        let requests = state.requests.iter();
        requests.map(|request| (**request).clone()).collect()
    }

    /// The last request. Fails the test if there was none.
    #[must_use]
    #[track_caller]
    pub fn last_request(&self) -> ReceivedRequest {
        self.requests()
            .pop()
            .expect("the provider received a request")
    }

    /// The number of requests so far.
    #[must_use]
    pub fn request_count(&self) -> usize {
        lock(&self.state).requests.len()
    }

    /// When each token was sent.
    #[must_use]
    pub fn token_times(&self) -> Vec<Instant> {
        lock(&self.state).token_times.clone()
    }

    /// How many clients disconnected before the end of their response.
    #[must_use]
    pub fn disconnects(&self) -> usize {
        lock(&self.state).disconnects
    }

    /// Breaks each connection that is open now at its next request, as after a freeze. Such a request is not recorded.
    pub fn kill_open_connections(&self) {
        let mut state = lock(&self.state);
        state.killed = state.connections;
    }

    /// The number of connections so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let number = lock(&state).connect();
    let answer = async |request| {
        if number <= lock(&state).killed {
            return Err(Broken);
        }
        answer(request, Arc::clone(&state)).await
    };
    serve_http(stream, answer).await;
}

/// Counts a client that disconnects before its response begins.
struct Waiting<'a>(Option<&'a Mutex<State>>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(state) = self.0 {
            lock(state).disconnects += 1;
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Body>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let Some(format) = ProviderFormat::of(head.uri.path()) else {
        return Ok(json(StatusCode::NOT_FOUND, &Value::Null));
    };
    let request = Arc::new(ReceivedRequest {
        format,
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        at: Instant::now(),
    });
    let script = lock(&state).receive(&request);
    let mut waiting = Waiting(Some(&state));
    sleep(script.before).await;
    if matches!(script.act, Act::Hang) {
        std::future::pending::<()>().await;
    }
    waiting.0 = None;
    match &script.act {
        Act::Disconnect => Err(Broken),
        Act::Error {
            status,
            kind,
            message,
            retry_after,
        } => Ok(error(format, *status, kind, message, *retry_after)),
        _ if request.is_streaming() => {
            let stream = body::stream(request, script, Arc::clone(&state));
            Ok(response("text/event-stream; charset=utf-8", stream))
        }
        Act::InvalidBytes => Ok(response("application/json", full(&b"\xff{]"[..]))),
        _ if format == ProviderFormat::Titan => {
            Ok(json(StatusCode::OK, &bedrock::embedding(&request)))
        }
        _ if format == ProviderFormat::OpenAiEmbeddings => {
            Ok(json(StatusCode::OK, &openai::embeddings(&request)))
        }
        act => {
            let End::Good(stop) = script.end else {
                return Err(Broken);
            };
            let tokens = body::tokens(&request, act);
            let usage = Usage::of(&request, &tokens);
            let reply = match format {
                ProviderFormat::Anthropic => anthropic::reply,
                _ => openai::reply,
            };
            let reply = reply(&request, &tokens.concat(), stop, usage);
            Ok(json(StatusCode::OK, &reply))
        }
    }
}

fn error(
    format: ProviderFormat,
    status: u16,
    kind: &str,
    message: &str,
    retry_after: Option<u64>,
) -> Response<Body> {
    let error = match format {
        ProviderFormat::Anthropic => anthropic::error(kind, message),
        ProviderFormat::Bedrock | ProviderFormat::Titan => bedrock::error(message),
        _ => openai::error(kind, message),
    };
    let status = StatusCode::from_u16(status).expect("an HTTP status");
    let mut response = json(status, &error);
    if let Some(seconds) = retry_after {
        let headers = response.headers_mut();
        headers.insert("retry-after", HeaderValue::from(seconds));
    }
    response
}

fn json(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = response("application/json", full(body.to_string()));
    *response.status_mut() = status;
    response
}

fn response(content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn full(bytes: impl Into<Bytes>) -> Body {
    let body = Full::new(bytes.into());
    body.map_err(|never| match never {}).boxed()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Sends a request, and returns the whole response with its head.
    async fn post(provider: &ScriptedProvider, path: &str, body: &Value) -> String {
        let mut stream = TcpStream::connect(provider.server.address()).await.unwrap();
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    }

    #[tokio::test]
    async fn a_reply_without_streaming_is_one_json_document() {
        let provider = ScriptedProvider::start().await;
        let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]});
        for (path, text) in [
            ("/v1/messages", "/content/0/text"),
            ("/v1/chat/completions", "/choices/0/message/content"),
        ] {
            let response = post(&provider, path, &body).await;
            let (head, reply) = response.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200") && head.contains("application/json"));
            let reply: Value = serde_json::from_str(reply).unwrap();
            assert_eq!(
                reply.pointer(text),
                Some(&json!("In the beginning was a script."))
            );
        }
        assert_eq!(
            provider.last_request().turns(),
            [("user".to_owned(), "Hi".to_owned())]
        );
    }

    #[tokio::test]
    async fn an_unknown_path_is_not_found_and_not_recorded() {
        let provider = ScriptedProvider::start().await;
        let response = post(&provider, "/v1/models", &json!({})).await;
        assert!(response.starts_with("HTTP/1.1 404"), "{response}");
        assert_eq!(provider.request_count(), 0);
    }
}
