//! Which model answers, as the settings say.
//!
//! | setting | default | |
//! |---|---|---|
//! | `AI_PROVIDER` | `library` | `library`, `anthropic`, `openai`, `bedrock` |
//! | `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`, `ANTHROPIC_MODEL` | none, Anthropic's, `claude-sonnet-5` | |
//! | `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_MODEL` | none, `OpenAI`'s, `gpt-5.4-mini` | with another address, no key is needed |
//! | `BEDROCK_MODEL` | none | region and credentials are the function's own; only with the feature `bedrock` |
//! | `EMBEDDING_PROVIDER` | `none` | `none`, `openai`, `bedrock` |
//! | `EMBEDDING_MODEL` | `text-embedding-3-small`, `amazon.titan-embed-text-v2:0` | gives vectors of 1024 numbers |
//! | `OPENAI_EMBEDDING_BASE_URL` | as `OPENAI_BASE_URL` | |
//! | `MAX_TOKENS_INSIGHTS`, `MAX_TOKENS_DEFINITION`, `MAX_TOKENS_CHAT` | 2000, 1000, 3000 | 500 to 16000 |
//! | `CONVERSATION_HISTORY_CHAR_LIMIT` | 100000 | 1000 to 1000000 |

mod settings;

use std::{ops::RangeInclusive, sync::Arc};

use thiserror::Error;

use self::settings::{Settings, problem};
use crate::{
    ClientError, Embedder, EmbeddingProvider, HttpClient, Jitter, Library, Limits, Model, Provider,
    Service,
};

const ANTHROPIC_URL: &str = "https://api.anthropic.com";
const ANTHROPIC_MODEL: &str = "claude-sonnet-5";
const OPENAI_URL: &str = "https://api.openai.com/v1";
const OPENAI_MODEL: &str = "gpt-5.4-mini";
const OPENAI_EMBEDDING_MODEL: &str = "text-embedding-3-small";

#[cfg(feature = "bedrock")]
const TITAN: &str = "amazon.titan-embed-text-v2:0";
#[cfg(not(feature = "bedrock"))]
const NO_BEDROCK: &str =
    "is bedrock, which is not in this build: build it with the feature bedrock";

/// Tokens that an answer may be limited to.
const TOKENS: RangeInclusive<u32> = 500..=16_000;
/// Characters that a conversation may be limited to.
const HISTORY: RangeInclusive<usize> = 1000..=1_000_000;

/// A setting that cannot be used. Says which and what to do, never what it holds: it may be a secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{name} {problem}")]
pub struct AiSettingError {
    /// The variable.
    pub name: &'static str,
    /// What is wrong with it, and what to do.
    pub problem: String,
}

/// A model cannot be set up.
#[derive(Debug, Error)]
pub enum AiStartError {
    /// Its provider cannot be called.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// What the settings say about models.
#[derive(Clone, Debug)]
pub struct AiConfig {
    model: ModelChoice,
    embedding: Option<Service>,
    limits: Limits,
}

#[derive(Clone, Debug)]
enum ModelChoice {
    Library,
    Remote(Service),
}

/// What was chosen, ready to be asked.
#[derive(Clone, Debug)]
pub struct Ai {
    /// Writes the answers.
    pub model: Arc<dyn Model>,
    /// Turns texts into vectors, where that was chosen.
    pub embedder: Option<Arc<dyn Embedder>>,
}

impl AiConfig {
    /// Reads the settings, each by its name.
    ///
    /// # Errors
    ///
    /// Names the first that cannot be used.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, AiSettingError> {
        let settings = Settings(&get);
        Ok(Self {
            model: settings.model()?,
            embedding: settings.embedding()?,
            limits: settings.limits()?,
        })
    }

    /// What bounds prompts and answers.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Sets up what was chosen. An HTTP client is made only for who is asked over HTTP.
    ///
    /// # Errors
    ///
    /// When it cannot be set up.
    pub fn start(self, jitter: &Jitter) -> Result<Ai, AiStartError> {
        let needs_client = self.embedding.is_some() || matches!(self.model, ModelChoice::Remote(_));
        let client = needs_client.then(HttpClient::new).transpose()?;
        let model: Arc<dyn Model> = match (self.model, &client) {
            (ModelChoice::Remote(service), Some(client)) => {
                let provider = Provider::new(client.clone(), service, self.limits, jitter.clone());
                Arc::new(provider)
            }
            // Who is asked over HTTP has a client.
            _ => Arc::new(Library),
        };
        let embedder = self.embedding.zip(client).map(|(service, client)| {
            let provider = EmbeddingProvider::new(client, service, jitter.clone());
            Arc::new(provider) as Arc<dyn Embedder>
        });
        Ok(Ai { model, embedder })
    }
}

