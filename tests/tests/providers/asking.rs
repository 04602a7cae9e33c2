//! What providers are asked, and good answers.

use serde_json::json;
use verse_ai::{
    InsightTexts, Model, ModelError, Recollection, Role, SummaryRequest, TokenUsage, Turn,
};
use verse_tests::{Script, ScriptedProvider, Wire};

use crate::{
    KEY, WIRES, definition_request, insight_request, listen, long, model, question, reader,
};

#[tokio::test]
async fn an_insight_is_a_filled_in_form() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        let written = model(&provider, wire)
            .write_insight(insight_request(), long())
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

        let asked = provider.last_asked();
        assert_eq!((asked.wire, asked.max_tokens()), (wire, Some(2000)));
        let schema = asked.schema().unwrap();
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["required"].as_array().map(Vec::len), Some(3));
        let [(role, turn)] = asked.turns().try_into().unwrap();
        assert_eq!(role, "user");
        assert!(turn.contains("<passage>\nFor God so loved the world\n</passage>"));
        assert!(turn.contains("<reference>\nJohn 3 (KJV)\n</reference>"));
        assert!(!asked.system().contains("so loved"));
    }
}

#[tokio::test]
async fn a_definition_is_a_filled_in_form() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        provider.next(Script::writes(&json!({
            "definition": " cared for\u{0} ",
            "biblical_usage": "often",
            "original_language": "ἠγάπησεν",
        })));
        let written = model(&provider, wire)
            .write_definition(definition_request(), long())
            .await
            .unwrap();
        assert_eq!(written.texts.definition, "cared for");
        assert_eq!(written.texts.original_language, "ἠγάπησεν");
        let asked = provider.last_asked();
        assert_eq!(asked.max_tokens(), Some(1000));
        assert!(asked.prompt().contains("<word>\nloved\n</word>"));
    }
}

#[tokio::test]
async fn a_summary_is_plain_text() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        provider.next(Script::says([" The reader ", "asked.\n"]));
        let request = SummaryRequest {
            previous: Some("Before that, a greeting.".to_owned()),
            turns: vec![reader("Who was Ruth?")],
        };
        let written = model(&provider, wire).summarise(request, long()).await;
        assert_eq!(written.unwrap().texts, "The reader asked.");
        let asked = provider.last_asked();
        assert_eq!(asked.schema(), None);
        for part in ["Before that, a greeting.", "Reader: Who was Ruth?"] {
            assert!(asked.prompt().contains(part), "{part}");
        }
    }
}

#[tokio::test]
async fn a_conversation_goes_out_in_turns_with_what_bears_on_it() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        let answer = Turn {
            role: Role::Assistant,
            text: "She was a Moabite.".to_owned(),
        };
        let mut request = question("Who was Ruth?");
        // The second message's answer broke off.
        request
            .turns
            .extend([answer, reader("And Boaz?"), reader("Are you there?")]);
        request.passage_text = Some("Whither thou goest".to_owned());
        request.summary = Some("They talked of Naomi.".to_owned());
        request.memory = vec![Recollection {
            about: "Moab".to_owned(),
            turns: vec![reader("Where is Moab?")],
        }];
        let heard = listen(&model(&provider, wire), request, long()).await;
        assert_eq!(heard.text(), "In the beginning was a script.");

        let asked = provider.last_asked();
        assert_eq!(asked.max_tokens(), Some(3000));
        let turns = asked.turns();
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
        assert!(asked.system().contains("/?book=John&chapter=3&verse=16"));
    }
}

#[tokio::test]
async fn the_key_goes_where_each_provider_wants_it() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        listen(&model(&provider, wire), question("Why?"), long()).await;
        let headers = provider.last_asked().headers;
        let (name, value) = match wire {
            Wire::Anthropic => ("x-api-key", KEY.to_owned()),
            _ => ("authorization", format!("Bearer {KEY}")),
        };
        assert_eq!(headers[name], value);
    }
}

#[tokio::test]
async fn answers_that_are_no_filled_in_form_are_unusable() {
    let good = json!({"historical_context": "a", "theological_significance": "b", "practical_application": "c"});
    let mut blank = good.clone();
    blank["practical_application"] = json!("\u{0} ");
    for wire in WIRES {
        for script in [
            Script::says(["Love is patient."]),
            Script::says([r#"{"historical_context": "a", "#]),
            Script::writes(&blank),
            Script::writes(&json!({"historical_context": "a"})),
            Script::writes(&good).cut_by_max_tokens(),
            Script::writes(&good).refused_by_the_model(),
            Script::says_nothing(),
            Script::talks_garbage(),
        ] {
            let provider = ScriptedProvider::start().await;
            provider.always(script.clone());
            let error = model(&provider, wire)
                .write_insight(insight_request(), long())
                .await
                .unwrap_err();
            assert!(
                matches!(error, ModelError::Unusable { .. }),
                "{wire:?}, {script:?}: {error:?}"
            );
            assert_eq!(provider.count(), 1, "{wire:?}, {script:?}");
        }
    }
}

#[tokio::test]
async fn what_it_cost_is_what_the_provider_says() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        let written = model(&provider, wire)
            .write_insight(insight_request(), long())
            .await
            .unwrap();
        let read = provider.last_asked().prompt().chars().count();
        let tokens = provider.tokens().len();
        assert_eq!(
            written.usage,
            TokenUsage {
                input: read as u64,
                output: tokens as u64
            }
        );
    }
}
