//! [`Service`]: the protocol, address, key and model of a provider.

use genai::{
    ModelIden, ServiceTarget,
    adapter::AdapterKind,
    chat::{ChatOptions, ReasoningEffort},
    resolver::{AuthData, Endpoint},
};
use secrecy::{ExposeSecret, SecretString};

/// A model at a provider.
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

/// The key for servers that need none.
const NO_KEY: &str = "none";

impl Service {
    /// Anthropic's Messages API. `base_url` is that of Anthropic's own libraries, with or without `/v1`.
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

    /// `OpenAI`'s Chat Completions API, at `OpenAI` or a compatible server. `base_url` is that of `OpenAI`'s own libraries, with
    /// `/v1`.
    #[must_use]
    pub fn openai(base_url: &str, key: Option<SecretString>, model: String) -> Self {
        Self {
            kind: Kind::OpenAi,
            base_url: format!("{}/", base_url.trim_end_matches('/')),
            key,
            model,
        }
    }

    /// Amazon Bedrock at `base_url`, with the credentials and region of the process: the function's role.
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
        let key = || AuthData::Key(key.to_owned());
        let (adapter, auth) = match self.kind {
            Kind::Anthropic => (AdapterKind::Anthropic, key()),
            Kind::OpenAi => (AdapterKind::OpenAI, key()),
            #[cfg(feature = "bedrock")]
            Kind::Bedrock => (AdapterKind::BedrockSigv4, AuthData::None),
        };
        ServiceTarget {
            endpoint: Endpoint::from_owned(self.base_url.as_str()),
            auth,
            model: ModelIden::new(adapter, self.model.as_str()),
        }
    }

    /// Whether `genai` blocks its thread to sign a request. The threads of a function's runtime must not block.
    pub(super) fn blocks_to_sign(&self) -> bool {
        match self.kind {
            Kind::Anthropic | Kind::OpenAi => false,
            #[cfg(feature = "bedrock")]
            Kind::Bedrock => true,
        }
    }

    /// Bedrock's address, if this is a model on Bedrock.
    #[cfg(feature = "bedrock")]
    pub(super) fn bedrock_url(&self) -> Option<&str> {
        (self.kind == Kind::Bedrock).then_some(self.base_url.as_str())
    }

    /// Switches extended thinking off: it would use up the token limit and delay the first token.
    pub(super) fn without_thinking(&self, options: ChatOptions) -> ChatOptions {
        let has_option = match self.kind {
            Kind::Anthropic => true,
            // Its models think only on request.
            #[cfg(feature = "bedrock")]
            Kind::Bedrock => false,
            // Other models reject the option.
            Kind::OpenAi => self.model.starts_with("gpt-5.") || self.model.starts_with("gpt-6"),
        };
        if has_option {
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
    fn anthropics_address_is_accepted_with_and_without_a_version() {
        for path in ["", "/", "/v1", "/v1/"] {
            let base = format!("https://a.example{path}");
            let target = Service::anthropic(&base, "k".into(), "m".into()).target();
            assert_eq!(target.endpoint.base_url(), "https://a.example/v1/");
        }
    }

    #[test]
    fn a_key_is_not_printed() {
        let service = Service::openai("http://a.example/v1", Some("sk-secret".into()), "m".into());
        assert!(!format!("{service:?}").contains("sk-secret"));
        assert!(!format!("{:?}", service.target()).contains("sk-secret"));
    }
}
