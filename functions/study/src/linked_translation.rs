//! The translation whose words a request reads: one that is linked with the original texts word by word.

use utoipa::IntoParams;
use verse_http::{Fields, FromFields, Problem};
use verse_reading::find_translation_or_404;
use verse_scripture::{
    Translation, TranslationCode, find_translation, works::word_links::is_linked,
};

/// The translation.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinkedTranslationQuery {
    /// `BSB` or `KJV`: no other translation is linked with the original texts word by word. BSB when absent.
    #[param(min_length = 1, max_length = 100, example = "BSB")]
    translation: Option<String>,
}

impl FromFields for LinkedTranslationQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let translation = fields.optional_text("translation", 1..=100);
        let known = translation.as_deref().and_then(find_translation);
        if known.is_some_and(|known| !is_linked(known.code)) {
            let detail = "must be BSB or KJV: only their words are linked with the original texts";
            fields.add_error("translation", detail);
        }
        Some(Self { translation })
    }
}

impl LinkedTranslationQuery {
    /// The translation; BSB when the request names none. `404` names an unknown one, with the closest known name.
    pub(crate) fn find(&self) -> Result<&'static Translation, Problem> {
        match &self.translation {
            Some(code) => find_translation_or_404(code),
            None => Ok(TranslationCode::Bsb.translation()),
        }
    }
}
