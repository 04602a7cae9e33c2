//! The problems that routes share, for OpenAPI: `responses(…, NotFound, Invalid)`.

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
    BadRequest: 400, "The request cannot be read or is refused: `detail` says why";
    NotFound: 404, "It does not exist, or belongs to another user";
    Invalid: 422, "A parameter or field is missing or out of bounds: `errors` names each";
    TooMany: 429, "A limit is reached: `Retry-After` says when to try again";
    NoAnswer: 502, "The model gave no usable answer; nothing is stored or charged";
    Unavailable: 503, "The database or the model does not answer: `Retry-After` says when to try again";
}
