//! A request that the provider received.

use std::time::Instant;

use http::HeaderMap;
use serde_json::Value;

/// One request, whole.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// The format.
    pub format: ProviderFormat,
    /// The path.
    pub path: String,
    /// The headers, keys among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: Value,
    /// When it was received.
    pub at: Instant,
}

/// The API that a request is for.
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
    /// The formats of the providers whose address a function can be given.
    pub const ALL: [Self; 2] = [Self::Anthropic, Self::OpenAi];

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
    /// All texts for the model in one: system prompt, turns, and input of an embedding.
    #[must_use]
    pub fn prompt(&self) -> String {
        let members = ["/system", "/messages", "/input", "/inputText"];
        texts(members.map(|member| self.at(member)))
    }

    /// The system prompt.
    #[must_use]
    pub fn system(&self) -> String {
        let messages = self.messages().iter();
        let messages = messages.filter(|message| role(message) == "system");
        texts([self.at("/system")].into_iter().chain(messages))
    }

    /// Role and text of each message, oldest first, without the system prompt.
    #[must_use]
    pub fn turns(&self) -> Vec<(String, String)> {
        let messages = self.messages().iter();
        let turns = messages.filter(|message| role(message) != "system");
        turns
            .map(|message| (role(message).to_owned(), texts([message])))
            .collect()
    }

    /// Whether the request is for a stream.
    #[must_use]
    pub fn is_streaming(&self) -> bool {
        self.format == ProviderFormat::Bedrock || *self.at("/stream") == true
    }

    /// The maximum number of tokens of the reply.
    #[must_use]
    pub fn max_tokens(&self) -> Option<u64> {
        let members = [
            "/max_tokens",
            "/max_completion_tokens",
            "/inferenceConfig/maxTokens",
        ];
        members.iter().find_map(|member| self.at(member).as_u64())
    }

    /// The schema of a structured reply.
    #[must_use]
    pub fn schema(&self) -> Option<&Value> {
        let schema = match self.format {
            ProviderFormat::Anthropic => self.at("/output_config/format/schema"),
            _ => self.at("/response_format/json_schema/schema"),
        };
        schema.is_object().then_some(schema)
    }

    /// The value at this pointer in the body, or null.
    pub(super) fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn messages(&self) -> &[Value] {
        let messages = self.at("/messages").as_array();
        messages.map(Vec::as_slice).unwrap_or_default()
    }
}

fn role(message: &Value) -> &str {
    let role = message.get("role").and_then(Value::as_str);
    role.unwrap_or_default()
}

/// The texts in these values, a line each.
fn texts<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let mut texts = Vec::new();
    for value in values {
        collect(value, &mut texts);
    }
    texts.join("\n")
}

/// Collects the texts of a string, a content block, or a list of either.
fn collect<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, texts)),
        Value::Object(part) => {
            for name in ["text", "content"] {
                collect(part.get(name).unwrap_or(&Value::Null), texts);
            }
        }
        _ => {}
    }
}
