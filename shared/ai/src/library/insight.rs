//! An insight on a passage: its book and context, the commentary's explanations, and its exhortations, all quoted from the
//! works.

use super::passage::WordsOfChapters;
use super::selection::{notice, select};
use super::wording::{self, Language, Wording};
use super::{
    context::historical_context, significance::significance_and_application, sources::Sources,
};
use crate::{Generated, InsightRequest, InsightTexts};

/// An insight on the request's passage, or texts that say what to send.
pub(super) fn write(request: &InsightRequest) -> Generated<InsightTexts> {
    let mut sources = Sources::default();
    let (reference, text) = (&request.passage_reference, &request.passage_text);
    let Some(selected) = select(reference, text) else {
        return sources.credit(not_found(Language::of(None, reference, text)));
    };
    let passage = &selected.passage;
    let language = Language::of(passage.translation, reference, text);
    let wording = Wording::new(language, &passage.reference);
    let mut context = historical_context(passage, &wording, &mut sources);
    if let Some(notice) = notice(&selected, &wording, &mut sources) {
        context = format!("{notice}\n\n{context}");
    }
    let mut words = WordsOfChapters::default();
    let (theological_significance, practical_application) =
        significance_and_application(passage, &wording, &mut words, &mut sources);
    sources.credit(InsightTexts {
        historical_context: context,
        theological_significance,
        practical_application,
    })
}

/// The texts for a request without a known passage.
fn not_found(language: Language) -> InsightTexts {
    let wording = Wording::without_passage(language);
    InsightTexts {
        historical_context: wording.say(&wording::NOT_FOUND, &[]),
        theological_significance: wording.say(&wording::NOTHING_TO_SAY, &[]),
        practical_application: wording.say(&wording::WHAT_TO_SEND, &[]),
    }
}
