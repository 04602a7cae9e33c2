//! HTTP support that all functions share: start-up, validated input, problems, headers, streams and the log.
//!
//! A function passes a table of [`Routes`] and an [`App`] to [`run`]. Its handlers take validated input ([`Query`],
//! [`Json`], [`Caller`]) and return a value or a [`Problem`]; they do not depend on Lambda. There is no SQL here: handlers
//! call `verse_data`.

mod app;
mod caching;
mod caller;
mod cors;
mod deadline;
mod device_name;
mod event;
mod extract;
mod fields;
mod headers;
mod log;
mod metrics;
mod openapi;
mod paging;
mod path;
mod path_text;
mod problem;
mod query_string;
mod routes;
mod session_cookie;
mod shutdown;
mod sized_json_array;
mod sse;
mod start;
mod statements;
mod streaming;
mod tasks;

pub use app::{App, Settings};
pub use caching::Cacheable;
pub use caller::{Caller, CallerAddress, with_user};
pub use deadline::Deadline;
pub use device_name::visible_name;
pub use extract::{Json, JsonText, Query};
pub use fields::{FieldError, Fields, FromFields};
pub use openapi::{
    BadRequest, Failed, Invalid, NoAnswer, NotFound, TooLarge, TooMany, TooMuchData, Unavailable,
    WrongMethod, WrongType, choice, optional_choice,
};
pub use paging::{Id, PageQuery};
pub use path_text::PathText;
pub use problem::{Problem, ProblemBody, ProblemMembers, error_types};
pub use routes::{Route, Routes};
pub use sized_json_array::SizedJsonArray;
pub use sse::{EventSender, EventStream, ReaderGone, event_stream};
pub use start::{Invocation, run, run_job, start};
pub use streaming::stream_body;
pub use tasks::Tasks;
