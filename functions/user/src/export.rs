//! `GET /api/user/export`: the data of the caller's user as a file. It is streamed, one page in memory at a time, because it
//! may exceed 6 MB. One round trip for each page of half a megabyte and for each conversation, and two more; none for a
//! caller without a cookie.
//!
//! A database that does not answer at the start is a `503`. If it fails later, the file ends without its closing brackets: it
//! is not valid JSON, and no client takes it for a complete export.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use verse_data::{Error, Export, export_user_data};
use verse_http::{App, Caller, Problem, Unavailable, stream_body};

use crate::export_file::ExportFile;

mod writer;

use writer::Writer;

/// Export the user's data
///
/// The file of an unknown caller is empty and its `user` is null. Replies that are still being written are not in the file.
/// The response is streamed: a file without its closing bracket is incomplete.
#[utoipa::path(get, path = "/api/user/export", tag = "user", responses(
    (status = 200, description = "The file, which `POST /api/user/import` accepts", body = ExportFile,
     headers(("Content-Disposition" = String, description = "`attachment`, with a file name"))),
    Unavailable))]
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

/// The chunks of the file: its beginning, one for each page, and its end.
fn write(export: Option<Export>) -> impl Stream<Item = Result<Bytes, Problem>> {
    let mut writer = Writer::default();
    let beginning = writer.begin(export.as_ref().map(Export::user));
    let pages = stream::unfold(Some((writer, export)), async |state| {
        let (mut writer, mut export) = state?;
        let page = match &mut export {
            Some(export) => export.next().await,
            None => Ok(None),
        };
        Some(match page {
            Ok(Some(parts)) => (writer.write(parts), Some((writer, export))),
            Ok(None) => (Ok(writer.end()), None),
            Err(error) => (Err(error.into()), None),
        })
    });
    stream::iter([beginning]).chain(pages)
}
