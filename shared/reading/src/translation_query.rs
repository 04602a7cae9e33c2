//! The translation that a request names by its code.

use utoipa::IntoParams;
use verse_http::{Fields, FromFields, Problem};
use verse_scripture::{Translation, TranslationCode, find_translation, nearest_translation};

use crate::{NAME_LENGTH, unknown};

/// The translation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TranslationQuery {
    /// A translation's code. WEB when absent.
    #[param(min_length = 1, max_length = 100, example = "KJV")]
    translation: Option<String>,
}

impl FromFields for TranslationQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            translation: fields.optional_text("translation", 1..=NAME_LENGTH),
        })
    }
}

impl TranslationQuery {
    /// The translation; WEB when the request names none.
    ///
    /// # Errors
    ///
    /// A `404` that names the unknown translation, with the closest known name.
    pub fn find(&self) -> Result<&'static Translation, Problem> {
        self.find_or(TranslationCode::default())
    }

    /// The translation; `default` when the request names none.
    ///
    /// # Errors
    ///
    /// As for [`TranslationQuery::find`].
    pub fn find_or(&self, default: TranslationCode) -> Result<&'static Translation, Problem> {
        match &self.translation {
            Some(code) => find_translation_or_404(code),
            None => Ok(default.translation()),
        }
    }
}

/// The translation with this code, in any letter case.
///
/// # Errors
///
/// A `404` that names the unknown translation, with the closest known name.
pub fn find_translation_or_404(code: &str) -> Result<&'static Translation, Problem> {
    find_translation(code).ok_or_else(|| {
        let nearest = nearest_translation(code).map(|translation| translation.code.as_str());
        unknown("translation", code, nearest)
    })
}
