//! What the provider was asked.

use std::time::Instant;

use http::HeaderMap;
use serde_json::Value;

/// One request, whole.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// In whose format.
    pub format: ProviderFormat,
    /// The path.
    pub path: String,
    /// The headers, keys among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Value,
    /// When it was here.
    pub at: Instant,
}

/// Whose format a request is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderFormat {
    /// Anthropic's Messages.
    Anthropic,
    /// `OpenAI`'s Chat Completions.
    OpenAi,
    /// `OpenAI`'s Embeddings.
    OpenAiEmbeddings,
    /// Bedrock's `ConverseStream`.
    Bedrock,
    /// Bedrock's `InvokeModel`, with Titan's embeddings.
    Titan,
}

impl ProviderFormat {
    /// The formats in which a model with an address of its own can be called.
    pub const ALL: [Self; 2] = [Self::Anthropic, Self::OpenAi];

    /// In which format the tests of this name ask: `OpenAI`'s where the name says so, else Anthropic's. So the same tests are
    /// run with both. `name` is the test's `CARGO_CRATE_NAME`.
    #[must_use]
    pub fn of_tests(name: &str) -> Self {
        if name.ends_with("openai") {
            Self::OpenAi
        } else {
            Self::Anthropic
        }
    }

    pub(super) fn of(path: &str) -> Option<Self> {
        match path {
            "/v1/messages" => Some(Self::Anthropic),
            "/v1/chat/completions" => Some(Self::OpenAi),
            "/v1/embeddings" => Some(Self::OpenAiEmbeddings),
            _ if !path.starts_with("/model/") => None,
            _ if path.ends_with("/converse-stream") => Some(Self::Bedrock),
            _ if path.ends_with("/invoke") => Some(Self::Titan),
            _ => None,
        }
    }
}

impl ReceivedRequest {
    /// Everything that the model is told, in one text: system prompt and turns.
    #[must_use]
    pub fn prompt(&self) -> String {
        let mut texts = Vec::new();
        for name in ["system", "messages", "input", "inputText"] {
            collect(self.at(&format!("/{name}")), &mut texts);
        }
        texts.join("\n")
    }

    /// What the model is told by us: the system prompt.
    #[must_use]
    pub fn system(&self) -> String {
        let mut texts = Vec::new();
        collect(self.at("/system"), &mut texts);
        for message in self.messages() {
            if role(message) == "system" {
                collect(message, &mut texts);
            }
        }
        texts.join("\n")
    }

    /// Who speaks and what, oldest first, without the system prompt.
    #[must_use]
    pub fn turns(&self) -> Vec<(String, String)> {
        let turns = self.messages().iter();
        let turns = turns.filter(|message| role(message) != "system");
        turns
            .map(|message| {
                let mut texts = Vec::new();
                collect(message, &mut texts);
                (role(message).to_owned(), texts.join("\n"))
            })
            .collect()
    }

    /// Whether the answer is to be streamed.
    #[must_use]
    pub fn is_streaming(&self) -> bool {
        self.format == ProviderFormat::Bedrock || *self.at("/stream") == true
    }

    /// The limit of the answer.
    #[must_use]
    pub fn max_tokens(&self) -> Option<u64> {
        let limit = self.at("/max_tokens").as_u64();
        let limit = limit.or_else(|| self.at("/max_completion_tokens").as_u64());
        limit.or_else(|| self.at("/inferenceConfig/maxTokens").as_u64())
    }

    /// The schema that the answer is held to, if it is to any.
    #[must_use]
    pub fn schema(&self) -> Option<&Value> {
        let schema = match self.format {
            ProviderFormat::Anthropic => self.at("/output_config/format/schema"),
            _ => self.at("/response_format/json_schema/schema"),
        };
        schema.is_object().then_some(schema)
    }

    /// What the body has at this pointer, or null.
    pub(super) fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn messages(&self) -> &[Value] {
        let messages = self.at("/messages").as_array();
        messages.map(Vec::as_slice).unwrap_or_default()
    }
}

fn role(message: &Value) -> &str {
    message
        .get("role")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The texts in a text, a block of it, or a list of either.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, texts)),
        Value::Object(part) => {
            for name in ["text", "content"] {
                collect(part.get(name).unwrap_or(&Value::Null), texts);
            }
        }
        _ => {}
    }
}
