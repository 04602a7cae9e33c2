//! `GET /api/user/export`: everything that the caller's user keeps, as a file. Streamed, as it may exceed 6 MB: in memory
//! is a page of it. A round trip for each page of at most half a megabyte and for each conversation, and two more; none
//! without a cookie.
//!
//! A database that is down at the start is a `503`. One that breaks off later ends the file before its closing brackets:
//! what is cut is no JSON, and cannot be taken for a whole export.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, stream};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use verse_data::{Error, Export, export_user_data};
use verse_http::{App, Caller, Problem, Unavailable, stream_body};

use crate::archive::Archive;

mod writer;

use writer::Writer;

/// Export everything the caller keeps
///
/// An unknown caller gets what a new user would: a file without anything in it, its `user` null. What is still being
/// written to a chat is not in it. Streamed: a file that does not end in its closing bracket was cut off.
#[utoipa::path(get, path = "/api/user/export", tag = "user",
    responses(
        (status = 200, description = "The file, which an import takes", body = Archive,
         headers(("Content-Disposition" = String, description = "`attachment`, with a file name"))),
        Unavailable,
    ))]
pub async fn export_user(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let export = match caller.token_hash() {
        Some(token) => match export_user_data(app.database()?, token).await {
            Err(Error::UnknownCaller) => None,
            export => Some(export?),
        },
        None => None,
    };
    let day = app.clock.now().format("%Y-%m-%d");
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"verse-export-{day}.json\""),
        ),
    ];
    Ok((headers, stream_body(write(export))).into_response())
}

/// The file, in pieces; the first holds what is known already.
fn write(export: Option<Export>) -> impl Stream<Item = Result<Bytes, Problem>> {
    let writer = Writer::new(export.as_ref().map(Export::user));
    stream::unfold(Some((writer, export)), async |state| {
        let (mut writer, mut export) = state?;
        match piece(&mut writer, export.as_mut()).await {
            Ok((bytes, true)) => Some((Ok(bytes), Some((writer, export)))),
            Ok((bytes, false)) => Some((Ok(bytes), None)),
            Err(problem) => Some((Err(problem), None)),
        }
    })
}

/// The next piece, and whether there are more.
async fn piece(writer: &mut Writer, export: Option<&mut Export>) -> Result<(Bytes, bool), Problem> {
    if !writer.has_begun() {
        return Ok((writer.begin()?, true));
    }
    let parts = match export {
        Some(export) => export.next().await?,
        None => None,
    };
    match parts {
        Some(parts) => Ok((writer.write(parts)?, true)),
        None => Ok((writer.end(), false)),
    }
}
