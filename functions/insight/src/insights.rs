//! `POST /api/insights`: an insight on a passage. With `save`, all callers that request the same passage share one stored
//! insight. Ten generated answers a day, ten a minute. Two round trips for a stored insight, three for a new one.

use axum::{Extension, Json, extract::State};
use serde::Serialize;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;
use verse_ai::{
    InsightRequest, Model,
    distress::{HelpTexts, help_for_passage, translation_of},
};
use verse_data::{InsightContent, InsightSubject, NewInsight, begin_insight, save_insight};
use verse_generation::{Generation, Generator, model_problem};
use verse_http::{
    App, Caller, Deadline, Fields, FromFields, Invalid, NoAnswer, Problem, TooMany, TooMuchData,
    Unavailable,
};
use verse_scripture::is_scripture;

/// The passage of an insight.
#[derive(Clone, Debug, ToSchema)]
pub struct InsightBody {
    /// The selected text. It may begin and end within a verse. It is trimmed.
    #[schema(
        min_length = 1,
        max_length = 50000,
        pattern = r"\S",
        example = "For God so loved the world"
    )]
    passage_text: String,
    #[schema(min_length = 1, max_length = 100, example = "John 3:16 (KJV)")]
    passage_reference: String,
    /// Whether to keep the insight in the caller's history. It is shared with other callers then.
    #[schema(required = false, default = false)]
    save: bool,
}

impl FromFields for InsightBody {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let passage_text = fields.trimmed_text("passage_text", 1..=50_000);
        let passage_reference = fields.text("passage_reference", 1..=100);
        Some(Self {
            save: fields.flag("save", false),
            passage_text: passage_text?,
            passage_reference: passage_reference?,
        })
    }
}

/// The three texts of an insight.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightTexts {
    historical_context: String,
    theological_significance: String,
    practical_application: String,
}

/// An insight.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightAnswer {
    /// Null when the insight is not saved, as the fixed answer to a reader in distress.
    #[schema(example = 12)]
    id: Option<i64>,
    #[serde(flatten)]
    texts: InsightTexts,
    /// Whether the insight was stored already. It costs no quota then.
    cached: bool,
    /// The work or model that wrote the insight; null when unknown.
    source: Option<String>,
}

/// Generate an insight on a passage
///
/// Two callers that save an insight on the same new passage at the same time receive the same insight, and one of them is
/// charged.
#[utoipa::path(post, path = "/api/insights", tag = "insight", request_body = InsightBody, responses(
    (status = 200, description = "The insight", body = InsightAnswer),
    Invalid, TooMany, TooMuchData, NoAnswer, Unavailable))]
pub async fn write_insight(
    State(app): State<App>,
    Extension(generator): Extension<Generator>,
    deadline: Deadline,
    caller: Caller,
    verse_http::Json(body): verse_http::Json<InsightBody>,
) -> Result<Json<InsightAnswer>, Problem> {
    let generation = Generation::start(&app, generator.rate_limits, &caller, deadline).await?;
    if let Some(help) = find_help(body.clone()).await {
        return Ok(Json(help_answer(help)));
    }
    let model = &*generator.model;
    let answer = if body.save {
        get_or_generate(generation, model, body).await?
    } else {
        let generating = generate(model, body, deadline);
        let (content, source) = generation.generate_private(generating).await?;
        InsightAnswer {
            id: None,
            texts: content.into(),
            cached: false,
            source: Some(source),
        }
    };
    Ok(Json(answer))
}

/// The fixed answer to a reader who typed words of distress in place of Scripture. It costs no quota and is not saved: a saved
/// insight may be shared with other callers.
async fn find_help(body: InsightBody) -> Option<HelpTexts> {
    // The search of a long text takes a thread for some time.
    let finding = spawn_blocking(move || {
        let help = help_for_passage(&body.passage_reference, &body.passage_text)?;
        Some(help.texts(translation_of(&body.passage_reference)))
    });
    finding.await.ok().flatten()
}

fn help_answer(help: HelpTexts) -> InsightAnswer {
    InsightAnswer {
        id: None,
        texts: InsightTexts {
            historical_context: help.care,
            theological_significance: help.action,
            practical_application: help.verse,
        },
        cached: false,
        source: Some(help.source),
    }
}

async fn get_or_generate(
    generation: Generation<'_>,
    model: &dyn Model,
    body: InsightBody,
) -> Result<InsightAnswer, Problem> {
    let (database, token) = (generation.app.database()?, generation.token);
    let (reference, text) = (body.passage_reference.clone(), body.passage_text.clone());
    let subject = InsightSubject {
        passage_reference: &body.passage_reference,
        passage_text: &body.passage_text,
    };
    let (insight, cached) = generation
        .get_or_generate(
            |claim, now| begin_insight(database, token, subject, claim, now),
            generate(model, body.clone(), generation.deadline),
            async |(content, source): SourcedContent, now| {
                // The search of a long text takes a thread for some time.
                let search = spawn_blocking(move || is_scripture(&reference, &text));
                let new = NewInsight {
                    subject,
                    content: &content,
                    source: Some(&source),
                    is_scripture: search.await.unwrap_or(false),
                };
                save_insight(database, token, new, now).await
            },
        )
        .await?;
    Ok(InsightAnswer {
        id: Some(insight.id.0),
        texts: insight.content.into(),
        cached,
        source: insight.source,
    })
}

/// The texts of the model, and their source.
type SourcedContent = (InsightContent, String);

async fn generate(
    model: &dyn Model,
    body: InsightBody,
    deadline: Deadline,
) -> Result<SourcedContent, Problem> {
    let request = InsightRequest {
        passage_reference: body.passage_reference,
        passage_text: body.passage_text,
    };
    let generated = model.write_insight(request, deadline.for_model()).await;
    let generated = generated.map_err(model_problem)?;
    let texts = generated.texts;
    let content = InsightContent {
        historical_context: texts.historical_context,
        theological_significance: texts.theological_significance,
        practical_application: texts.practical_application,
    };
    Ok((content, generated.source))
}

impl From<InsightContent> for InsightTexts {
    fn from(content: InsightContent) -> Self {
        Self {
            historical_context: content.historical_context,
            theological_significance: content.theological_significance,
            practical_application: content.practical_application,
        }
    }
}
