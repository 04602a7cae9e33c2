//! What the reader asked in another conversation that bears on the question.

use std::collections::BTreeSet;

use verse_scripture::{Reference, find_references};

use crate::library::links::link;
use crate::library::quotation::shorten;
use crate::{Recollection, Speaker, Turn};

use super::question::{Question, asked_stems};

/// What is quoted of the reader's words, in bytes.
const OF_A_MESSAGE: usize = 160;

/// An earlier question.
#[derive(Debug)]
pub(super) struct Recalled {
    /// What the reader is told of it.
    pub(super) sentence: String,
    /// The stems of its matter.
    pub(super) stems: BTreeSet<String>,
    /// The passage that the conversation was about.
    pub(super) reference: Option<Reference>,
}

/// The message of another conversation that shares most words with the question. One that shares none is recalled
/// only by who asks for what was said at another time.
pub(super) fn recall(question: &Question, memory: &[Recollection]) -> Option<Recalled> {
    let said = memory.iter().flat_map(|recollection| {
        let readers = recollection
            .turns
            .iter()
            .filter(|turn| turn.speaker == Speaker::Reader);
        readers.map(move |turn| (recollection, turn))
    });
    let mut best: Option<(usize, &Recollection, &Turn)> = None;
    for (recollection, turn) in said {
        let shared = asked_stems(&turn.text)
            .intersection(&question.stems)
            .count();
        let is_better = best.is_none_or(|(most, ..)| shared > most);
        if is_better && (shared > 0 || question.looks_back) {
            best = Some((shared, recollection, turn));
        }
    }
    let (shared, recollection, turn) = best?;
    let texts = [&recollection.about]
        .into_iter()
        .chain(recollection.turns.iter().map(|turn| &turn.text));
    let reference = texts.flat_map(|text| find_references(text)).next();
    let said = shorten(&turn.text, OF_A_MESSAGE);
    let about = shorten(&recollection.about, OF_A_MESSAGE);
    let conversation = match reference {
        Some(reference) => format!("in a conversation about {}", link(&reference)),
        // A conversation's title is the beginning of its first message.
        None if about.is_empty() || said.starts_with(about.trim_end_matches(['.', '…'])) => {
            "in another conversation".to_owned()
        }
        None => format!("in a conversation about “{about}”"),
    };
    let sentence = if shared > 0 {
        format!("You spoke of this before, {conversation}. You said: “{said}”")
    } else {
        format!("Earlier you said, {conversation}: “{said}”")
    };
    Some(Recalled {
        sentence,
        stems: asked_stems(&turn.text),
        reference,
    })
}
