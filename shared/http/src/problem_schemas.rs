//! The problems that routes share, as OpenAPI lists them: `responses(…, NotFound, Invalid)`.

use utoipa::IntoResponses;

use crate::ProblemBody;

macro_rules! documented {
    ($($name:ident: $status:literal, $text:literal;)+) => {$(
        #[doc = concat!("`", $status, "`: ", $text)]
        #[derive(Debug, IntoResponses)]
        #[response(status = $status, description = $text, content_type = "application/problem+json")]
        pub struct $name(
            #[to_schema]
            #[expect(dead_code, reason = "only its type is used, by the derive")]
            ProblemBody,
        );
    )+};
}

documented! {
    BadRequest: 400, "The request cannot be read, or asks for what is refused: `detail` says why";
    NotFound: 404, "There is no such thing, or it is somebody else's";
    Invalid: 422, "A parameter or field is missing or out of bounds: `errors` names each";
    TooMany: 429, "Too much was asked for: `Retry-After` says when to ask again";
    NoAnswer: 502, "The model gave no usable answer; nothing is stored, nothing counted";
    Unavailable: 503, "The database does not answer: `Retry-After` says when to ask again";
}
