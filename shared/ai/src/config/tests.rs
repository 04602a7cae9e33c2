use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<AiConfig, AiSettingError> {
    AiConfig::read(|name| {
        let found = pairs.iter().find(|(known, _)| *known == name)?;
        Some(found.1.to_owned())
    })
}

fn refused(pairs: &[(&str, &str)]) -> String {
    read(pairs).unwrap_err().to_string()
}

/// The name of the model that these settings choose.
fn model(pairs: &[(&str, &str)]) -> String {
    match read(pairs).unwrap().model {
        ModelChoice::Remote(service) => service.model().to_owned(),
        ModelChoice::Library => "library".to_owned(),
    }
}

#[test]
fn without_settings_there_is_the_library_and_no_embedding() {
    let config = read(&[]).unwrap();
    assert!(matches!(config.model, ModelChoice::Library));
    assert!(config.embedding.is_none());
    assert_eq!(config.limits, Limits::default());
    // A key alone chooses nothing.
    assert_eq!(model(&[("ANTHROPIC_API_KEY", "k")]), "library");
}

#[test]
fn each_provider_has_a_model_of_its_own() {
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
fn a_missing_key_is_named_with_what_to_do() {
    assert_eq!(
        refused(&[("AI_PROVIDER", "anthropic"), ("ANTHROPIC_API_KEY", " ")]),
        "ANTHROPIC_API_KEY is not set, and AI_PROVIDER is anthropic: set it, or take AI_PROVIDER=library, which needs no key"
    );
    assert_eq!(
        refused(&[("EMBEDDING_PROVIDER", "openai")]),
        "OPENAI_API_KEY is not set, and EMBEDDING_PROVIDER is openai: set it, or OPENAI_BASE_URL to a server that needs none"
    );
}

#[test]
fn no_value_is_ever_said() {
    let key = ("OPENAI_API_KEY", "sk-1");
    for (setting, starts) in [
        (("AI_PROVIDER", "secret"), "AI_PROVIDER is none of"),
        (
            ("EMBEDDING_PROVIDER", "secret"),
            "EMBEDDING_PROVIDER is none of",
        ),
        (
            ("OPENAI_API_KEY", "secret é"),
            "OPENAI_API_KEY has characters",
        ),
        (
            ("OPENAI_API_KEY", "sec\nret"),
            "OPENAI_API_KEY has characters",
        ),
        (
            ("OPENAI_BASE_URL", "secret"),
            "OPENAI_BASE_URL is no address",
        ),
        (
            ("OPENAI_BASE_URL", "file:///secret"),
            "OPENAI_BASE_URL is no address",
        ),
        (
            ("OPENAI_BASE_URL", "https://a:secret@b.example/v1"),
            "OPENAI_BASE_URL is no address",
        ),
        (
            ("OPENAI_BASE_URL", "https://b.example/v1?secret"),
            "OPENAI_BASE_URL is no address",
        ),
        (
            ("MAX_TOKENS_CHAT", "secret"),
            "MAX_TOKENS_CHAT is no whole number",
        ),
    ] {
        let said = refused(&[setting, ("AI_PROVIDER", "openai"), key]);
        assert!(said.starts_with(starts), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
    let config = read(&[("AI_PROVIDER", "openai"), ("OPENAI_API_KEY", "sk-secret")]).unwrap();
    assert!(!format!("{config:?}").contains("sk-secret"));
}

#[test]
fn limits_keep_within_their_bounds() {
    for name in [
        "MAX_TOKENS_INSIGHTS",
        "MAX_TOKENS_DEFINITION",
        "MAX_TOKENS_CHAT",
    ] {
        for outside in ["499", "16001", "-1", "1e3", "99999999999999999999"] {
            assert_eq!(
                refused(&[(name, outside)]),
                format!("{name} is no whole number from 500 to 16000")
            );
        }
        for inside in ["500", "16000"] {
            read(&[(name, inside)]).unwrap();
        }
    }
    assert!(
        refused(&[("CONVERSATION_HISTORY_CHAR_LIMIT", "999")]).starts_with("CONVERSATION_HISTORY")
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
fn embeddings_may_come_from_somewhere_else() {
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
fn bedrock_without_its_feature_says_so() {
    for name in ["AI_PROVIDER", "EMBEDDING_PROVIDER"] {
        let said = refused(&[(name, "bedrock")]);
        assert!(said.starts_with(&format!("{name} is bedrock, which is not in this build")));
    }
}

#[cfg(feature = "bedrock")]
#[test]
fn bedrock_needs_a_model_and_a_region() {
    let bedrock = ("AI_PROVIDER", "bedrock");
    let chosen = ("BEDROCK_MODEL", "eu.amazon.nova-pro-v1:0");
    let region = ("AWS_REGION", "eu-central-1");
    assert!(refused(&[bedrock, region]).starts_with("BEDROCK_MODEL is not set"));
    assert!(refused(&[bedrock, chosen]).starts_with("AWS_REGION is not set"));
    assert!(
        refused(&[bedrock, chosen, ("AWS_REGION", "x.example/")])
            .starts_with("AWS_REGION is no region")
    );
    assert_eq!(model(&[bedrock, chosen, region]), chosen.1);
    let embedding = ("EMBEDDING_PROVIDER", "bedrock");
    let other = ("EMBEDDING_MODEL", "cohere.embed-v4:0");
    assert!(refused(&[embedding, region, other]).starts_with("EMBEDDING_MODEL is no amazon.titan"));
    let titan = read(&[embedding, region]).unwrap().embedding.unwrap();
    assert_eq!(titan.model(), TITAN);
}
