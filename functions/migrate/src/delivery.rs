//! Sending a message to an address that somebody has signed.

use std::time::Duration;

use http::{Request, StatusCode, Uri};
use http_body_util::Full;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use thiserror::Error;
use tokio::time::{sleep, timeout};

/// The longest that one try may take.
const TRY_TIMEOUT: Duration = Duration::from_secs(4);
/// How long is waited before each further try.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(1)];

/// Why a message did not arrive. Does not hold the address: whoever has it may send there.
#[derive(Debug, Error)]
pub(crate) enum DeliveryError {
    /// It is no address of the web.
    #[error("the address to answer at is none")]
    NoAddress,
    /// Nobody answered there.
    #[error("the address to answer at cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nobody answered there in time.
    #[error("the address to answer at did not answer in time")]
    TimedOut,
    /// It was not taken.
    #[error("the answer was refused with {0}")]
    Refused(StatusCode),
}

/// Puts `message` there, by three tries.
pub(crate) async fn put(address: &str, message: String) -> Result<(), DeliveryError> {
    let address: Uri = address.parse().map_err(|_| DeliveryError::NoAddress)?;
    let mut pauses = PAUSES.iter();
    loop {
        let sent = timeout(TRY_TIMEOUT, send(&address, message.clone())).await;
        match (sent.unwrap_or(Err(DeliveryError::TimedOut)), pauses.next()) {
            (Err(DeliveryError::Unreachable(_) | DeliveryError::TimedOut), Some(pause)) => {
                sleep(*pause).await;
            }
            (Err(DeliveryError::Refused(status)), Some(pause)) if status.is_server_error() => {
                sleep(*pause).await;
            }
            (sent, _) => return sent,
        }
    }
}

async fn send(address: &Uri, message: String) -> Result<(), DeliveryError> {
    let connector = HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build::<_, Full<bytes::Bytes>>(connector);
    // Without a Content-Type: the signature is for none.
    let request = Request::put(address.clone())
        .body(Full::from(message))
        .map_err(|_| DeliveryError::NoAddress)?;
    let answer = client
        .request(request)
        .await
        .map_err(|error| DeliveryError::Unreachable(error.into()))?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(DeliveryError::Refused(status)),
    }
}
