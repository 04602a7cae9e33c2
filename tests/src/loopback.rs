//! TCP and HTTP servers on the loopback, for the services that the harness imitates.

use std::{
    error::Error,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use http::{Request, Response};
use hyper::{
    body::{Body, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// A server on a free port. It ends with its connections when dropped.
#[derive(Debug)]
pub(crate) struct LoopbackServer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl LoopbackServer {
    /// Runs `serve` on each connection.
    pub(crate) async fn start<F>(serve: impl FnMut(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = Arc::new(listener.expect("a free port on the loopback"));
        let address = listener.local_addr();
        Self {
            address: address.expect("a bound socket has an address"),
            task: tokio::spawn(accept(listener, serve)),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for LoopbackServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Runs `serve` on each connection. The connections end with this task.
pub(crate) async fn accept<F>(
    listener: Arc<TcpListener>,
    mut serve: impl FnMut(TcpStream) -> F + Send,
) where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(serve(stream));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Answers the HTTP/1 requests of a connection. An error of `answer` breaks the connection.
pub(crate) async fn serve_http<F, B, E>(
    stream: TcpStream,
    answer: impl Fn(Request<Incoming>) -> F + Send,
) where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    // Delayed acknowledgements would add some 40 ms to small messages.
    let _ = stream.set_nodelay(true);
    // Tests break connections on purpose: an error here is not a failure.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service_fn(answer))
        .await;
}
