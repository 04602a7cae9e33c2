//! An insight on a passage: its book and context, the commentary's explanations, and its exhortations, all quoted from the
//! works.

use super::passage::{WordsOfChapters, locate};
use super::{
    context::historical_context, significance::significance_and_application, sources::Sources,
};
use crate::{Generated, InsightRequest, InsightTexts};

/// An insight on the request's passage, or texts that say what to send.
pub(super) fn write(request: &InsightRequest) -> Generated<InsightTexts> {
    let mut sources = Sources::default();
    let Some(passage) = locate(&request.passage_reference, &request.passage_text) else {
        return sources.credit(not_found());
    };
    let historical_context = historical_context(&passage, &mut sources);
    let mut words = WordsOfChapters::default();
    let (theological_significance, practical_application) =
        significance_and_application(&passage.reference, &mut words, &mut sources);
    sources.credit(InsightTexts {
        historical_context,
        theological_significance,
        practical_application,
    })
}

/// The texts for a request without a known passage.
fn not_found() -> InsightTexts {
    InsightTexts {
        historical_context: "This library found no passage here: the text stands in none of its \
                             translations, and the reference names no chapter."
            .to_owned(),
        theological_significance: "Its commentary goes by book, chapter and verse, so that it has \
                                   nothing to say without them."
            .to_owned(),
        practical_application: "Send a passage with its reference, such as John 3:16 or Psalms 23."
            .to_owned(),
    }
}
