//! `GET /api/topics`: the topics of Nave's Topical Bible whose names match a text. Publicly cacheable.

use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use verse_http::{Cacheable, Fields, FromFields, Invalid, Problem, Query};
use verse_scripture::works::topics::{TopicName, find_topic_names};

/// How many topics an answer has.
const MOST: usize = 50;

/// The text.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TopicsQuery {
    /// A topic's name, its beginning, or words of it.
    #[param(min_length = 1, max_length = 200, example = "anxiety")]
    q: String,
}

impl FromFields for TopicsQuery {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            q: fields.trimmed_text("q", 1..=200)?,
        })
    }
}

/// The topics, the best first.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicsAnswer {
    topics: Vec<TopicNameAnswer>,
}

/// A topic's name.
#[derive(Debug, Serialize, ToSchema)]
pub struct TopicNameAnswer {
    /// The name in capitals, for `GET /api/topics/{name}`.
    #[schema(example = "ANXIETY")]
    name: String,
    /// How many different verses the topic names. 0: it only leads to other topics.
    verses: u16,
}

/// Find topics
///
/// At most 50: names that are the text, that begin with it, that have its words. The list is empty when there is none.
#[utoipa::path(get, path = "/api/topics", tag = "study", params(TopicsQuery),
    responses(
        (status = 200, description = "The topics", body = TopicsAnswer),
        (status = 304, description = "The caller has them cached"),
        Invalid,
    ))]
pub async fn list_topics(
    cacheable: Cacheable,
    Query(query): Query<TopicsQuery>,
) -> Result<Response, Problem> {
    let topics = find_topic_names(&query.q, MOST);
    cacheable.json(&TopicsAnswer {
        topics: topics.into_iter().map(TopicNameAnswer::from).collect(),
    })
}

impl From<TopicName> for TopicNameAnswer {
    fn from(topic: TopicName) -> Self {
        Self {
            name: topic.name,
            verses: topic.verses,
        }
    }
}
