//! The harness of the black-box tests: it starts the built functions and calls them as Lambda, API Gateway and a browser
//! do. It depends on a function's requests and responses, not on its code.
//!
//! From the outside in:
//! - [`Client`] is a browser: a cookie jar and requests to one or more functions;
//! - [`Event`] is an HTTP request, and [`EventFormat`] the kind of Lambda event that it becomes;
//! - [`Function`] is a deployed function: one or more processes, each with one request at a time;
//! - [`Database`] is a fresh Postgres database with the project's migrations;
//! - [`TestUser`] is a user with one device, whose rows a test inserts;
//! - [`ScriptedProvider`] is a model provider that answers as a test's [`Script`] says;
//! - [`Proxy`] is a proxy between a function and Postgres: it counts messages, breaks connections, and can require TLS;
//! - [`Postgres`] is a server for one test, which can stop it or replace it;
//! - [`SecretStore`] is AWS Secrets Manager, imitated by moto; [`HttpSink`] receives requests of functions;
//! - [`RdsDatabase`] is a database as on AWS: server, proxy with TLS, and secret.
//!
//! `make test` sets the environment variables: `VERSE_BIN_DIR` is the folder of the built binaries, `DATABASE_URL` a
//! Postgres server whose user may create databases, `VERSE_TEST_RECORD` the folder for the record of a run,
//! `VERSE_POSTGRES_PROGRAMS`, `_HOME` and `_ACCOUNT` are for a test's own server, and `VERSE_SECRETS_URL` is moto.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "an error of the harness fails the test"
)]
#![expect(
    clippy::missing_panics_doc,
    reason = "every function of a test harness may fail the test"
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
