//! `POST /api/definitions`: what a word means in its verse, generated or, with `save`, the one that is stored for all who ask for the
//! same. Ten generated answers a day, ten a minute. Two round trips for a stored one, three for a new one.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use verse_ai::{DefinitionRequest, DefinitionTexts, Model, Written};
use verse_data::{
    Definition, DefinitionContent, DefinitionSubject, NewDefinition, begin_definition,
    save_definition,
};
use verse_http::{
    App, Caller, Deadline, Fields, FromFields, Generation, Identity, Invalid, Metered, NoAnswer,
    Problem, TooMany, Unavailable, admit_as_user,
};

use verse_models::failed;

/// A word where it stands.
#[derive(Clone, Debug, ToSchema)]
pub struct DefinitionBody {
    /// White space at its ends is taken off.
    #[schema(min_length = 1, max_length = 100, example = "loved")]
    word: String,
    /// The text that it was selected in. White space at its ends is taken off.
    #[schema(
        min_length = 1,
        max_length = 50000,
        example = "For God so loved the world"
    )]
    verse_text: String,
    #[schema(min_length = 1, max_length = 100, example = "John 3:16 (KJV)")]
    passage_reference: String,
    /// Whether the definition is to be kept in the caller's history, and may be the one that others got.
    #[schema(default = false)]
    save: bool,
}

impl FromFields for DefinitionBody {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let word = fields.trimmed_text("word", 1..=100);
        let verse_text = fields.trimmed_text("verse_text", 1..=50_000);
        let passage_reference = fields.text("passage_reference", 1..=100);
        Some(Self {
            save: fields.flag("save", false),
            word: word?,
            verse_text: verse_text?,
            passage_reference: passage_reference?,
        })
    }
}

/// A definition.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefinitionAnswer {
    /// Null when it was not to be saved.
    #[schema(example = 12)]
    id: Option<i64>,
    #[schema(example = "loved")]
    word: String,
    definition: String,
    biblical_usage: String,
    original_language: String,
    /// Whether it was there already, and cost nothing of the allowance.
    cached: bool,
    /// What wrote it; null when nobody can know.
    source: Option<String>,
}

/// Ask what a word means in its verse
///
/// Two who ask for the same new word at once, to be saved, get the same definition, and one of them is counted.
#[utoipa::path(post, path = "/api/definitions", tag = "definition", request_body = DefinitionBody,
    responses(
        (status = 200, description = "The definition", body = DefinitionAnswer),
        Invalid,
        TooMany,
        NoAnswer,
        Unavailable,
    ))]
pub async fn write_definition(
    State(app): State<App>,
    Extension(model): Extension<Arc<dyn Model>>,
    deadline: Deadline,
    caller: Caller,
    verse_http::Json(body): verse_http::Json<DefinitionBody>,
) -> Result<(Identity, Response), Problem> {
    let now = app.clock.now();
    let (identity, token) = admit_as_user(&app, &caller, Metered::Text, now).await?;
    let (app, save, word) = (&app, body.save, body.word.clone());
    let generation = Generation {
        app,
        token,
        deadline,
    };
    let answer = if save {
        share(generation, &*model, body).await
    } else {
        let made = generation.make(write(&*model, body, deadline)).await;
        made.map(|written| DefinitionAnswer::of_written(word, written))
    };
    // Whoever has become a user for it is told so in either case.
    Ok((identity, answer.map(Json).into_response()))
}

async fn share(
    generation: Generation<'_>,
    model: &dyn Model,
    body: DefinitionBody,
) -> Result<DefinitionAnswer, Problem> {
    let (database, token) = (generation.app.database()?, generation.token);
    let subject = DefinitionSubject {
        word: &body.word,
        passage_reference: &body.passage_reference,
        verse_text: &body.verse_text,
    };
    let (definition, cached) = generation
        .share(
            |claim, now| begin_definition(database, token, subject, claim, now),
            write(model, body.clone(), generation.deadline),
            async |written: Written<DefinitionTexts>, now| {
                let new = NewDefinition {
                    subject,
                    content: &content(written.texts),
                    source: Some(&written.source),
                };
                save_definition(database, token, new, now).await
            },
        )
        .await?;
    Ok(DefinitionAnswer::of_saved(definition, cached))
}

async fn write(
    model: &dyn Model,
    body: DefinitionBody,
    deadline: Deadline,
) -> Result<Written<DefinitionTexts>, Problem> {
    let request = DefinitionRequest {
        word: body.word,
        passage_reference: body.passage_reference,
        verse_text: body.verse_text,
    };
    let written = model.write_definition(request, deadline.for_model()).await;
    written.map_err(failed)
}

fn content(texts: DefinitionTexts) -> DefinitionContent {
    DefinitionContent {
        definition: texts.definition,
        biblical_usage: texts.biblical_usage,
        original_language: texts.original_language,
    }
}

impl DefinitionAnswer {
    fn of_written(word: String, written: Written<DefinitionTexts>) -> Self {
        Self {
            id: None,
            word,
            definition: written.texts.definition,
            biblical_usage: written.texts.biblical_usage,
            original_language: written.texts.original_language,
            cached: false,
            source: Some(written.source),
        }
    }

    fn of_saved(definition: Definition, cached: bool) -> Self {
        Self {
            id: Some(definition.id.0),
            word: definition.word,
            definition: definition.content.definition,
            biblical_usage: definition.content.biblical_usage,
            original_language: definition.content.original_language,
            cached,
            source: definition.source,
        }
    }
}
