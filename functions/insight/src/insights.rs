//! `POST /api/insights`: an insight on a passage, generated or, with `save`, the one that is stored for all who ask for the
//! same. Ten generated answers a day, ten a minute. Two round trips for a stored one, three for a new one.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use verse_ai::{InsightRequest, InsightTexts, Model, Written};
use verse_data::{
    Insight, InsightContent, InsightSubject, NewInsight, begin_insight, save_insight,
};
use verse_http::{
    App, Caller, Deadline, Fields, FromFields, Generation, Identity, Invalid, Metered, NoAnswer,
    Problem, TooMany, Unavailable, admit_as_user,
};

use verse_models::failed;

/// A passage.
#[derive(Clone, Debug, ToSchema)]
pub struct InsightBody {
    /// What was selected: may begin and end in mid-verse. White space at its ends is taken off.
    #[schema(
        min_length = 1,
        max_length = 50000,
        example = "For God so loved the world"
    )]
    passage_text: String,
    #[schema(min_length = 1, max_length = 100, example = "John 3:16 (KJV)")]
    passage_reference: String,
    /// Whether the insight is to be kept in the caller's history, and may be the one that others got.
    #[schema(default = false)]
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

/// An insight.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsightAnswer {
    /// Null when it was not to be saved.
    #[schema(example = 12)]
    id: Option<i64>,
    historical_context: String,
    theological_significance: String,
    practical_application: String,
    /// Whether it was there already, and cost nothing of the allowance.
    cached: bool,
    /// What wrote it; null when nobody can know.
    source: Option<String>,
}

/// Ask for an insight on a passage
///
/// Two who ask for the same new passage at once, to be saved, get the same insight, and one of them is counted.
#[utoipa::path(post, path = "/api/insights", tag = "insight", request_body = InsightBody,
    responses(
        (status = 200, description = "The insight", body = InsightAnswer),
        Invalid,
        TooMany,
        NoAnswer,
        Unavailable,
    ))]
pub async fn write_insight(
    State(app): State<App>,
    Extension(model): Extension<Arc<dyn Model>>,
    deadline: Deadline,
    caller: Caller,
    verse_http::Json(body): verse_http::Json<InsightBody>,
) -> Result<(Identity, Response), Problem> {
    let now = app.clock.now();
    let (identity, token) = admit_as_user(&app, &caller, Metered::Text, now).await?;
    let (app, save) = (&app, body.save);
    let generation = Generation {
        app,
        token,
        deadline,
    };
    let answer = if save {
        share(generation, &*model, body).await
    } else {
        let made = generation.make(write(&*model, body, deadline)).await;
        made.map(InsightAnswer::of_written)
    };
    // Whoever has become a user for it is told so in either case.
    Ok((identity, answer.map(Json).into_response()))
}

async fn share(
    generation: Generation<'_>,
    model: &dyn Model,
    body: InsightBody,
) -> Result<InsightAnswer, Problem> {
    let (database, token) = (generation.app.database()?, generation.token);
    let subject = InsightSubject {
        passage_reference: &body.passage_reference,
        passage_text: &body.passage_text,
    };
    let (insight, cached) = generation
        .share(
            |claim, now| begin_insight(database, token, subject, claim, now),
            write(model, body.clone(), generation.deadline),
            async |written: Written<InsightTexts>, now| {
                let new = NewInsight {
                    subject,
                    content: &content(written.texts),
                    source: Some(&written.source),
                };
                save_insight(database, token, new, now).await
            },
        )
        .await?;
    Ok(InsightAnswer::of_saved(insight, cached))
}

async fn write(
    model: &dyn Model,
    body: InsightBody,
    deadline: Deadline,
) -> Result<Written<InsightTexts>, Problem> {
    let request = InsightRequest {
        passage_reference: body.passage_reference,
        passage_text: body.passage_text,
    };
    let written = model.write_insight(request, deadline.for_model()).await;
    written.map_err(failed)
}

fn content(texts: InsightTexts) -> InsightContent {
    InsightContent {
        historical_context: texts.historical_context,
        theological_significance: texts.theological_significance,
        practical_application: texts.practical_application,
    }
}

impl InsightAnswer {
    fn of_written(written: Written<InsightTexts>) -> Self {
        Self {
            id: None,
            historical_context: written.texts.historical_context,
            theological_significance: written.texts.theological_significance,
            practical_application: written.texts.practical_application,
            cached: false,
            source: Some(written.source),
        }
    }

    fn of_saved(insight: Insight, cached: bool) -> Self {
        Self {
            id: Some(insight.id.0),
            historical_context: insight.content.historical_context,
            theological_significance: insight.content.theological_significance,
            practical_application: insight.content.practical_application,
            cached,
            source: insight.source,
        }
    }
}
