//! `GET /api/topics/{name}`: a topic of Nave's Topical Bible with its verses. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use verse_http::{Cacheable, Invalid, NotFound, PathText, Problem, Query};
use verse_reading::TranslationQuery;
use verse_scripture::{
    Reference, TranslationCode,
    reference::Extent,
    works::topics::{Topic, find_topic, find_topic_names, known_names},
};

use crate::printed::PrintedTexts;

/// A topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicAnswer {
    /// The name in capitals.
    #[schema(example = "ANXIETY")]
    name: String,
    /// The names of related topics.
    see: Vec<String>,
    sections: Vec<TopicSectionAnswer>,
}

/// Verses under one heading of a topic.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicSectionAnswer {
    /// What the verses say on the topic. May be empty.
    title: String,
    references: Vec<TopicReferenceAnswer>,
}

/// Verses, with the numbers that the translation prints.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicReferenceAnswer {
    #[schema(example = "Philippians 4:6")]
    reference: String,
    /// The reference in OSIS form.
    #[schema(example = "Phil.4.6")]
    osis: String,
    /// Null for a whole chapter.
    text: Option<String>,
}

/// Read a topic
///
/// The name is one of `GET /api/topics`, in any letter case. Verses that the translation does not print are left out.
#[utoipa::path(get, path = "/api/topics/{name}", tag = "study",
    params(("name" = String, Path, description = "The topic's name", min_length = 1, max_length = 100, example = "ANXIETY"),
        TranslationQuery),
    responses(
        (status = 200, description = "The topic", body = TopicAnswer),
        (status = 304, description = "The caller has it cached"),
        NotFound, Invalid,
    ))]
pub async fn get_topic(
    cacheable: Cacheable,
    PathText(name): PathText,
    Query(translation): Query<TranslationQuery>,
) -> Result<Response, Problem> {
    let translation = translation.find()?;
    let topic = find_topic(&name).ok_or_else(|| unknown(&name))?;
    cacheable.json(&TopicAnswer::new(topic, translation.code))
}

/// `404` with the closest topic.
fn unknown(name: &str) -> Problem {
    match find_topic_names(name, 1).pop() {
        Some(nearest) => Problem::not_found(format!(
            "There is no topic {name:?}. Did you mean {}?",
            nearest.name
        ))
        .with("nearest", nearest.name),
        None => Problem::not_found(format!(
            "There is no topic {name:?}. GET /api/topics?q= finds topics."
        )),
    }
}

impl TopicAnswer {
    fn new(topic: Topic, translation: TranslationCode) -> Self {
        let see = topic.entries.iter().flat_map(|entry| &entry.see);
        let see = known_names(see.map(String::as_str));
        let mut texts = PrintedTexts::new(translation);
        let sections = topic.entries.into_iter();
        // An entry without verses and without a title only leads to other topics.
        let sections =
            sections.filter(|entry| !entry.references.is_empty() || entry.see.is_empty());
        let sections = sections.map(|entry| {
            let references = entry.references.iter();
            TopicSectionAnswer {
                title: entry.label,
                references: references
                    .flat_map(|reference| TopicReferenceAnswer::list(&mut texts, reference))
                    .collect(),
            }
        });
        Self {
            name: topic.name,
            see,
            sections: sections.collect(),
        }
    }
}

impl TopicReferenceAnswer {
    /// The places where the translation prints the verses.
    fn list(texts: &mut PrintedTexts, reference: &Reference) -> Vec<Self> {
        if reference.extent() == Extent::Chapters {
            return vec![Self {
                reference: reference.to_string(),
                osis: reference.osis(),
                text: None,
            }];
        }
        let passages = texts.passages(reference).into_iter();
        passages
            .map(|passage| Self {
                reference: passage.reference.to_string(),
                osis: passage.reference.osis(),
                text: Some(passage.text),
            })
            .collect()
    }
}
