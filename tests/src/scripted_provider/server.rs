//! The server: one request in, kept, and its script played.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use super::{
    ProviderFormat, ReceivedRequest, Script, anthropic, bedrock,
    body::{self, Body, Broken, Usage},
    notes::Notes,
    openai,
    script::{Act, End},
};

/// A model provider that does what it is told. It ends with its value.
#[derive(Debug)]
pub struct ScriptedProvider {
    address: SocketAddr,
    notes: Arc<Notes>,
    server: JoinHandle<()>,
}

impl ScriptedProvider {
    /// Serves on a free port. Until told otherwise it gives [good answers](Script::default_reply).
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port on the loopback");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let notes = Arc::new(Notes::new());
        let server = tokio::spawn(accept(listener, Arc::clone(&notes)));
        Self {
            address,
            notes,
            server,
        }
    }

    /// For `ANTHROPIC_BASE_URL`.
    #[must_use]
    pub fn anthropic_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// For `OPENAI_BASE_URL`.
    #[must_use]
    pub fn openai_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// For `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`.
    #[must_use]
    pub fn bedrock_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Plays `script` to the next request that has none yet; what follows is played [what always is](Self::always).
    pub fn next(&self, script: Script) {
        self.notes.kept().next.push_back(script);
    }

    /// Plays `script` to every request that has none of its own.
    pub fn always(&self, script: Script) {
        self.notes.kept().always = script;
    }

    /// What was asked, in its order.
    #[must_use]
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        let kept = self.notes.kept();
        kept.asked.iter().map(|asked| (**asked).clone()).collect()
    }

    /// What was asked last. Fails the test if nothing was.
    #[must_use]
    #[track_caller]
    pub fn last_request(&self) -> ReceivedRequest {
        self.requests().pop().expect("the provider was asked")
    }

    /// How many requests came.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.notes.kept().asked.len()
    }

    /// When each token left.
    #[must_use]
    pub fn token_times(&self) -> Vec<Instant> {
        self.notes.kept().tokens.clone()
    }

    /// How many clients went away before their answer's end.
    #[must_use]
    pub fn disconnects(&self) -> usize {
        self.notes.kept().hang_ups
    }

    /// What is connected now is dead when it is next used, as after a freeze. Such a request is not kept.
    pub fn kill_open_connections(&self) {
        let mut kept = self.notes.kept();
        kept.forgotten = kept.connections;
    }

    /// How many connections were opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.notes.kept().connections
    }
}

impl Drop for ScriptedProvider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, notes: Arc<Notes>) {
    // Held here so that no connection outlives the server.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                let number = notes.connected();
                connections.spawn(serve(stream, number, Arc::clone(&notes)));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, number: usize, notes: Arc<Notes>) {
    // Without it the loopback adds some 40 ms to small messages.
    let _ = stream.set_nodelay(true);
    let service = service_fn(async |request| {
        if notes.is_forgotten(number) {
            return Err(Broken);
        }
        answer(request, Arc::clone(&notes)).await
    });
    // A client that goes away breaks its connection, and a script may: no news here.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Counts a client that goes away while its answer has not begun.
struct Waiting<'n>(Option<&'n Notes>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(notes) = self.0 {
            notes.client_hung_up();
        }
    }
}

async fn answer(request: Request<Incoming>, notes: Arc<Notes>) -> Result<Response<Body>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let Some(format) = ProviderFormat::of(head.uri.path()) else {
        return Ok(whole(StatusCode::NOT_FOUND, &Value::Null));
    };
    let asked = Arc::new(ReceivedRequest {
        format,
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        at: Instant::now(),
    });
    let script = notes.take_down(&asked);
    let mut waiting = Waiting(Some(&notes));
    sleep(script.before).await;
    if matches!(script.act, Act::Hang) {
        std::future::pending::<()>().await;
    }
    waiting.0 = None;
    match &script.act {
        Act::HangUp => Err(Broken),
        Act::Refuse {
            status,
            kind,
            message,
            retry_after,
        } => Ok(refusal(format, *status, kind, message, *retry_after)),
        _ if asked.is_streaming() => {
            let stream = body::stream(asked, script, Arc::clone(&notes));
            Ok(typed("text/event-stream; charset=utf-8", stream))
        }
        Act::Garbage => Ok(typed("application/json", full(&b"\xff{]"[..]))),
        _ if format == ProviderFormat::Titan => {
            Ok(whole(StatusCode::OK, &bedrock::embedding(&asked)))
        }
        _ if format == ProviderFormat::OpenAiEmbeddings => {
            Ok(whole(StatusCode::OK, &openai::embeddings(&asked)))
        }
        act => {
            let tokens = body::tokens(&asked, act);
            let usage = Usage::of(&asked, &tokens);
            let End::Good(stop) = script.end else {
                return Err(Broken);
            };
            let text = tokens.concat();
            let said = match format {
                ProviderFormat::Anthropic => anthropic::whole(&asked, &text, stop, usage),
                _ => openai::whole(&asked, &text, stop, usage),
            };
            Ok(whole(StatusCode::OK, &said))
        }
    }
}

fn refusal(
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
    let status = StatusCode::from_u16(status).expect("a status that HTTP has");
    let mut response = whole(status, &error);
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert("retry-after", HeaderValue::from(seconds));
    }
    response
}

fn whole(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = typed("application/json", full(body.to_string()));
    *response.status_mut() = status;
    response
}

fn typed(content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Asks as any client might, and gives the answer with its head.
    async fn ask(provider: &ScriptedProvider, path: &str, body: &Value) -> String {
        let mut stream = TcpStream::connect(provider.address).await.unwrap();
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn an_answer_that_is_not_streamed_comes_in_one_piece() {
        let provider = ScriptedProvider::start().await;
        let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]});
        for (path, text) in [
            ("/v1/messages", "/content/0/text"),
            ("/v1/chat/completions", "/choices/0/message/content"),
        ] {
            let answer = ask(&provider, path, &body).await;
            let (head, said) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.starts_with("HTTP/1.1 200") && head.contains("application/json"));
            let said: Value = serde_json::from_str(said).unwrap();
            assert_eq!(
                said.pointer(text),
                Some(&json!("In the beginning was a script."))
            );
        }
        assert_eq!(
            provider.last_request().turns(),
            [("user".to_owned(), "Hi".to_owned())]
        );
    }

    #[tokio::test]
    async fn what_no_provider_serves_is_not_found() {
        let provider = ScriptedProvider::start().await;
        let answer = ask(&provider, "/v1/models", &json!({})).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
        assert_eq!(provider.request_count(), 0);
    }
}
