//! An insight on a passage: where it stands and what was known of its book, what the commentary explains, and what it
//! asks of its reader. The sentences are the works' own.

use tokio::task::yield_now;

use crate::{InsightRequest, InsightTexts, TokenUsage, Written};

use super::context::historical_context;
use super::passage::{Passage, WordsOfChapters, locate};
use super::significance::significance_and_application;
use super::sources::Sources;

/// An insight on what the request means, or an honest answer that says what to send.
pub(super) async fn write(request: &InsightRequest) -> Written<InsightTexts> {
    let mut sources = Sources::default();
    let texts = match locate(&request.passage_reference, &request.passage_text) {
        Some(passage) => write_on(&passage, &mut sources).await,
        None => not_found(),
    };
    Written {
        texts,
        source: sources.line(),
        usage: TokenUsage::default(),
    }
}

async fn write_on(passage: &Passage, sources: &mut Sources) -> InsightTexts {
    let historical_context = historical_context(passage, sources);
    // All of this is computing, on the thread that also serves the others.
    yield_now().await;
    let (theological_significance, practical_application) =
        significance_and_application(&passage.reference, &mut WordsOfChapters::default(), sources);
    InsightTexts {
        historical_context,
        theological_significance,
        practical_application,
    }
}

/// What is said where neither the text nor the reference names a passage.
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
