//! The events of a reply, as OpenAPI describes them. `reply_writer.rs` writes them.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{Object, ObjectBuilder, OneOfBuilder, Ref, Type},
    },
};
use verse_http::{choice, error_types};

/// One server-sent event.
pub(crate) struct ReplyEvent;

/// First, and only for a new chat.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
struct ChatIdData {
    #[schema(example = 7)]
    chat_id: i64,
}

/// The next piece of the text.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
struct TokenData {
    #[schema(example = "In the ")]
    token: String,
}

/// Last: the reply is complete and stored.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
struct DoneData {
    #[schema(schema_with = status)]
    status: String,
    /// Why the model stopped. After `max_tokens` the text is incomplete.
    #[schema(schema_with = stop_reason)]
    stop_reason: String,
    /// The reference works and translations that the reply quotes, in the order of their use. The library and the fixed
    /// replies to distress name them; a provider's reply has none.
    sources: Vec<SourceData>,
    quotations: QuotationsData,
}

/// The quotations and references of the reply that were compared with the translations; all zero in a reply of the library.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
struct QuotationsData {
    #[schema(example = 3)]
    checked: u32,
    /// Those whose words, reference or translation were replaced.
    #[schema(example = 1)]
    corrected: u32,
    /// Those that were left out, or that lost their quotation marks.
    #[schema(example = 0)]
    removed: u32,
}

/// A work that a reply quotes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
struct SourceData {
    #[schema(example = "World English Bible")]
    work: String,
    /// The licence, with the credit that it requires.
    #[schema(example = "public domain")]
    licence: String,
}

/// Last: the reply failed. Its text so far is stored.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for OpenAPI only")]
struct ErrorData {
    /// A sentence for the reader.
    error: String,
    #[schema(schema_with = error_types)]
    error_type: String,
}

fn status() -> Object {
    choice(&["complete"])
}

fn stop_reason() -> Object {
    choice(&["end_turn", "max_tokens"])
}

impl PartialSchema for ReplyEvent {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(event::<ChatIdData>("chat_id"))
            .item(event::<TokenData>("token"))
            .item(event::<DoneData>("done"))
            .item(event::<ErrorData>("error"))
            .description(Some(
                "One event. The stream ends with `done` or `error`. Lines that begin with a colon are comments.",
            ))
            .into()
    }
}

impl ToSchema for ReplyEvent {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("ReplyEvent")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend([
            (ChatIdData::name().into(), ChatIdData::schema()),
            (TokenData::name().into(), TokenData::schema()),
            (DoneData::name().into(), DoneData::schema()),
            (SourceData::name().into(), SourceData::schema()),
            (QuotationsData::name().into(), QuotationsData::schema()),
            (ErrorData::name().into(), ErrorData::schema()),
        ]);
    }
}

/// The schema of an event of this name, whose data are this JSON.
fn event<D: ToSchema>(name: &str) -> Object {
    let data = ObjectBuilder::new()
        .schema_type(Type::String)
        .content_media_type("application/json")
        .content_schema(Some(Ref::from_schema_name(D::name())));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("event", choice(&[name]))
        .required("event")
        .property("data", data)
        .required("data")
        .build()
}
