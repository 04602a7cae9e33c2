//! The message of another conversation that is most relevant to the question.

use std::collections::BTreeSet;

use verse_scripture::{Reference, find_references};

use super::question::{Question, subject_stems};
use crate::library::links::link;
use crate::library::quotation::{quoted_from_user, shorten};
use crate::{Recollection, Role, Turn};

/// The most bytes of a message that are quoted.
const MAX_MESSAGE: usize = 160;

/// A message of another conversation.
#[derive(Debug)]
pub(super) struct Recalled {
    /// The sentence that quotes it.
    pub(super) sentence: String,
    /// The stems of its subject.
    pub(super) stems: BTreeSet<String>,
    /// The passage of its conversation.
    pub(super) reference: Option<Reference>,
}

/// The message of another conversation that shares the most words with the question. A message that shares none is
/// recalled only for a question about earlier conversations.
pub(super) fn recall(question: &Question, memory: &[Recollection]) -> Option<Recalled> {
    let mut best: Option<(usize, &Recollection, &Turn)> = None;
    for recollection in memory {
        for turn in recollection
            .turns
            .iter()
            .filter(|turn| turn.role == Role::User)
        {
            let stems = subject_stems(&turn.text);
            let shared = stems.intersection(&question.stems).count();
            let is_better = best.is_none_or(|(most, ..)| shared > most);
            if is_better && (shared > 0 || question.refers_back) {
                best = Some((shared, recollection, turn));
            }
        }
    }
    let (shared, recollection, turn) = best?;
    let turns = recollection.turns.iter().map(|turn| &turn.text);
    let texts = std::iter::once(&recollection.about).chain(turns);
    let reference = texts.flat_map(|text| find_references(text)).next();
    let message = shorten(&turn.text, MAX_MESSAGE);
    let about = shorten(&recollection.about, MAX_MESSAGE);
    let conversation = match reference {
        Some(reference) => format!("in a conversation about {}", link(&reference)),
        // A conversation's title is the beginning of its first message.
        None if about.is_empty() || message.starts_with(about.trim_end_matches(['.', '…'])) => {
            "in another conversation".to_owned()
        }
        None => format!("in a conversation about {}", quoted_from_user(&about)),
    };
    let message = quoted_from_user(&message);
    let sentence = if shared > 0 {
        format!("You spoke of this before, {conversation}. You said: {message}")
    } else {
        format!("Earlier you said, {conversation}: {message}")
    };
    Some(Recalled {
        sentence,
        stems: subject_stems(&turn.text),
        reference,
    })
}
