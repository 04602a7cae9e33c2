//! The settings that choose the model and the embedder.
//!
//! | setting | default | values |
//! |---|---|---|
//! | `AI_PROVIDER` | `library` | `library`, `anthropic`, `openai`, `bedrock` |
//! | `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`, `ANTHROPIC_MODEL` | none, Anthropic's, `claude-sonnet-5` | |
//! | `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_MODEL` | none, `OpenAI`'s, `gpt-5.4-mini` | another address needs no key |
//! | `BEDROCK_MODEL` | none | with the function's region and credentials; only with the feature `bedrock` |
//! | `EMBEDDING_PROVIDER` | `none` | `none`, `openai`, `bedrock` |
//! | `EMBEDDING_MODEL` | `text-embedding-3-small`, `amazon.titan-embed-text-v2:0` | a model with vectors of 1024 numbers |
//! | `OPENAI_EMBEDDING_BASE_URL` | as `OPENAI_BASE_URL` | |
//! | `MAX_TOKENS_INSIGHTS`, `MAX_TOKENS_DEFINITION`, `MAX_TOKENS_CHAT` | 2000, 1000, 3000 | 500 to 16000 |
//! | `CONVERSATION_HISTORY_CHAR_LIMIT` | 100000 | 1000 to 1000000 |
//!
//! White space around a value is removed, as secrets often end with a line break.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr, sync::Arc};

use secrecy::SecretString;
use verse_platform::{Environment, Random, SettingError};

use crate::{
    ClientError, Embedder, EmbeddingProvider, HttpClient, Library, Limits, Model, Provider,
    ReloadConfig, Service, UsageReporter, providers::CurrentService,
};

const ANTHROPIC_URL: &str = "https://api.anthropic.com";
const ANTHROPIC_MODEL: &str = "claude-sonnet-5";
const OPENAI_URL: &str = "https://api.openai.com/v1";
const OPENAI_MODEL: &str = "gpt-5.4-mini";
const OPENAI_EMBEDDING_MODEL: &str = "text-embedding-3-small";
#[cfg(feature = "bedrock")]
const TITAN: &str = "amazon.titan-embed-text-v2:0";

/// The range of the token limits.
const TOKENS: RangeInclusive<u32> = 500..=16_000;
/// The range of the limit of a conversation, in characters.
const HISTORY: RangeInclusive<usize> = 1000..=1_000_000;

/// The parsed settings.
#[derive(Clone, Debug)]
pub struct AiConfig {
    /// `None` is the library.
    pub(crate) model: Option<Service>,
    pub(crate) embedding: Option<Service>,
    limits: Limits,
}

/// The model and the embedder that the settings choose.
#[derive(Clone, Debug)]
pub struct Ai {
    /// The model.
    pub model: Arc<dyn Model>,
    /// The embedder, if there is one.
    pub embedder: Option<Arc<dyn Embedder>>,
}

impl AiConfig {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// Names the first unusable setting.
    pub fn read(environment: &Environment) -> Result<Self, SettingError> {
        Ok(Self {
            model: model(environment)?,
            embedding: embedding(environment)?,
            limits: limits(environment)?,
        })
    }

    /// The limits of prompts and generated texts.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Creates the model and the embedder. The model reports each call's usage to `usage`. When a provider rejects its
    /// key, both take the services of the config that `reload` returns; the limits do not change.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be created.
    pub fn start(
        self,
        random: &Random,
        reload: Option<ReloadConfig>,
        usage: UsageReporter,
    ) -> Result<Ai, ClientError> {
        let [model, embedding] = CurrentService::share(self.model, self.embedding, reload);
        let needs_client = model.is_some() || embedding.is_some();
        let client = needs_client.then(HttpClient::new).transpose()?;
        let model: Arc<dyn Model> = match model.zip(client.clone()) {
            Some((service, client)) => {
                let provider = Provider::new(client, service, self.limits, random.clone());
                Arc::new(provider.reporting_to(usage))
            }
            None => Arc::new(Library::new(usage)),
        };
        let embedder = embedding.zip(client).map(|(service, client)| {
            let provider = EmbeddingProvider::new(client, service, random.clone());
            Arc::new(provider) as Arc<dyn Embedder>
        });
        Ok(Ai { model, embedder })
    }
}

fn model(environment: &Environment) -> Result<Option<Service>, SettingError> {
    const NAME: &str = "AI_PROVIDER";
    match text(environment, NAME).as_deref() {
        None | Some("library") => Ok(None),
        Some("anthropic") => anthropic(environment).map(Some),
        Some("openai") => {
            let model = text_or(environment, "OPENAI_MODEL", OPENAI_MODEL);
            openai(environment, "OPENAI_BASE_URL", NAME, model).map(Some)
        }
        Some("bedrock") => bedrock(environment, NAME).map(Some),
        _ => invalid(NAME, "expected library, anthropic, openai or bedrock"),
    }
}

fn embedding(environment: &Environment) -> Result<Option<Service>, SettingError> {
    const NAME: &str = "EMBEDDING_PROVIDER";
    match text(environment, NAME).as_deref() {
        None | Some("none") => Ok(None),
        Some("openai") => {
            let model = text_or(environment, "EMBEDDING_MODEL", OPENAI_EMBEDDING_MODEL);
            let own = "OPENAI_EMBEDDING_BASE_URL";
            let address = text(environment, own).map_or("OPENAI_BASE_URL", |_| own);
            openai(environment, address, NAME, model).map(Some)
        }
        Some("bedrock") => bedrock(environment, NAME).map(Some),
        _ => invalid(NAME, "expected none, openai or bedrock"),
    }
}

