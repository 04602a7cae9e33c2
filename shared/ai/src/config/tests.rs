use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<AiConfig, SettingError> {
    AiConfig::read(&Environment::of(pairs.iter().copied()))
}

fn error(pairs: &[(&str, &str)]) -> String {
    read(pairs).unwrap_err().to_string()
}

/// The name of the chosen model.
fn model(pairs: &[(&str, &str)]) -> String {
    match read(pairs).unwrap().model {
        Some(service) => service.model().to_owned(),
        None => "library".to_owned(),
    }
}

#[test]
fn the_default_is_the_library_without_an_embedder() {
    let config = read(&[]).unwrap();
    assert!(config.model.is_none());
    assert!(config.embedding.is_none());
    assert_eq!(config.limits, Limits::default());
    // A key alone chooses no provider.
    assert_eq!(model(&[("ANTHROPIC_API_KEY", "k")]), "library");
}

#[test]
fn each_provider_has_its_own_model_setting() {
    let anthropic = [("AI_PROVIDER", "anthropic"), ("ANTHROPIC_API_KEY", "k\n")];
    assert_eq!(model(&anthropic), ANTHROPIC_MODEL);
    let openai = [
        ("AI_PROVIDER", "openai"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1"),
        ("OPENAI_MODEL", "llama"),
    ];
    assert_eq!(model(&openai), "llama");
}

#[test]
fn a_missing_key_is_named_with_the_reason() {
    assert_eq!(
        error(&[("AI_PROVIDER", "anthropic"), ("ANTHROPIC_API_KEY", " ")]),
        "ANTHROPIC_API_KEY cannot be used: expected a key, because AI_PROVIDER is anthropic; AI_PROVIDER=library needs none"
    );
    assert_eq!(
        error(&[("EMBEDDING_PROVIDER", "openai")]),
        "OPENAI_API_KEY cannot be used: expected a key, because EMBEDDING_PROVIDER is openai; another server at OPENAI_BASE_URL needs none"
    );
}

#[test]
fn an_error_never_contains_the_value() {
    let key = ("OPENAI_API_KEY", "sk-1");
    for (setting, expected) in [
        (("AI_PROVIDER", "secret"), "library, anthropic, openai or b"),
        (("EMBEDDING_PROVIDER", "secret"), "none, openai or bedrock"),
        (("OPENAI_API_KEY", "secret é"), "ASCII characters"),
        (("OPENAI_API_KEY", "sec\nret"), "ASCII characters"),
        (("OPENAI_BASE_URL", "secret"), "an address"),
        (("OPENAI_BASE_URL", "file:///secret"), "an address"),
        (
            ("OPENAI_BASE_URL", "https://a:secret@b.example/v1"),
            "an address",
        ),
        (
            ("OPENAI_BASE_URL", "https://b.example/v1?secret"),
            "an address",
        ),
        (("MAX_TOKENS_CHAT", "secret"), "a whole number"),
    ] {
        let error = error(&[("AI_PROVIDER", "openai"), key, setting]);
        let (name, _) = setting;
        let start = format!("{name} cannot be used: expected {expected}");
        assert!(error.starts_with(&start), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    let config = read(&[("AI_PROVIDER", "openai"), ("OPENAI_API_KEY", "sk-secret")]).unwrap();
    assert!(!format!("{config:?}").contains("sk-secret"));
}

#[test]
fn limits_outside_their_range_are_error() {
    for name in [
        "MAX_TOKENS_INSIGHTS",
        "MAX_TOKENS_DEFINITION",
        "MAX_TOKENS_CHAT",
    ] {
        for outside in ["499", "16001", "-1", "1e3", "99999999999999999999"] {
            assert_eq!(
                error(&[(name, outside)]),
                format!("{name} cannot be used: expected a whole number from 500 to 16000")
            );
        }
        for inside in ["500", "16000"] {
            read(&[(name, inside)]).unwrap();
        }
    }
    assert!(
        error(&[("CONVERSATION_HISTORY_CHAR_LIMIT", "999")]).starts_with("CONVERSATION_HISTORY")
    );
    let config = read(&[
        ("MAX_TOKENS_DEFINITION", "700"),
        ("CONVERSATION_HISTORY_CHAR_LIMIT", "5000"),
    ]);
    let limits = config.unwrap().limits();
    assert_eq!(
        (limits.definition_tokens, limits.history_chars),
        (700, 5000)
    );
}

#[test]
fn the_embedder_can_have_its_own_server() {
    let config = read(&[
        ("EMBEDDING_PROVIDER", "openai"),
        ("EMBEDDING_MODEL", "nomic"),
        ("OPENAI_EMBEDDING_BASE_URL", "http://127.0.0.1:1/v1"),
    ]);
    let service = config.unwrap().embedding.unwrap();
    assert_eq!(service.model(), "nomic");
}

#[cfg(not(feature = "bedrock"))]
#[test]
fn bedrock_needs_its_feature() {
    for name in ["AI_PROVIDER", "EMBEDDING_PROVIDER"] {
        let start = format!("{name} cannot be used: bedrock is not in this build");
        assert!(error(&[(name, "bedrock")]).starts_with(&start));
    }
}

#[cfg(feature = "bedrock")]
#[test]
fn bedrock_needs_a_model_and_a_region() {
    let bedrock = ("AI_PROVIDER", "bedrock");
    let chosen = ("BEDROCK_MODEL", "eu.amazon.nova-pro-v1:0");
    let region = ("AWS_REGION", "eu-central-1");
    assert!(
        error(&[bedrock, region]).starts_with("BEDROCK_MODEL cannot be used: expected a model")
    );
    assert!(error(&[bedrock, chosen]).starts_with("AWS_REGION cannot be used: expected a region"));
    assert!(
        error(&[bedrock, chosen, ("AWS_REGION", "x.example/")])
            .starts_with("AWS_REGION cannot be used: expected a region")
    );
    assert_eq!(model(&[bedrock, chosen, region]), chosen.1);
    let embedding = ("EMBEDDING_PROVIDER", "bedrock");
    let other = ("EMBEDDING_MODEL", "cohere.embed-v4:0");
    assert!(
        error(&[embedding, region, other])
            .starts_with("EMBEDDING_MODEL cannot be used: expected amazon.titan")
    );
    let titan = read(&[embedding, region]).unwrap().embedding.unwrap();
    assert_eq!(titan.model(), TITAN);
}
