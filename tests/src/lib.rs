//! The harness of the black-box tests: it starts the built function binaries and drives them as
//! Lambda, API Gateway and a browser would. Nothing here knows a function's code, only its wire.
//!
//! From the outside in:
//! - [`Client`] is a browser: a cookie jar in front of one or more functions;
//! - [`Event`] is a request, and a [`Dress`] the kind of Lambda event that it arrives as;
//! - [`Function`] is a deployed function: as many processes as it was given, one request each;
//! - [`Database`] is a fresh Postgres database with the project's migrations applied;
//! - [`Reader`] is somebody who is known already, and has what a test gives them;
//! - [`ScriptedProvider`] is a model's provider that does what a test's [`Script`] says;
//! - [`Proxy`] stands between a function and Postgres: it counts, it breaks things, and it can demand TLS with a
//!   certificate of an [`Authority`];
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

mod answer;
mod certificate;
mod client;
mod cookies;
mod database;
mod dress;
mod environment;
mod event;
mod function;
mod gateway;
mod inbox;
mod load;
mod log;
pub mod openapi;
mod postgres;
mod proxy;
mod reader;
mod record;
mod response;
mod runtime_api;
mod scripted_provider;
mod secret_store;
mod secured;
mod sse;
mod stream;
mod template;
mod wait;
mod wire;

pub use answer::{Answer, Chunk, Failure, Mode};
pub use certificate::Authority;
pub use client::{Client, Request};
pub use cookies::{Cookie, CookieJar, SameSite};
pub use database::Database;
pub use dress::Dress;
pub use environment::{Environment, StartError, binary};
pub use event::Event;
pub use function::{Builder, Function};
pub use inbox::{Inbox, Message};
pub use load::{Load, Tally};
pub use log::Log;
pub use postgres::Postgres;
pub use proxy::{Counts, Proxy};
pub use reader::Reader;
pub use record::keep_figure;
pub use response::{Fault, Problem, Response};
pub use scripted_provider::{Asked, Gate, Script, ScriptedProvider, Wire};
pub use secret_store::{KeptSecret, SecretStore};
pub use secured::Secured;
pub use sse::SseEvent;
pub use stream::Stream;
pub use wait::eventually;
