//! A browser: it keeps cookies and sends requests to the functions of a site.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
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
    lock::lock,
    record,
    response::Response,
    stream::Stream,
};

/// A browser. Clones share its cookies, as tabs do.
#[derive(Clone, Debug)]
#[must_use]
pub struct Client {
    routes: Vec<(String, Function)>,
    event_format: EventFormat,
    address: Option<String>,
    headers: Vec<(String, String)>,
    jar: Arc<Mutex<CookieJar>>,
}

impl Client {
    /// A browser on a site with one function.
    pub fn new(function: &Function) -> Self {
        Self::with_routes([("/", function)])
    }

    /// A browser on a site with several functions: the longest prefix of the path selects one.
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

    /// The same browser; its requests become events of this format, `RestV1` by default.
    pub fn in_format(mut self, event_format: EventFormat) -> Self {
        self.event_format = event_format;
        self
    }

    /// The same browser at another IP address.
    pub fn from_address(mut self, address: &str) -> Self {
        self.address = Some(address.to_owned());
        self
    }

    /// The same browser; each request has this header, too.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Another browser on the same site, without cookies.
    pub fn another(&self) -> Self {
        Self {
            jar: Arc::default(),
            ..self.clone()
        }
    }

    /// A copy of its cookies.
    #[must_use]
    pub fn cookies(&self) -> CookieJar {
        self.jar().clone()
    }

    /// Sets a cookie that no response has set.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jar()
            .store(Cookie::new(name.to_owned(), value.to_owned()));
    }

    /// Sets a session cookie that no response has set.
    pub fn set_session_cookie(&self, token: &str) {
        self.set_cookie(SESSION_COOKIE, token);
    }

    /// Sets a well-formed session cookie that belongs to no device.
    pub fn set_unknown_session_cookie(&self) {
        self.set_session_cookie(&"A".repeat(43));
    }

    /// Deletes its cookies.
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
        let mut routes = self.routes.iter();
        match routes.find(|(prefix, _)| path.starts_with(prefix.as_str())) {
            Some((_, function)) => function,
            None => panic!("no function has the path {path}"),
        }
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        for cookie in set_by(headers) {
            self.jar().store(cookie);
        }
    }

    fn jar(&self) -> MutexGuard<'_, CookieJar> {
        lock(&self.jar)
    }
}

/// A request that is not sent yet: `client.post(path).json(&body).await`.
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

    /// Changes the [`Event`] in any other way.
    pub fn with(mut self, change: impl FnOnce(Event) -> Event) -> Self {
        self.event = change(self.event);
        self
    }

    /// Sets a time limit in place of the function's.
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends it and reads the whole response. Awaiting the request does the same and fails the test on an error.
    ///
    /// # Errors
    /// Why there is no response.
    pub async fn try_send(self) -> Result<Response, Failure> {
        let (mut response, request) = self.send().await?;
        let client = &request.client;
        let (head, first) = gateway::open(&mut response, client.event_format).await?;
        client.keep_cookies(&head.headers);
        let body: Bytes = [first.bytes, response.collect().await?].concat().into();
        record::response(&set_by(&head.headers), &body);
        Ok(Response {
            status: head.status,
            headers: head.headers,
            body,
            mode: response.mode,
            duration: response.duration().unwrap_or_default(),
            request: request.line(),
            log: request.function().log().clone(),
        })
    }

    /// Like [`stream`](Self::stream), for a test of a stream that fails.
    ///
    /// # Errors
    /// Why there is no response.
    pub async fn try_stream(self) -> Result<Stream, Failure> {
        let (mut response, request) = self.send().await?;
        let (head, first) = gateway::open(&mut response, request.client.event_format).await?;
        request.client.keep_cookies(&head.headers);
        Ok(Stream::new(
            head,
            first,
            response,
            request.function().log().clone(),
        ))
    }

    /// Sends it and returns the response before its end: `client.post(path).json(&body).stream().await`.
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
        let response = match self.deadline {
            Some(deadline) => self.function().invoke_within(&event, deadline).await?,
            None => self.function().invoke(&event).await?,
        };
        Ok((response, self))
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
