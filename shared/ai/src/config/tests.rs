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
    let (base_url, with_password) = ("OPENAI_BASE_URL", "https://a:secret@b.example/v1");
    for (name, value, expected) in [
        ("AI_PROVIDER", "secret", "library, anthropic, openai or b"),
        ("EMBEDDING_PROVIDER", "secret", "none, openai or bedrock"),
        ("OPENAI_API_KEY", "secret é", "ASCII characters"),
        ("OPENAI_API_KEY", "sec\nret", "ASCII characters"),
        (base_url, "secret", "an address"),
        (base_url, "file:///secret", "an address"),
        (base_url, with_password, "an address"),
        (base_url, "https://b.example/v1?secret", "an address"),
        ("MAX_TOKENS_CHAT", "secret", "a whole number"),
    ] {
        let error = error(&[("AI_PROVIDER", "openai"), key, (name, value)]);
        let start = format!("{name} cannot be used: expected {expected}");
        assert!(error.starts_with(&start), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
    let config = read(&[("AI_PROVIDER", "openai"), ("OPENAI_API_KEY", "sk-secret")]).unwrap();
    assert!(!format!("{config:?}").contains("sk-secret"));
}

#[test]
fn limits_outside_their_range_are_refused() {
    for kind in ["INSIGHTS", "DEFINITION", "CHAT"] {
        let name = &format!("MAX_TOKENS_{kind}");
        for outside in ["499", "16001", "-1", "1e3", "99999999999999999999"] {
            let expected = "expected a whole number from 500 to 16000";
            let expected = format!("{name} cannot be used: {expected}");
            assert_eq!(error(&[(name, outside)]), expected);
        }
        for inside in ["500", "16000"] {
            read(&[(name, inside)]).unwrap();
        }
    }
    let history = "CONVERSATION_HISTORY_CHAR_LIMIT";
    assert!(error(&[(history, "999")]).starts_with("CONVERSATION_HISTORY"));
    let config = read(&[("MAX_TOKENS_DEFINITION", "700"), (history, "5000")]);
    let limits = config.unwrap().limits();
    assert_eq!(limits.definition_tokens, 700);
    assert_eq!(limits.history_chars, 5000);
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
    let embedding = ("EMBEDDING_PROVIDER", "bedrock");
    let other = ("EMBEDDING_MODEL", "cohere.embed-v4:0");
    let bad_region = ("AWS_REGION", "x.example/");
    for (settings, name, expected) in [
        ([bedrock, region, region], "BEDROCK_MODEL", "a model"),
        ([bedrock, chosen, chosen], "AWS_REGION", "a region"),
        ([bedrock, chosen, bad_region], "AWS_REGION", "a region"),
        (
            [embedding, region, other],
            "EMBEDDING_MODEL",
            "amazon.titan",
        ),
    ] {
        let start = format!("{name} cannot be used: expected {expected}");
        assert!(error(&settings).starts_with(&start), "{settings:?}");
    }
    assert_eq!(model(&[bedrock, chosen, region]), chosen.1);
    let titan = read(&[embedding, region]).unwrap().embedding.unwrap();
    assert_eq!(titan.model(), TITAN);
}
