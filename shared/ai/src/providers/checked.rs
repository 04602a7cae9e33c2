//! Quotations and references of a provider's texts, compared with the embedded texts before they leave.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};
use verse_quotations::{Checker, Counts, Options, check_text};
use verse_scripture::{TranslationCode, find_references};

use crate::{
    ChatRequest, DefinitionRequest, InsightRequest, InsightTexts, ModelError, ReplyEvent,
    ReplyStream, SummaryRequest, Turn, distress::translation_of,
};

/// A quotation that does not end leaves without its marks after this time.
const LONGEST_HOLD: Duration = Duration::from_secs(3);

/// The comparison for a text on a reference. `given` are the texts that the model may quote besides Scripture.
fn options(reference: &str, given: Vec<String>) -> Options {
    Options {
        translation: translation_of(reference).unwrap_or(TranslationCode::Web),
        context: find_references(reference),
        given,
        originals: None,
    }
}

/// The comparison for a reply.
pub(super) fn chat_options(request: &ChatRequest) -> Options {
    let reference = request.passage_reference.as_deref().unwrap_or_default();
    let mut given: Vec<String> = request.turns.iter().map(|turn| turn.text.clone()).collect();
    given.extend(request.passage_text.clone());
    given.extend(request.summary.clone());
    if let Some(insight) = &request.insight {
        let InsightTexts {
            historical_context,
            theological_significance,
            practical_application,
        } = insight;
        given.extend(
            [
                historical_context,
                theological_significance,
                practical_application,
            ]
            .map(Clone::clone),
        );
    }
    let recalled = request.memory.iter().flat_map(|memory| &memory.turns);
    given.extend(recalled.map(|turn| turn.text.clone()));
    options(reference, given)
}

/// The comparison for a summary, which may quote what was said.
pub(super) fn summary_options(request: &SummaryRequest) -> Options {
    let turns = request.turns.iter().map(|turn: &Turn| turn.text.clone());
    let given = turns.chain(request.previous.clone()).collect();
    Options {
        translation: TranslationCode::Web,
        context: Vec::new(),
        given,
        originals: None,
    }
}

/// A reply as it is checked while it streams.
pub(super) fn reply(reply: ReplyStream, options: Options) -> ReplyStream {
    let state = Checking {
        reply,
        checker: Checker::new(options),
        held_since: None,
        end: None,
    };
    stream::unfold(Some(state), async |state| match state {
        Some(state) => state.next().await,
        None => None,
    })
    .boxed()
}

struct Checking {
    reply: ReplyStream,
    checker: Checker,
    held_since: Option<Instant>,
    /// The end of the reply, when the last text is to be sent before.
    end: Option<ReplyEvent>,
}

impl Checking {
    /// The next event; with the rest of the reply, unless it is the last.
    async fn next(mut self) -> Option<(Result<ReplyEvent, ModelError>, Option<Self>)> {
        if let Some(end) = self.end.take() {
            return Some((Ok(end), None));
        }
        loop {
            let event = match self.held_since {
                Some(since) => timeout_at(since + LONGEST_HOLD, self.reply.next()).await,
                None => Ok(self.reply.next().await),
            };
            let text = match event {
                Err(_) => self.checker.release(),
                Ok(Some(Ok(ReplyEvent::Token(token)))) => self.checker.push(&token),
                Ok(Some(Ok(ReplyEvent::End {
                    stop_reason,
                    source,
                    sources,
                    usage,
                    ..
                }))) => {
                    let text = self.checker.finish();
                    let quotations = self.checker.counts();
                    let end = ReplyEvent::End {
                        stop_reason,
                        source,
                        sources,
                        usage,
                        quotations,
                    };
                    if text.is_empty() {
                        return Some((Ok(end), None));
                    }
                    self.end = Some(end);
                    return Some((Ok(ReplyEvent::Token(text)), Some(self)));
                }
                Ok(Some(Err(error))) => return Some((Err(error), None)),
                Ok(None) => return None,
            };
            if !self.checker.is_holding() {
                self.held_since = None;
            } else if !text.is_empty() || self.held_since.is_none() {
                self.held_since = Some(Instant::now());
            }
            if !text.is_empty() {
                return Some((Ok(ReplyEvent::Token(text)), Some(self)));
            }
        }
    }
}

/// The check of generated texts. `fields` are the texts within the result.
pub(super) struct Check<T> {
    pub options: Options,
    pub fields: fn(&mut T) -> Vec<&mut String>,
}

impl<T> Check<T> {
    /// Replaces each text by the checked one.
    pub fn run(&self, texts: &mut T) -> Counts {
        let mut all = Counts::default();
        for text in (self.fields)(texts) {
            let (checked, counts) = check_text(text, self.options.clone());
            *text = checked;
            all += counts;
        }
        all
    }
}

/// The comparison for an insight.
pub(super) fn insight_options(request: &InsightRequest) -> Options {
    options(
        &request.passage_reference,
        vec![request.passage_text.clone()],
    )
}

/// The comparison for a definition.
pub(super) fn definition_options(request: &DefinitionRequest) -> Options {
    options(&request.passage_reference, vec![request.verse_text.clone()])
}
