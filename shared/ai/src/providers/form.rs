//! Answers in a form: the schema that a provider is held to, and the strict reading of what came.

use genai::chat::{ChatResponseFormat, JsonSpec};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    DefinitionTexts, InsightTexts, LONGEST_TEXT, ModelError,
    prompts::{Form, without_nul},
};

/// The form as providers take it: an object of texts, all of them required, and nothing else.
pub(super) fn schema(form: &Form) -> ChatResponseFormat {
    let fields: Map<String, Value> = form
        .fields
        .iter()
        .map(|(name, what)| {
            let field = json!({"type": "string", "description": what});
            ((*name).to_owned(), field)
        })
        .collect();
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| *name).collect();
    let schema = json!({
        "type": "object",
        "properties": fields,
        "required": names,
        "additionalProperties": false,
    });
    JsonSpec::new(form.name, schema).into()
}

/// Texts that are read from a filled-in form.
pub(super) trait Texts: Sized {
    /// The form as it comes.
    type Sent: DeserializeOwned;

    /// The texts, if there is something in each, and not more than a text may have.
    fn from_sent(sent: Self::Sent) -> Option<Self>;
}

/// Reads an answer that must be a filled-in form and nothing else.
pub(super) fn read<T: Texts>(answer: &str) -> Result<T, ModelError> {
    let sent = serde_json::from_str(unfenced(answer)).map_err(|_| ModelError::Unusable {
        reason: "not in the form that was asked for",
    })?;
    T::from_sent(sent).ok_or(ModelError::Unusable {
        reason: "a field of the form is empty or too long",
    })
}

/// Models that are held to no schema like to put JSON into a block of code.
fn unfenced(answer: &str) -> &str {
    let answer = answer.trim();
    let inner = answer
        .strip_prefix("```json")
        .or_else(|| answer.strip_prefix("```"))
        .and_then(|rest| rest.strip_suffix("```"));
    inner.unwrap_or(answer)
}

/// The text, if there is one, and no more of it than a text may have.
fn filled(text: &str) -> Option<String> {
    let text = without_nul(text);
    let text = text.trim();
    let is_too_long = text.chars().nth(LONGEST_TEXT).is_some();
    (!text.is_empty() && !is_too_long).then(|| text.to_owned())
}

/// See [`InsightTexts`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SentInsight {
    historical_context: String,
    theological_significance: String,
    practical_application: String,
}

impl Texts for InsightTexts {
    type Sent = SentInsight;

    fn from_sent(sent: SentInsight) -> Option<Self> {
        Some(Self {
            historical_context: filled(&sent.historical_context)?,
            theological_significance: filled(&sent.theological_significance)?,
            practical_application: filled(&sent.practical_application)?,
        })
    }
}

/// See [`DefinitionTexts`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SentDefinition {
    definition: String,
    biblical_usage: String,
    original_language: String,
}

impl Texts for DefinitionTexts {
    type Sent = SentDefinition;

    fn from_sent(sent: SentDefinition) -> Option<Self> {
        Some(Self {
            definition: filled(&sent.definition)?,
            biblical_usage: filled(&sent.biblical_usage)?,
            original_language: filled(&sent.original_language)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(answer: &str) -> Result<DefinitionTexts, ModelError> {
        read(answer)
    }

    #[test]
    fn a_filled_form_is_read_and_trimmed() {
        let texts = definition(
            r#" {"definition":" a\u0000b\n","biblical_usage":"c","original_language":"d"} "#,
        );
        assert_eq!(texts.unwrap().definition, "ab");
    }

    #[test]
    fn what_no_import_would_take_back_is_refused() {
        let answer = |length| {
            let long = "é".repeat(length);
            json!({"definition": long, "biblical_usage": "b", "original_language": "c"}).to_string()
        };
        assert!(definition(&answer(10_000)).is_ok());
        assert!(definition(&answer(10_001)).is_err());
    }

    #[test]
    fn a_block_of_code_is_unpacked() {
        let answer = "```json\n{\"definition\":\"a\",\"biblical_usage\":\"b\",\"original_language\":\"c\"}\n```";
        assert_eq!(definition(answer).unwrap().original_language, "c");
    }

    #[test]
    fn anything_else_is_refused() {
        for answer in [
            "",
            "Love is patient.",
            "null",
            "[]",
            "{}",
            r#"{"definition":"a","biblical_usage":"b"}"#,
            r#"{"definition":"a","biblical_usage":"b","original_language":null}"#,
            r#"{"definition":"a","biblical_usage":"b","original_language":7}"#,
            r#"{"definition":"a","biblical_usage":"b","original_language":" \u0000\n"}"#,
            r#"{"definition":"a","biblical_usage":"b","original_language":"c","more":"d"}"#,
            r#"{"definition":"a","definition":"a","biblical_usage":"b","original_language":"c"}"#,
            r#"{"definition":"a","biblical_usage":"b","original_language":"c"} and so on"#,
            r#"{"definition":"a","biblical_usage":"b","original_lang"#,
        ] {
            assert!(
                matches!(definition(answer), Err(ModelError::Unusable { .. })),
                "{answer}"
            );
        }
    }
}
