//! `POST /api/definitions`: the definition of a word in its verse. With `save`, all callers that request the same word in the
//! same verse share one stored definition. Ten generated answers a day, ten a minute. Two round trips for a stored
//! definition, three for a new one.

use axum::{Extension, Json, extract::State};
use serde::Serialize;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;
use verse_ai::{
    DefinitionRequest, Model,
    distress::{HelpTexts, help_for_word, translation_of},
};
use verse_data::{
    DefinitionContent, DefinitionSubject, NewDefinition, begin_definition, save_definition,
};
use verse_generation::{Generation, Generator, model_problem};
use verse_http::{
    App, Caller, Deadline, Fields, FromFields, Invalid, NoAnswer, Problem, TooMany, TooMuchData,
    Unavailable,
};
use verse_scripture::is_word_of_scripture;

/// A word and its verse.
#[derive(Clone, Debug, ToSchema)]
pub struct DefinitionBody {
    /// The word. It is trimmed.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S", example = "loved")]
    word: String,
    /// The text in which the word was selected. It is trimmed.
    #[schema(
        min_length = 1,
        max_length = 50000,
        pattern = r"\S",
        example = "For God so loved the world"
    )]
    verse_text: String,
    #[schema(min_length = 1, max_length = 100, example = "John 3:16 (KJV)")]
    passage_reference: String,
    /// Whether to keep the definition in the caller's history. It is shared with other callers then.
    #[schema(required = false, default = false)]
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

/// The three texts of a definition.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefinitionTexts {
    definition: String,
    biblical_usage: String,
    original_language: String,
}

/// A definition.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefinitionAnswer {
    /// Null when the definition is not saved, as the fixed answer to a reader in distress.
    #[schema(example = 12)]
    id: Option<i64>,
    #[schema(example = "loved")]
    word: String,
    #[serde(flatten)]
    texts: DefinitionTexts,
    /// Whether the definition was stored already. It costs no quota then.
    cached: bool,
    /// The work or model that wrote the definition; null when unknown.
    source: Option<String>,
}

/// Define a word
///
/// Two callers that save a definition of the same new word at the same time receive the same definition, and one of them
/// is charged.
#[utoipa::path(post, path = "/api/definitions", tag = "definition", request_body = DefinitionBody, responses(
    (status = 200, description = "The definition", body = DefinitionAnswer),
    Invalid, TooMany, TooMuchData, NoAnswer, Unavailable))]
pub async fn write_definition(
    State(app): State<App>,
    Extension(generator): Extension<Generator>,
    deadline: Deadline,
    caller: Caller,
    verse_http::Json(body): verse_http::Json<DefinitionBody>,
) -> Result<Json<DefinitionAnswer>, Problem> {
    let generation = Generation::start(&app, generator.rate_limits, &caller, deadline).await?;
    if let Some(help) = find_help(body.clone()).await {
        return Ok(Json(help_answer(body.word, help)));
    }
    let model = &*generator.model;
    let answer = if body.save {
        get_or_generate(generation, model, body).await?
    } else {
        let word = body.word.clone();
        let generating = generate(model, body, deadline);
        let (content, source) = generation.generate_private(generating).await?;
        DefinitionAnswer {
            id: None,
            word,
            texts: content.into(),
            cached: false,
            source: Some(source),
        }
    };
    Ok(Json(answer))
}

/// The fixed answer to a reader who typed words of distress in place of Scripture. It costs no quota and is not saved: a saved
/// definition may be shared with other callers.
async fn find_help(body: DefinitionBody) -> Option<HelpTexts> {
    // The search of a long text takes a thread for some time.
    let finding = spawn_blocking(move || {
        let help = help_for_word(&body.word, &body.passage_reference, &body.verse_text)?;
        Some(help.texts(translation_of(&body.passage_reference)))
    });
    finding.await.ok().flatten()
}

fn help_answer(word: String, help: HelpTexts) -> DefinitionAnswer {
    DefinitionAnswer {
        id: None,
        word,
        texts: DefinitionTexts {
            definition: help.care,
            biblical_usage: help.action,
            original_language: help.verse,
        },
        cached: false,
        source: Some(help.source),
    }
}

async fn get_or_generate(
    generation: Generation<'_>,
    model: &dyn Model,
    body: DefinitionBody,
) -> Result<DefinitionAnswer, Problem> {
    let (database, token) = (generation.app.database()?, generation.token);
    let sent = body.clone();
    let subject = DefinitionSubject {
        word: &body.word,
        passage_reference: &body.passage_reference,
        verse_text: &body.verse_text,
    };
    let (definition, cached) = generation
        .get_or_generate(
            |claim, now| begin_definition(database, token, subject, claim, now),
            generate(model, body.clone(), generation.deadline),
            async |(content, source): SourcedContent, now| {
                // The search of a long text takes a thread for some time.
                let search = spawn_blocking(move || {
                    is_word_of_scripture(&sent.word, &sent.passage_reference, &sent.verse_text)
                });
                let new = NewDefinition {
                    subject,
                    content: &content,
                    source: Some(&source),
                    is_scripture: search.await.unwrap_or(false),
                };
                save_definition(database, token, new, now).await
            },
        )
        .await?;
    Ok(DefinitionAnswer {
        id: Some(definition.id.0),
        word: definition.word,
        texts: definition.content.into(),
        cached,
        source: definition.source,
    })
}

/// The texts of the model, and their source.
type SourcedContent = (DefinitionContent, String);

async fn generate(
    model: &dyn Model,
    body: DefinitionBody,
    deadline: Deadline,
) -> Result<SourcedContent, Problem> {
    let request = DefinitionRequest {
        word: body.word,
        passage_reference: body.passage_reference,
        verse_text: body.verse_text,
    };
    let generated = model.write_definition(request, deadline.for_model()).await;
    let generated = generated.map_err(model_problem)?;
    let texts = generated.texts;
    let content = DefinitionContent {
        definition: texts.definition,
        biblical_usage: texts.biblical_usage,
        original_language: texts.original_language,
    };
    Ok((content, generated.source))
}

impl From<DefinitionContent> for DefinitionTexts {
    fn from(content: DefinitionContent) -> Self {
        Self {
            definition: content.definition,
            biblical_usage: content.biblical_usage,
            original_language: content.original_language,
        }
    }
}