fn limits(environment: &Environment) -> Result<Limits, SettingError> {
    let default = Limits::default();
    let tokens = |name, default| number(environment, name, default, TOKENS);
    Ok(Limits {
        insight_tokens: tokens("MAX_TOKENS_INSIGHTS", default.insight_tokens)?,
        definition_tokens: tokens("MAX_TOKENS_DEFINITION", default.definition_tokens)?,
        chat_tokens: tokens("MAX_TOKENS_CHAT", default.chat_tokens)?,
        history_chars: number(
            environment,
            "CONVERSATION_HISTORY_CHAR_LIMIT",
            default.history_chars,
            HISTORY,
        )?,
    })
}

fn anthropic(environment: &Environment) -> Result<Service, SettingError> {
    let address = address(environment, "ANTHROPIC_BASE_URL")?;
    let Some(key) = key(environment, "ANTHROPIC_API_KEY")? else {
        return invalid(
            "ANTHROPIC_API_KEY",
            "expected a key, because AI_PROVIDER is anthropic; AI_PROVIDER=library needs none",
        );
    };
    Ok(Service::anthropic(
        address.as_deref().unwrap_or(ANTHROPIC_URL),
        key,
        text_or(environment, "ANTHROPIC_MODEL", ANTHROPIC_MODEL),
    ))
}

/// A model at the address of the setting `address`, chosen by the setting `provider`.
fn openai(
    environment: &Environment,
    address: &str,
    provider: &str,
    model: String,
) -> Result<Service, SettingError> {
    let key = key(environment, "OPENAI_API_KEY")?;
    let base_url = self::address(environment, address)?;
    if key.is_none() && base_url.is_none() {
        let reason = format!(
            "expected a key, because {provider} is openai; another server at {address} needs none"
        );
        return invalid("OPENAI_API_KEY", &reason);
    }
    let base_url = base_url.as_deref().unwrap_or(OPENAI_URL);
    Ok(Service::openai(base_url, key, model))
}

/// A model on Bedrock, chosen by the setting `provider`.
#[cfg(feature = "bedrock")]
fn bedrock(environment: &Environment, provider: &str) -> Result<Service, SettingError> {
    let (name, model, expected) = if provider == "AI_PROVIDER" {
        let expected =
            "expected a model or inference profile of the account, because AI_PROVIDER is bedrock";
        (
            "BEDROCK_MODEL",
            text(environment, "BEDROCK_MODEL"),
            expected,
        )
    } else {
        // Other embedding models have other request formats.
        let expected =
            "expected amazon.titan-embed-text-v2, the only model for EMBEDDING_PROVIDER=bedrock";
        let model = text_or(environment, "EMBEDDING_MODEL", TITAN);
        let model = Some(model).filter(|model| model.contains("titan-embed-text-v2"));
        ("EMBEDDING_MODEL", model, expected)
    };
    let Some(model) = model else {
        return invalid(name, expected);
    };
    Ok(Service::bedrock(&bedrock_address(environment)?, model))
}

#[cfg(not(feature = "bedrock"))]
fn bedrock(_: &Environment, provider: &str) -> Result<Service, SettingError> {
    invalid(
        provider,
        "bedrock is not in this build: build it with the feature bedrock",
    )
}

/// The address that the AWS SDK would use: the endpoint of the settings, or that of the region.
#[cfg(feature = "bedrock")]
fn bedrock_address(environment: &Environment) -> Result<String, SettingError> {
    if let Some(address) = address(environment, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME")? {
        return Ok(address);
    }
    let region = text(environment, "AWS_REGION").filter(|region| {
        let mut bytes = region.bytes();
        bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    });
    match region {
        Some(region) => Ok(format!("https://bedrock-runtime.{region}.amazonaws.com")),
        None => invalid("AWS_REGION", "expected a region such as eu-central-1"),
    }
}

/// The trimmed value of a setting; `None` when it is blank.
fn text(environment: &Environment, name: &str) -> Option<String> {
    let value = environment.get(name)?;
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn text_or(environment: &Environment, name: &str, default: &str) -> String {
    text(environment, name).unwrap_or_else(|| default.to_owned())
}

/// A key that is valid in an HTTP header.
fn key(environment: &Environment, name: &str) -> Result<Option<SecretString>, SettingError> {
    match text(environment, name) {
        Some(key) if !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            invalid(name, "expected ASCII characters without spaces")
        }
        key => Ok(key.map(SecretString::from)),
    }
}

/// A URL to which paths can be appended.
fn address(environment: &Environment, name: &str) -> Result<Option<String>, SettingError> {
    let Some(address) = text(environment, name) else {
        return Ok(None);
    };
    match reqwest::Url::parse(&address) {
        Ok(url)
            if matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none() =>
        {
            Ok(Some(address))
        }
        _ => invalid(name, "expected an address such as https://host/v1"),
    }
}

fn number<T: FromStr + PartialOrd + Display>(
    environment: &Environment,
    name: &str,
    default: T,
    range: RangeInclusive<T>,
) -> Result<T, SettingError> {
    let Some(value) = text(environment, name) else {
        return Ok(default);
    };
    match value.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => {
            let (start, end) = (range.start(), range.end());
            invalid(
                name,
                &format!("expected a whole number from {start} to {end}"),
            )
        }
    }
}

fn invalid<T>(name: &str, reason: &str) -> Result<T, SettingError> {
    Err(SettingError::Invalid {
        name: name.to_owned(),
        reason: reason.to_owned(),
    })
}

#[cfg(test)]
mod tests;
