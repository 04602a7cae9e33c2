//! Requests to a provider, and complete replies.

use serde_json::json;
use verse_ai::{
    InsightTexts, Model, ModelError, Recollection, Role, SummaryRequest, TokenUsage, Turn,
};
use verse_tests::{ProviderFormat, Script, ScriptedProvider};

use super::{
    DEFAULT_REPLY, KEY, definition_request, insight_request, late, model, provider, question,
    read_reply, reply, user_turn,
};

#[tokio::test]
async fn an_insight_is_structured_output() {
    for format in ProviderFormat::ALL {
        let provider = ScriptedProvider::start().await;
        let model = model(&provider, format);
        let written = model
            .write_insight(insight_request(), late())
            .await
            .unwrap();
        assert_eq!(
            written.texts,
            InsightTexts {
                historical_context: "A scripted historical context.".to_owned(),
                theological_significance: "A scripted theological significance.".to_owned(),
                practical_application: "A scripted practical application.".to_owned(),
            }
        );
        assert_eq!(written.source, "scripted-1");
        assert!(written.usage.input > 100 && written.usage.output > 1);

        let request = provider.last_request();
        assert_eq!((request.format, request.max_tokens()), (format, Some(2000)));
        let schema = request.schema().unwrap();
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["required"].as_array().map(Vec::len), Some(3));
        let [(role, turn)] = request.turns().try_into().unwrap();
        assert_eq!(role, "user");
        assert!(turn.contains("<passage>\nFor God so loved the world\n</passage>"));
        assert!(turn.contains("<reference>\nJohn 3 (KJV)\n</reference>"));
        assert!(!request.system().contains("so loved"));
    }
}

#[tokio::test]
async fn a_definition_is_structured_output() {
    for format in ProviderFormat::ALL {
        let provider = provider(Script::json(&json!({
            "definition": " cared for\u{0} ",
            "biblical_usage": "often",
            "original_language": "ἠγάπησεν",
        })))
        .await;
        let model = model(&provider, format);
        let written = model.write_definition(definition_request(), late()).await;
        let texts = written.unwrap().texts;
        assert_eq!(texts.definition, "cared for");
        assert_eq!(texts.original_language, "ἠγάπησεν");
        let request = provider.last_request();
        assert_eq!(request.max_tokens(), Some(1000));
        assert!(request.prompt().contains("<word>\nloved\n</word>"));
    }
}

#[tokio::test]
async fn a_summary_is_plain_text() {
    for format in ProviderFormat::ALL {
        let provider = provider(Script::tokens([" The reader ", "asked.\n"])).await;
        let request = SummaryRequest {
            previous: Some("Before that, a greeting.".to_owned()),
            turns: vec![user_turn("Who was Ruth?")],
        };
        let written = model(&provider, format).summarise(request, late()).await;
        assert_eq!(written.unwrap().texts, "The reader asked.");
        let request = provider.last_request();
        assert_eq!(request.schema(), None);
        for part in ["Before that, a greeting.", "Reader: Who was Ruth?"] {
            assert!(request.prompt().contains(part), "{part}");
        }
    }
}

#[tokio::test]
async fn a_conversation_is_sent_in_turns_with_its_context() {
    for format in ProviderFormat::ALL {
        let provider = ScriptedProvider::start().await;
        let answer = Turn::new(Role::Assistant, "She was a Moabite.");
        let mut request = question("Who was Ruth?");
        // The second message got no reply.
        let later = [answer, user_turn("And Boaz?"), user_turn("Are you there?")];
        request.turns.extend(later);
        request.passage_text = Some("Whither thou goest".to_owned());
        request.summary = Some("They talked of Naomi.".to_owned());
        request.memory = vec![Recollection {
            about: "Moab".to_owned(),
            turns: vec![user_turn("Where is Moab?")],
        }];
        let reply = read_reply(&model(&provider, format), request, late()).await;
        assert_eq!(reply.text(), DEFAULT_REPLY);

        let request = provider.last_request();
        assert_eq!(request.max_tokens(), Some(3000));
        let turns = request.turns();
        let roles: Vec<&str> = turns.iter().map(|(role, _)| role.as_str()).collect();
        assert_eq!(roles, ["user", "assistant", "user"]);
        for part in [
            "Whither thou goest",
            "They talked of Naomi.",
            "Where is Moab?",
            "Who was Ruth?",
        ] {
            assert!(turns[0].1.contains(part), "{part}");
        }
        assert!(turns[2].1.contains("And Boaz?") && turns[2].1.contains("Are you there?"));
        assert!(request.system().contains("/?book=John&chapter=3&verse=16"));
    }
}

#[tokio::test]
async fn the_key_is_sent_in_the_header_of_each_provider() {
    for format in ProviderFormat::ALL {
        let provider = ScriptedProvider::start().await;
        reply(&model(&provider, format)).await;
        let (name, value) = match format {
            ProviderFormat::Anthropic => ("x-api-key", KEY.to_owned()),
            _ => ("authorization", format!("Bearer {KEY}")),
        };
        assert_eq!(provider.last_request().headers[name], value);
    }
}

#[tokio::test]
async fn malformed_structured_output_is_unusable() {
    let good = json!({"historical_context": "a", "theological_significance": "b", "practical_application": "c"});
    let mut blank = good.clone();
    blank["practical_application"] = json!("\u{0} ");
    for format in ProviderFormat::ALL {
        for script in [
            Script::tokens(["Love is patient."]),
            Script::tokens([r#"{"historical_context": "a", "#]),
            Script::json(&blank),
            Script::json(&json!({"historical_context": "a"})),
            Script::json(&good).stopped_by_max_tokens(),
            Script::json(&good).stopped_by_refusal(),
            Script::empty_reply(),
            Script::invalid_bytes(),
        ] {
            let provider = provider(script.clone()).await;
            let model = model(&provider, format);
            let error = model.write_insight(insight_request(), late()).await;
            let error = error.unwrap_err();
            let is_unusable = matches!(error, ModelError::Unusable { .. });
            assert!(is_unusable, "{format:?}, {script:?}: {error:?}");
            assert_eq!(provider.request_count(), 1, "{format:?}, {script:?}");
        }
    }
}

#[tokio::test]
async fn the_usage_is_that_of_the_provider() {
    for format in ProviderFormat::ALL {
        let provider = ScriptedProvider::start().await;
        let model = model(&provider, format);
        let written = model
            .write_insight(insight_request(), late())
            .await
            .unwrap();
        let usage = TokenUsage {
            input: provider.last_request().prompt().chars().count() as u64,
            output: provider.token_times().len() as u64,
        };
        assert_eq!(written.usage, usage);
    }
}
