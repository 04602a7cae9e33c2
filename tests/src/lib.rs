//! The harness of the black-box tests: it starts the built function binaries and drives them as
//! Lambda, API Gateway and a browser would. Nothing here knows a function's code, only its format.
//!
//! From the outside in:
//! - [`Client`] is a browser: a cookie jar in front of one or more functions;
//! - [`Event`] is a request, and a [`EventFormat`] the kind of Lambda event that it arrives as;
//! - [`Function`] is a deployed function: as many processes as it was given, one request each;
//! - [`Database`] is a fresh Postgres database with the project's migrations applied;
//! - [`TestUser`] is somebody who is known already, and has what a test gives them;
//! - [`ScriptedProvider`] is a model's provider that does what a test's [`Script`] says;
//! - [`Proxy`] stands between a function and Postgres: it counts, it breaks things, and it can demand TLS with a
//!   certificate of an [`CertificateAuthority`];
//! - [`Postgres`] is a server of a test's own, which can be stopped and followed by another;
//! - [`SecretStore`] is AWS Secrets Manager as moto has it.
//!
//! The environment says where things are: `VERSE_BIN_DIR` the built binaries, `DATABASE_URL` a
//! Postgres server whose user may create databases, `VERSE_TEST_RECORD` a folder for what the run leaves behind,
//! `VERSE_POSTGRES_PROGRAMS`, `_HOME` and `_ACCOUNT` what a server of one's own is started with, `VERSE_SECRETS_URL` moto.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says why and fails"
)]
#![expect(
    clippy::missing_panics_doc,
    reason = "every verb of a test harness may fail the test"
)]

mod api;
mod certificate;
mod client;
mod cookies;
mod database;
mod event;
mod event_format;
mod function;
mod function_process;
mod gateway;
mod http_sink;
mod invocation_response;
mod load;
mod lock;
mod log;
mod loopback;
pub mod openapi;
mod postgres;
mod postgres_protocol;
mod proxy;
mod rds_database;
mod record;
mod reserved_port;
mod response;
mod runtime_api;
mod scripted_provider;
mod secret_store;
mod sse;
mod stream;
mod template_database;
mod test_user;
mod wait;

pub use api::{SESSION_COOKIE, paths};
pub use certificate::CertificateAuthority;
pub use client::{Client, Request};
pub use cookies::{Cookie, CookieJar, SameSite};
pub use database::{Database, DatabaseUrl};
pub use event::Event;
pub use event_format::EventFormat;
pub use function::{Function, FunctionBuilder};
pub use function_process::{FunctionProcess, StartError, binary};
pub use http_sink::{HttpSink, SinkRequest};
pub use invocation_response::{Chunk, Failure, InvocationResponse, Mode};
pub use load::{BackgroundLoad, LoadReport};
pub use log::Log;
pub use postgres::Postgres;
pub use proxy::{Counts, Proxy};
pub use rds_database::RdsDatabase;
pub use record::record_figure;
pub use response::{Fault, Problem, Response};
pub use scripted_provider::{Gate, ProviderFormat, ReceivedRequest, Script, ScriptedProvider};
pub use secret_store::{SecretStore, StoredSecret};
pub use sse::SseEvent;
pub use stream::Stream;
pub use test_user::TestUser;
pub use wait::eventually;
