//! Structured output: the JSON schema that is sent to a provider, and the strict parsing of its response.

use genai::chat::{ChatResponseFormat, JsonSpec};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{
    DefinitionTexts, InsightTexts, MAX_TEXT_CHARS, ModelError,
    prompts::{OutputFormat, without_nul},
};

/// The schema of an object with these text fields, all required, and no other field.
pub(super) fn schema(format: &OutputFormat) -> ChatResponseFormat {
    let properties = format.fields.iter().map(|(name, description)| {
        let field = json!({"type": "string", "description": description});
        ((*name).to_owned(), field)
    });
    let schema = json!({
        "type": "object",
        "properties": properties.collect::<Map<String, Value>>(),
        "required": format.fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        "additionalProperties": false,
    });
    JsonSpec::new(format.name, schema).into()
}

/// Texts that a model returns as one JSON object.
pub(super) trait StructuredOutput: DeserializeOwned + Send + 'static {
    /// All of its texts.
    fn texts(&mut self) -> [&mut String; 3];
}

impl StructuredOutput for InsightTexts {
    fn texts(&mut self) -> [&mut String; 3] {
        [
            &mut self.historical_context,
            &mut self.theological_significance,
            &mut self.practical_application,
        ]
    }
}

impl StructuredOutput for DefinitionTexts {
    fn texts(&mut self) -> [&mut String; 3] {
        [
            &mut self.definition,
            &mut self.biblical_usage,
            &mut self.original_language,
        ]
    }
}

/// Parses a response, which must be one JSON object of the format, with text in each field.
pub(super) fn parse<T: StructuredOutput>(response: &str) -> Result<T, ModelError> {
    let parsed = serde_json::from_str(without_code_fence(response));
    let mut output: T = parsed.map_err(|_| ModelError::Unusable {
        reason: "not in the requested format",
    })?;
    for text in output.texts() {
        *text = without_nul(text).trim().to_owned();
        if text.is_empty() || text.chars().nth(MAX_TEXT_CHARS).is_some() {
            return Err(ModelError::Unusable {
                reason: "a field is empty or too long",
            });
        }
    }
    Ok(output)
}

/// A model without a schema often puts its JSON into a Markdown code block.
fn without_code_fence(response: &str) -> &str {
    let response = response.trim();
    let inner = response
        .strip_prefix("```json")
        .or_else(|| response.strip_prefix("```"))
        .and_then(|rest| rest.strip_suffix("```"));
    inner.unwrap_or(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(response: &str) -> Result<DefinitionTexts, ModelError> {
        parse(response)
    }

    #[test]
    fn texts_are_trimmed() {
        let response =
            r#" {"definition":" a\u0000b\n","biblical_usage":"c","original_language":"d"} "#;
        assert_eq!(definition(response).unwrap().definition, "ab");
    }

    #[test]
    fn a_text_longer_than_an_import_accepts_is_refused() {
        let response = |length| {
            let long = "é".repeat(length);
            json!({"definition": long, "biblical_usage": "b", "original_language": "c"}).to_string()
        };
        assert!(definition(&response(10_000)).is_ok());
        assert!(definition(&response(10_001)).is_err());
    }

    #[test]
    fn a_code_fence_is_removed() {
        let response = "```json\n{\"definition\":\"a\",\"biblical_usage\":\"b\",\"original_language\":\"c\"}\n```";
        assert_eq!(definition(response).unwrap().original_language, "c");
    }

    #[test]
    fn anything_but_the_requested_object_is_refused() {
        for response in [
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
            let refused = matches!(definition(response), Err(ModelError::Unusable { .. }));
            assert!(refused, "{response}");
        }
    }
}
