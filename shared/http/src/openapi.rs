//! Parts of the OpenAPI document that routes share: their problems (`responses(…, NotFound, Invalid)`), and texts of which
//! there are few.

use serde_json::Value;
use utoipa::{
    IntoResponses,
    openapi::schema::{Object, ObjectBuilder, SchemaType, Type},
};

use crate::ProblemBody;

macro_rules! documented {
    ($($name:ident: $status:literal, $text:literal $(, $header:literal = $meaning:literal)?;)+) => {$(
        #[doc = concat!("`", $status, "`: ", $text)]
        #[derive(Debug, IntoResponses)]
        #[response(
            status = $status,
            description = $text,
            content_type = "application/problem+json",
            $(headers(($header = String, description = $meaning)),)?
        )]
        pub struct $name(
            #[expect(dead_code, reason = "only its type is used, by the derive")]
            ProblemBody,
        );
    )+};
}

documented! {
    BadRequest: 400, "The request cannot be read or is refused: `detail` says why";
    NotFound: 404, "It does not exist, or belongs to another user";
    WrongMethod: 405, "The path does not allow this method", "Allow" = "The methods that it allows";
    TooLarge: 413, "The body is larger than 6 MB";
    TooMuchData: 413, "The body is larger than 6 MB, or the user would store too much: export, clear some data, and try again";
    WrongType: 415, "The body is not declared as JSON";
    Invalid: 422, "A parameter or field is missing or out of bounds: `errors` names each";
    TooMany: 429, "A limit is reached", "Retry-After" = "Seconds until the next try";
    Failed: 500, "A defect of the service";
    NoAnswer: 502, "The model gave no usable answer; nothing is stored or charged", "Retry-After" = "Seconds until the next try";
    Unavailable: 503, "The database or the model does not answer", "Retry-After" = "Seconds until the next try";
}

/// The schema of a text that is one of `choices`.
#[must_use]
pub fn choice(choices: &[&str]) -> Object {
    of_kind(
        Type::String,
        choices.iter().map(|choice| Value::from(*choice)),
    )
}

/// The same, or null.
#[must_use]
pub fn optional_choice(choices: &[&str]) -> Object {
    let choices = choices.iter().map(|choice| Value::from(*choice));
    of_kind(
        SchemaType::from_iter([Type::String, Type::Null]),
        choices.chain([Value::Null]),
    )
}

fn of_kind(kind: impl Into<SchemaType>, values: impl Iterator<Item = Value>) -> Object {
    let object = ObjectBuilder::new().schema_type(kind);
    object.enum_values(Some(values)).build()
}
