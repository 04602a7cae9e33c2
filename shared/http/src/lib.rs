//! What every function does the same way: start, read a request, answer it, log it.
//!
//! A function is a table of [`Routes`] over an [`App`], given to [`run`]. Handlers take their input validated
//! ([`Query`], [`Json`], [`Caller`]), answer with a value or a [`Problem`], and know nothing of Lambda. There is no SQL
//! here: what is stored goes through `verse_data`.

mod admission;
mod app;
mod caching;
mod cors;
mod deadline;
mod device_name;
mod documented;
mod event;
mod fields;
mod generation;
mod headers;
mod identity;
mod input;
mod list;
mod log;
mod metrics;
mod paging;
mod path;
mod problem;
mod query_string;
mod rates;
mod routes;
mod sse;
mod start;
mod statements;
mod streaming;
mod tasks;

pub use admission::{admit, admit_as_user, allowance_used_up};
pub use app::{App, Settings};
pub use caching::Public;
pub use deadline::Deadline;
pub use documented::{BadRequest, Invalid, NoAnswer, NotFound, TooMany, Unavailable};
pub use fields::{Fault, Fields, FromFields};
pub use generation::Generation;
pub use identity::{Caller, Identity, as_caller};
pub use input::{Json, JsonText, Query};
pub use list::List;
pub use metrics::put_metrics;
pub use paging::{Id, PageQuery};
pub use problem::{Problem, ProblemBody};
pub use rates::{Metered, Rates};
pub use routes::{Route, Routes};
pub use sse::{EventSender, EventStream, ReaderGone, event_stream};
pub use start::{Invocation, run, run_job, start};
pub use streaming::stream_body;
pub use tasks::Tasks;
