//! `GET /api/user/export`: the data of the caller's user as a file. It is streamed, one page in memory at a time, because it
//! may exceed 6 MB. One round trip for each page of half a megabyte and for each conversation, and two more; none for a
//! caller without a cookie.
//!
//! With `part`, the file has 3 MB or a little more, so that an import takes it, and names the next part.
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
use utoipa::IntoParams;
use verse_data::{Error, Export, ExportPart, ExportPosition, export_user_data};
use verse_http::{
    App, Caller, Fields, FromFields, Invalid, Problem, Query, Unavailable, stream_body,
};

use crate::export_file::ExportFile;

mod writer;

use writer::Writer;

/// A part ends after so many bytes, and a page: an import takes 6 MB.
const PART_BYTES: usize = 3_000_000;
/// A part ends after so many insights, definitions and chats, and a page: an import takes 5,000 of each.
const PART_ITEMS: usize = 4_000;

/// The part of the file to export.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PartQuery {
    /// `first`, or the `next_part` of the part before. Without it, the file has everything.
    #[param(required = false, value_type = String, example = "first")]
    part: Option<PartStart>,
}

/// Where a part begins: at the start, or after a position.
type PartStart = Option<ExportPosition>;

impl FromFields for PartQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let part = match fields.optional_text("part", 0..=200).as_deref() {
            None => None,
            Some("first") => Some(None),
            Some(text) => {
                let position = ExportPosition::parse(text);
                if position.is_none() {
                    fields.add_error("part", "must be first or the next_part of a part");
                }
                position.map(Some)
            }
        };
        Some(Self { part })
    }
}

/// Export the user's data
///
/// The file of an unknown caller is empty and its `user` is null. Replies that are still being written are not in the file.
/// The response is streamed: a file without its closing bracket is incomplete. A file over 6 MB cannot be imported; its parts
/// can, one after the other.
#[utoipa::path(get, path = "/api/user/export", tag = "user", params(PartQuery), responses(
    (status = 200, description = "The file, which `POST /api/user/import` accepts", body = ExportFile,
     headers(("Content-Disposition" = String, description = "`attachment`, with a file name"))),
    Invalid, Unavailable))]
pub async fn export_user(
    State(app): State<App>,
    caller: Caller,
    Query(PartQuery { part }): Query<PartQuery>,
) -> Result<Response, Problem> {
    let export = match caller.token_hash() {
        Some(token) => match export_user_data(app.database()?, token, part.flatten()).await {
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
    Ok((headers, stream_body(write(export, part.is_some()))).into_response())
}

/// The chunks of the file: its beginning, one for each page, and its end.
fn write(export: Option<Export>, is_part: bool) -> impl Stream<Item = Result<Bytes, Problem>> {
    let mut writer = Writer::default();
    let beginning = writer.begin(export.as_ref().map(Export::user));
    let size = Size {
        is_part,
        ..Size::default()
    };
    let pages = stream::unfold(Some((writer, export, size)), async |state| {
        let (mut writer, mut export, mut size) = state?;
        let page = match &mut export {
            Some(export) if size.is_full() => {
                let next = export.position().map(|position| position.to_string());
                return Some((Ok(writer.end(next)), None));
            }
            Some(export) => export.next().await,
            None => Ok(None),
        };
        Some(match page {
            Ok(Some(parts)) => {
                size.items += parts.iter().filter(|part| is_item(part)).count();
                let chunk = writer.write(parts);
                size.bytes += chunk.as_ref().map_or(0, Bytes::len);
                (chunk, Some((writer, export, size)))
            }
            Ok(None) => (Ok(writer.end(None)), None),
            Err(error) => (Err(error.into()), None),
        })
    });
    stream::iter([beginning]).chain(pages)
}

/// What the file has so far.
#[derive(Clone, Copy, Default)]
struct Size {
    is_part: bool,
    bytes: usize,
    items: usize,
}

impl Size {
    fn is_full(self) -> bool {
        self.is_part && (self.bytes >= PART_BYTES || self.items >= PART_ITEMS)
    }
}

fn is_item(part: &ExportPart) -> bool {
    !matches!(part, ExportPart::Message(_))
}
