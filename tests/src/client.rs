//! A browser: it keeps cookies and sends requests to the functions of a site.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderMap;
use serde::Serialize;

use crate::{
    api::SESSION_COOKIE,
    cookies::{Cookie, CookieJar, set_by},
    event::Event,
    event_format::EventFormat,
    function::Function,
    gateway,
    invocation_response::{Failure, InvocationResponse},
    record,
    response::Response,
    stream::Stream,
};

/// A browser. Clones are tabs of it: they share the cookies.
#[derive(Clone, Debug)]
pub struct Client {
    routes: Vec<(String, Function)>,
    event_format: EventFormat,
    address: Option<String>,
    headers: Vec<(String, String)>,
    jar: Arc<Mutex<CookieJar>>,
}

impl Client {
    /// A browser on a site of one function.
    #[must_use]
    pub fn new(function: &Function) -> Self {
        Self::with_routes([("/", function)])
    }

    /// A browser on a site of several: the longest prefix of a path decides.
    #[must_use]
    pub fn with_routes<'a>(routes: impl IntoIterator<Item = (&'a str, &'a Function)>) -> Self {
        let routes = routes
            .into_iter()
            .map(|(prefix, f)| (prefix.to_owned(), f.clone()));
        let mut routes: Vec<_> = routes.collect();
        routes.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Self {
            routes,
            event_format: EventFormat::RestV1,
            address: None,
            headers: Vec::new(),
            jar: Arc::default(),
        }
    }

    /// The same browser, its requests arriving in this event_format; `RestV1` unless told.
    #[must_use]
    pub fn in_format(mut self, event_format: EventFormat) -> Self {
        self.event_format = event_format;
        self
    }

    /// The same browser at another address.
    #[must_use]
    pub fn from_address(mut self, address: &str) -> Self {
        self.address = Some(address.to_owned());
        self
    }

    /// The same browser, sending one header more with every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Another browser on the same site: it has no cookies yet.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            jar: Arc::default(),
            ..self.clone()
        }
    }

    /// A copy of the cookies it holds now.
    #[must_use]
    pub fn cookies(&self) -> CookieJar {
        self.jar().clone()
    }

    /// Gives it a cookie that no response set.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar()
            .store(Cookie::new(name.to_owned(), value.to_owned()));
    }

    /// Gives it a session cookie that no response set.
    pub fn set_session_cookie(&self, token: &str) {
        self.set_cookie(SESSION_COOKIE, token);
    }

    /// Gives it a well-formed session cookie that belongs to no device.
    pub fn set_unknown_session_cookie(&self) {
        self.set_session_cookie(&"A".repeat(43));
    }

    /// Throws its cookies away.
    pub fn forget_cookies(&self) {
        self.jar().clear();
    }

    /// A GET request, sent when awaited.
    pub fn get(&self, path: &str) -> Request {
        self.request(Event::get(path))
    }

    /// A POST request, sent when awaited.
    pub fn post(&self, path: &str) -> Request {
        self.request(Event::post(path))
    }

    /// A DELETE request, sent when awaited.
    pub fn delete(&self, path: &str) -> Request {
        self.request(Event::delete(path))
    }

    /// Any request, sent when awaited.
    pub fn request(&self, event: Event) -> Request {
        Request {
            client: self.clone(),
            event,
            deadline: None,
        }
    }

    fn function(&self, path: &str) -> &Function {
        let route = self
            .routes
            .iter()
            .find(|(prefix, _)| path.starts_with(prefix.as_str()));
        route.map_or_else(
            || panic!("no function has the path {path}"),
            |(_, function)| function,
        )
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        for cookie in set_by(headers) {
            self.jar().store(cookie);
        }
    }

    fn jar(&self) -> MutexGuard<'_, CookieJar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request about to be sent: `client.post(path).json(&body).await`.
#[derive(Clone, Debug)]
#[must_use = "a request is sent when awaited"]
pub struct Request {
    client: Client,
    event: Event,
    deadline: Option<Duration>,
}

impl Request {
    /// See [`Event::query`].
    pub fn query(self, name: &str, value: impl ToString) -> Self {
        self.with(|event| event.query(name, value))
    }

    /// See [`Event::header`].
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with(|event| event.header(name, value))
    }

    /// See [`Event::json`].
    pub fn json(self, body: &impl Serialize) -> Self {
        self.with(|event| event.json(body))
    }

    /// See [`Event::body`].
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        self.with(|event| event.body(body))
    }

    /// Anything else that an [`Event`] can be told.
    pub fn with(mut self, change: impl FnOnce(Event) -> Event) -> Self {
        self.event = change(self.event);
        self
    }

    /// How long the function may take, instead of what it was started with.
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends it and reads the whole response.
    ///
    /// # Errors
    /// Why there is none; plain awaiting fails the test instead.
    pub async fn try_send(self) -> Result<Response, Failure> {
        let (mut answer, request) = self.send().await?;
        let client = &request.client;
        let (head, first) = gateway::open(&mut answer, client.event_format).await?;
        client.keep_cookies(&head.headers);
        let body: Bytes = [first.bytes, answer.collect().await?].concat().into();
        record::response(&set_by(&head.headers), &body);
        Ok(Response {
            status: head.status,
            headers: head.headers,
            body,
            mode: answer.mode,
            duration: answer.duration().unwrap_or_default(),
            request: request.line(),
            log: request.function().log().clone(),
        })
    }

    /// Sends it and reads the response as it comes.
    ///
    /// # Errors
    /// Why there is none; [`stream`](Self::stream) fails the test instead.
    pub async fn try_stream(self) -> Result<Stream, Failure> {
        let (mut answer, request) = self.send().await?;
        let (head, first) = gateway::open(&mut answer, request.client.event_format).await?;
        request.client.keep_cookies(&head.headers);
        Ok(Stream::new(
            head,
            first,
            answer,
            request.function().log().clone(),
        ))
    }

    /// Sends it and reads the response as it comes: `client.post(path).json(&body).stream().await`.
    pub async fn stream(self) -> Stream {
        let (line, log) = (self.line(), self.function().log().clone());
        let stream = self.try_stream().await;
        stream.unwrap_or_else(|failure| panic!("{line}: {failure}\n{}", log.tail()))
    }

    async fn send(mut self) -> Result<(InvocationResponse, Self), Failure> {
        let pairs = self.client.jar().pairs_for(&self.event.path);
        self.event.cookies.extend(pairs);
        for (name, value) in std::mem::take(&mut self.client.headers) {
            self.event = self.event.header(&name, &value);
        }
        if let Some(address) = &self.client.address {
            self.event = self.event.from_address(address);
        }
        record::request(&self.event);
        let event = self.event.in_format(self.client.event_format);
        let answer = match self.deadline {
            Some(deadline) => self.function().invoke_within(&event, deadline).await?,
            None => self.function().invoke(&event).await?,
        };
        Ok((answer, self))
    }

    fn function(&self) -> &Function {
        self.client.function(&self.event.path)
    }

    fn line(&self) -> String {
        format!(
            "{} {} as {:?}",
            self.event.method, self.event.path, self.client.event_format
        )
    }
}

impl IntoFuture for Request {
    type Output = Response;
    type IntoFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (line, log) = (self.line(), self.function().log().clone());
            let response = self.try_send().await;
            response.unwrap_or_else(|failure| panic!("{line}: {failure}\n{}", log.tail()))
        })
    }
}
