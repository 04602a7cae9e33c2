//! `GET /api/translations`: the list of translations. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{Cacheable, Problem};
use verse_scripture::translations;

/// The translations, the default one first.
#[derive(Debug, Serialize, ToSchema)]
pub struct TranslationsAnswer {
    translations: Vec<TranslationAnswer>,
}

/// One translation.
#[derive(Debug, Serialize, ToSchema)]
pub struct TranslationAnswer {
    /// Its name in other calls.
    #[schema(example = "WEB")]
    code: &'static str,
    #[schema(example = "World English Bible")]
    name: &'static str,
    /// The language, as an ISO 639-1 code.
    #[schema(example = "en")]
    language: &'static str,
    /// Always false: all texts are free.
    requires_pro: bool,
    /// What a reader must be told about this text; absent if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    note: Option<&'static str>,
}

/// List the translations
#[utoipa::path(get, path = "/api/translations", tag = "bible",
    responses((status = 200, description = "The translations, the default one first", body = TranslationsAnswer),
    (status = 304, description = "The caller has them cached")))]
pub async fn list_translations(cacheable: Cacheable) -> Result<Response, Problem> {
    let translations = translations()
        .iter()
        .map(|translation| TranslationAnswer {
            code: translation.code.as_str(),
            name: translation.name,
            language: translation.language,
            requires_pro: false,
            note: translation.note,
        })
        .collect();
    cacheable.json(&TranslationsAnswer { translations })
}
