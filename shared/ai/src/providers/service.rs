//! What tells one provider from another: protocol, address, key, and what its models do by default.

use genai::{
    ModelIden, ServiceTarget,
    adapter::AdapterKind,
    chat::{ChatOptions, ReasoningEffort},
    resolver::{AuthData, Endpoint},
};
use secrecy::{ExposeSecret, SecretString};

/// A provider as it is set up: whom to ask, for which model.
#[derive(Clone, Debug)]
pub struct Service {
    kind: Kind,
    /// Ends with `/`.
    base_url: String,
    key: Option<SecretString>,
    model: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Anthropic,
    OpenAi,
    #[cfg(feature = "bedrock")]
    Bedrock,
}

/// What servers that want no key are sent for one.
const NO_KEY: &str = "none";

impl Service {
    /// Anthropic's Messages API. `base_url` is as Anthropic's own libraries take it, with or without the version.
    #[must_use]
    pub fn anthropic(base_url: &str, key: SecretString, model: String) -> Self {
        let base_url = base_url.trim_end_matches('/');
        let base_url = base_url.strip_suffix("/v1").unwrap_or(base_url);
        Self {
            kind: Kind::Anthropic,
            base_url: format!("{base_url}/v1/"),
            key: Some(key),
            model,
        }
    }

    /// `OpenAI`'s Chat Completions, by `OpenAI` or whoever speaks it. `base_url` is as `OpenAI`'s own libraries take it: with the
    /// version.
    #[must_use]
    pub fn openai(base_url: &str, key: Option<SecretString>, model: String) -> Self {
        Self {
            kind: Kind::OpenAi,
            base_url: format!("{}/", base_url.trim_end_matches('/')),
            key,
            model,
        }
    }

    /// Amazon Bedrock, at `base_url`. Credentials and their region are those of the process: a function's role.
    #[cfg(feature = "bedrock")]
    #[must_use]
    pub fn bedrock(base_url: &str, model: String) -> Self {
        Self {
            kind: Kind::Bedrock,
            base_url: format!("{}/", base_url.trim_end_matches('/')),
            key: None,
            model,
        }
    }

    /// The model's name.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    pub(super) fn target(&self) -> ServiceTarget {
        let key = self.key.as_ref().map_or(NO_KEY, |key| key.expose_secret());
        let auth = match self.kind {
            Kind::Anthropic | Kind::OpenAi => AuthData::Key(key.to_owned()),
            #[cfg(feature = "bedrock")]
            Kind::Bedrock => AuthData::None,
        };
        let adapter = match self.kind {
            Kind::Anthropic => AdapterKind::Anthropic,
            Kind::OpenAi => AdapterKind::OpenAI,
            #[cfg(feature = "bedrock")]
            Kind::Bedrock => AdapterKind::BedrockSigv4,
        };
        ServiceTarget {
            endpoint: Endpoint::from_owned(self.base_url.as_str()),
            auth,
            model: ModelIden::new(adapter, self.model.as_str()),
        }
    }

    /// Whether `genai` blocks its thread to sign a request, which no thread of a function's runtime may be.
    pub(super) fn blocks_to_sign(&self) -> bool {
        match self.kind {
            Kind::Anthropic | Kind::OpenAi => false,
            #[cfg(feature = "bedrock")]
            Kind::Bedrock => true,
        }
    }

    /// Where Bedrock's runtime is, if that is what is asked.
    #[cfg(feature = "bedrock")]
    pub(super) fn bedrock_url(&self) -> Option<&str> {
        (self.kind == Kind::Bedrock).then_some(self.base_url.as_str())
    }

    /// Models that think by default would spend the limit of an answer on it, and keep the reader waiting.
    pub(super) fn without_thinking(&self, options: ChatOptions) -> ChatOptions {
        let can_be_told = match self.kind {
            Kind::Anthropic => true,
            // Its models think only when told to.
            #[cfg(feature = "bedrock")]
            Kind::Bedrock => false,
            // Others take the setting for a mistake.
            Kind::OpenAi => self.model.starts_with("gpt-5.") || self.model.starts_with("gpt-6"),
        };
        if can_be_told {
            options.with_reasoning_effort(ReasoningEffort::Zero)
        } else {
            options
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_anthropics_address_are_one() {
        for base in [
            "https://a.example",
            "https://a.example/",
            "https://a.example/v1",
            "https://a.example/v1/",
        ] {
            let service = Service::anthropic(base, "k".into(), "m".into());
            assert_eq!(
                service.target().endpoint.base_url(),
                "https://a.example/v1/"
            );
        }
    }

    #[test]
    fn a_key_is_not_printed() {
        let service = Service::openai("http://a.example/v1", Some("sk-secret".into()), "m".into());
        assert!(!format!("{service:?}").contains("sk-secret"));
        assert!(!format!("{:?}", service.target()).contains("sk-secret"));
    }
}
