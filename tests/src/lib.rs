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
//! - [`Proxy`] stands between a function and Postgres: it counts, and it breaks things.
//!
//! The environment says where things are: `VERSE_BIN_DIR` the built binaries, `DATABASE_URL` a
//! Postgres server whose user may create databases, `VERSE_TEST_RECORD` a folder for what the run leaves behind.

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
mod client;
mod cookies;
mod database;
mod dress;
mod environment;
mod event;
mod function;
mod gateway;
mod log;
pub mod openapi;
mod proxy;
mod reader;
mod record;
mod response;
mod runtime_api;
mod scripted_provider;
mod sse;
mod stream;
mod template;
mod wait;
mod wire;

pub use answer::{Answer, Chunk, Failure, Mode};
pub use client::{Client, Request};
pub use cookies::{Cookie, CookieJar, SameSite};
pub use database::Database;
pub use dress::Dress;
pub use environment::{Environment, StartError, binary};
pub use event::Event;
pub use function::{Builder, Function};
pub use log::Log;
pub use proxy::{Counts, Proxy};
pub use reader::Reader;
pub use response::{Fault, Problem, Response};
pub use scripted_provider::{Asked, Gate, Script, ScriptedProvider, Wire};
pub use sse::SseEvent;
pub use stream::Stream;
pub use wait::eventually;