impl Settings<'_> {
    fn model(&self) -> Result<ModelChoice, AiSettingError> {
        let provider = self.text("AI_PROVIDER");
        Ok(match provider.as_deref().unwrap_or("library") {
            "library" => ModelChoice::Library,
            "anthropic" => ModelChoice::Remote(self.anthropic()?),
            "openai" => {
                let model = self.text("OPENAI_MODEL");
                let model = model.unwrap_or_else(|| OPENAI_MODEL.to_owned());
                ModelChoice::Remote(self.openai("OPENAI_BASE_URL", "AI_PROVIDER", model)?)
            }
            "bedrock" => ModelChoice::Remote(self.bedrock()?),
            _ => {
                return Err(problem(
                    "AI_PROVIDER",
                    "is none of library, anthropic, openai and bedrock",
                ));
            }
        })
    }

    fn embedding(&self) -> Result<Option<Service>, AiSettingError> {
        let provider = self.text("EMBEDDING_PROVIDER");
        let model = self.text("EMBEDDING_MODEL");
        Ok(match provider.as_deref().unwrap_or("none") {
            "none" => None,
            "openai" => {
                let model = model.unwrap_or_else(|| OPENAI_EMBEDDING_MODEL.to_owned());
                let own = "OPENAI_EMBEDDING_BASE_URL";
                let address = self.text(own).map_or("OPENAI_BASE_URL", |_| own);
                Some(self.openai(address, "EMBEDDING_PROVIDER", model)?)
            }
            "bedrock" => Some(self.bedrock_embedding(model)?),
            _ => {
                return Err(problem(
                    "EMBEDDING_PROVIDER",
                    "is none of none, openai and bedrock",
                ));
            }
        })
    }

    fn limits(&self) -> Result<Limits, AiSettingError> {
        let default = Limits::default();
        Ok(Limits {
            insight_tokens: self.number("MAX_TOKENS_INSIGHTS", default.insight_tokens, TOKENS)?,
            definition_tokens: self.number(
                "MAX_TOKENS_DEFINITION",
                default.definition_tokens,
                TOKENS,
            )?,
            chat_tokens: self.number("MAX_TOKENS_CHAT", default.chat_tokens, TOKENS)?,
            history_chars: self.number(
                "CONVERSATION_HISTORY_CHAR_LIMIT",
                default.history_chars,
                HISTORY,
            )?,
        })
    }

    fn anthropic(&self) -> Result<Service, AiSettingError> {
        let address = self.address("ANTHROPIC_BASE_URL")?;
        let key = self.key("ANTHROPIC_API_KEY")?.ok_or_else(|| {
            problem(
                "ANTHROPIC_API_KEY",
                "is not set, and AI_PROVIDER is anthropic: set it, or take AI_PROVIDER=library, which needs no key",
            )
        })?;
        let model = self.text("ANTHROPIC_MODEL");
        Ok(Service::anthropic(
            address.as_deref().unwrap_or(ANTHROPIC_URL),
            key,
            model.unwrap_or_else(|| ANTHROPIC_MODEL.to_owned()),
        ))
    }

    /// At the address that the setting `address` holds; `wanted_by` is the setting that asks for it.
    fn openai(
        &self,
        address: &'static str,
        wanted_by: &str,
        model: String,
    ) -> Result<Service, AiSettingError> {
        let key = self.key("OPENAI_API_KEY")?;
        let base_url = self.address(address)?;
        if key.is_none() && base_url.is_none() {
            return Err(AiSettingError {
                name: "OPENAI_API_KEY",
                problem: format!(
                    "is not set, and {wanted_by} is openai: set it, or {address} to a server that needs none"
                ),
            });
        }
        let base_url = base_url.as_deref().unwrap_or(OPENAI_URL);
        Ok(Service::openai(base_url, key, model))
    }

    #[cfg(feature = "bedrock")]
    fn bedrock(&self) -> Result<Service, AiSettingError> {
        let model = self.text("BEDROCK_MODEL").ok_or_else(|| {
            problem(
                "BEDROCK_MODEL",
                "is not set, and AI_PROVIDER is bedrock: set it to a model or inference profile that the account may use",
            )
        })?;
        Ok(Service::bedrock(&self.bedrock_address()?, model))
    }

    #[cfg(feature = "bedrock")]
    fn bedrock_embedding(&self, model: Option<String>) -> Result<Service, AiSettingError> {
        let model = model.unwrap_or_else(|| TITAN.to_owned());
        // The others take their texts in other forms.
        if !model.contains("titan-embed-text-v2") {
            return Err(problem(
                "EMBEDDING_MODEL",
                "is no amazon.titan-embed-text-v2, the only one that can be used with EMBEDDING_PROVIDER=bedrock",
            ));
        }
        Ok(Service::bedrock(&self.bedrock_address()?, model))
    }

    /// Where the AWS SDK would find it: an endpoint of one's own, or the region's.
    #[cfg(feature = "bedrock")]
    fn bedrock_address(&self) -> Result<String, AiSettingError> {
        if let Some(address) = self.address("AWS_ENDPOINT_URL_BEDROCK_RUNTIME")? {
            return Ok(address);
        }
        let region = self.text("AWS_REGION").ok_or_else(|| {
            problem(
                "AWS_REGION",
                "is not set: say in which region Bedrock is to be asked",
            )
        })?;
        let is_region = region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if is_region {
            Ok(format!("https://bedrock-runtime.{region}.amazonaws.com"))
        } else {
            Err(problem("AWS_REGION", "is no region such as eu-central-1"))
        }
    }

    #[cfg(not(feature = "bedrock"))]
    #[expect(
        clippy::unused_self,
        reason = "without the feature there is nothing to read"
    )]
    fn bedrock(&self) -> Result<Service, AiSettingError> {
        Err(problem("AI_PROVIDER", NO_BEDROCK))
    }

    #[cfg(not(feature = "bedrock"))]
    #[expect(
        clippy::unused_self,
        reason = "without the feature there is nothing to read"
    )]
    fn bedrock_embedding(&self, _model: Option<String>) -> Result<Service, AiSettingError> {
        Err(problem("EMBEDDING_PROVIDER", NO_BEDROCK))
    }
}

#[cfg(test)]
mod tests;
