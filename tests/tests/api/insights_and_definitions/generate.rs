//! `POST /api/insights`, `POST /api/definitions`: generated once for all users, stored, shared.

use std::time::Duration;

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::{Value, json};
use verse_tests::{
    Client, EventFormat, Gate, ProviderFormat, Proxy, SESSION_COOKIE, Script, eventually,
};

use super::{DEFINITION, INSIGHT, JOHN, KINDS, Site};

/// Contract: generation: "the texts, id, cached and source"
/// Contract: generation: "`save=false` generates, with id null, and stores no history"
#[rstest]
#[tokio::test]
async fn an_unsaved_text_is_generated_and_stored_nowhere(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start(kind, format).await;
        for (generated, event_format) in (1..).zip(EventFormat::ALL) {
            let client = site.client.clone().in_format(event_format);
            let text = "  For God so loved\nthe world\t";
            let response = site.generate_as(&client, text, false).await;
            let answer = response
                .expect_status(200)
                .expect_header("content-type", "application/json")
                .expect_header("cache-control", "no-store")
                .json();
            let saved = (&answer["id"], &answer["cached"]);
            assert_eq!(saved, (&Value::Null, &json!(false)));
            assert_eq!(answer["source"], "scripted-1", "{answer}");
            for field in kind.texts {
                let text = format!("A scripted {}.", field.replace('_', " "));
                assert_eq!(answer[field], text, "{answer}");
            }
            let request = site.provider.last_request();
            assert_eq!(request.format, format);
            assert!(request.prompt().contains("For God so loved\nthe world"));
            assert_eq!(site.usage().await, generated);
        }
        assert_eq!(site.stored().await, 0);
        assert_eq!(site.client.get(kind.history).await.json(), json!([]));
    }
}

/// Contract: generation: "a stored text is linked, returned as cached, and not charged"
/// Contract: generation: "reference and text come back as they were sent, in the very next request"
#[rstest]
#[tokio::test]
async fn a_saved_text_is_shared_and_comes_back_as_it_was_sent(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start(kind, format).await;
        let text = "For God so loved\n\n  the world,\tthat \u{2019}é\u{1F54A}";
        let sent = format!(" \n{text}  ");
        let first = site.generate(&sent, true).await.expect_status(200).json();
        assert_eq!(first["cached"], false);
        let other = site.another_user().await;
        for client in [&other, &site.client] {
            let mut expected = first.clone();
            expected["cached"] = true.into();
            let again = site.generate_as(client, &sent, true).await;
            assert_eq!(again.expect_status(200).json(), expected);
        }
        assert_eq!((site.provider.request_count(), site.usage().await), (1, 1));
        for client in [&site.client, &other] {
            let history = client.get(kind.history).await.json();
            assert_eq!(history.as_array().unwrap().len(), 1);
            let item = &history[0];
            assert_eq!(item["id"], first["id"].to_string());
            if kind.function == "insight" {
                assert_eq!(
                    (&item["reference"], &item["text"]),
                    (&json!(JOHN), &json!(text))
                );
            } else {
                assert_eq!(item["word"], "loved");
                assert_eq!(item["passage_reference"], JOHN);
                assert_eq!(item["verse_text"], text);
            }
        }
        // Another reference or another text is generated anew.
        let mut elsewhere = kind.body(&sent, true);
        elsewhere["passage_reference"] = "John 3:16 (WEB)".into();
        for body in [elsewhere, kind.body("For God so loved", true)] {
            let answer = site.client.post(kind.path).json(&body).await;
            assert_eq!(answer.expect_status(200).json()["cached"], false);
        }
    }
}

/// Contract: user: "a typed text is generated anew after its only user cleared it"
#[rstest]
#[tokio::test]
async fn a_typed_text_is_generated_anew_after_its_only_user_cleared_it(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start(kind, format).await;
        for (text, stays) in [
            ("I am not loved, and nobody knows it", false),
            ("For God so loved the world", true),
        ] {
            let first = site.generate(text, true).await.expect_status(200).json();
            assert_eq!(first["cached"], false);
            site.client.delete(kind.history).await.expect_status(200);
            let other = site.another_user().await;
            let next = site.generate_as(&other, text, true).await;
            assert_eq!(next.expect_status(200).json()["cached"], stays, "{text}");
        }
    }
}

/// Contract: generation: "a text of any length within bounds can be saved"
#[rstest]
#[tokio::test]
async fn passages_of_the_maximum_length_are_saved(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(INSIGHT, format).await;
    for end in ["a", "b"] {
        let text = format!("{}{end}", "\u{1F54A}".repeat(49_999));
        let answer = site.generate(&text, true).await.expect_status(200).json();
        assert_eq!(answer["cached"], false);
    }
    assert_eq!(site.stored().await, 2);
}

/// Contract: generation: "simultaneous requests for one text store one, charge one, and none fails"
#[rstest]
#[tokio::test]
async fn simultaneous_requests_for_one_new_text_generate_it_once(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start_with(kind, format, |builder| builder.processes(6)).await;
        let gate = Gate::closed();
        site.provider.always(Script::default_reply().gated(&gate));
        let mut requests = Vec::new();
        for _ in 0..6 {
            let client = site.another_user().await;
            let request = site.generate_as(&client, "For God", true);
            requests.push(tokio::spawn(request.into_future()));
        }
        rate_limited_users(&site, 6).await;
        gate.open();
        let mut answers = Vec::new();
        for request in requests {
            answers.push(request.await.unwrap().expect_status(200).json());
        }
        let generated = answers.iter().filter(|answer| answer["cached"] == false);
        assert_eq!(generated.count(), 1);
        assert!(
            answers
                .iter()
                .all(|answer| answer["id"] == answers[0]["id"])
        );
        assert_eq!((site.provider.request_count(), site.usage().await), (1, 1));
        assert_eq!(site.stored().await, 1);
    }
}

/// Waits until the requests of so many users are counted by the rate limit.
async fn rate_limited_users(site: &Site, users: i64) {
    eventually("the requests are counted", async || {
        let requests = "rate_buckets WHERE bucket = 'generate' AND taken > 0";
        (site.database.count(requests).await == users).then_some(())
    })
    .await;
}

/// Contract: generation: "simultaneous requests for one text store one, charge one, and none fails"
#[rstest]
#[tokio::test]
async fn a_waiting_request_takes_over_when_the_first_fails(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start_with(DEFINITION, format, |builder| builder.processes(2)).await;
    let gate = Gate::closed();
    site.provider.next(Script::empty_reply().gated(&gate));
    let first = tokio::spawn(site.generate("For God", true).into_future());
    site.wait_for_provider().await;
    let other = site.another_user().await;
    let second = tokio::spawn(site.generate_as(&other, "For God", true).into_future());
    rate_limited_users(&site, 2).await;
    gate.open();
    let failed = first.await.unwrap().expect_status(502);
    assert!(failed.header("retry-after").is_some());
    let answer = second.await.unwrap().expect_status(200).json();
    assert_eq!(answer["cached"], false);
    assert_eq!(site.usage().await, 1);
}

/// Contract: generation: "simultaneous requests for one text store one, charge one, and none fails"
#[rstest]
#[tokio::test]
async fn the_claim_of_a_killed_process_is_taken_over_after_its_deadline(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(INSIGHT, format).await;
    let (other, _function) = site.client_of_function(&site.database).await;
    site.provider.next(Script::never_replies());
    let request = site
        .generate("For God", true)
        .within(Duration::from_secs(6));
    let killed = tokio::spawn(request.try_send());
    site.wait_for_provider().await;
    site.function.kill().await;
    assert!(killed.await.unwrap().is_err());
    let answer = site.generate_as(&other, "For God", true);
    let answer = answer.within(Duration::from_secs(14)).await;
    assert_eq!(answer.expect_status(200).json()["cached"], false);
}

/// Contract: generation: "a write by an unknown caller creates user and device and sets the cookie"
#[rstest]
#[tokio::test]
async fn an_unknown_caller_becomes_a_user_even_if_generation_fails(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start(kind, format).await;
        let unknown = Client::new(&site.function);
        let refused = site.generate_as(&unknown, "", true).await;
        assert!(refused.expect_status(422).cookies().is_empty());
        assert_eq!(site.database.count("users").await, 1);

        site.provider.next(Script::empty_reply());
        let failed = site.generate_as(&unknown, "For God", true).await;
        assert!(failed.expect_status(502).cookie(SESSION_COOKIE).is_some());
        assert_eq!(site.database.count("users").await, 2);
        let answer = site.generate_as(&unknown, "For God", true).await;
        assert!(answer.expect_status(200).cookies().is_empty());
        assert_eq!(site.database.count("users").await, 2);
        let history = unknown.get(kind.history).await.json();
        assert_eq!(history.as_array().unwrap().len(), 1);
    }
}

#[rstest]
#[tokio::test]
async fn a_generation_is_two_or_three_round_trips(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    for kind in KINDS {
        let site = Site::start(kind, format).await;
        let proxy = Proxy::to(&site.database.url()).await;
        let (client, _function) = site.client_of_function(&proxy).await;
        // The first call of each kind prepares its statements.
        for (text, save, warm) in [
            ("one", true, None),
            ("one", true, None),
            ("two", true, Some(3)),
            ("two", true, Some(2)),
            ("three", false, None),
            ("three", false, Some(2)),
        ] {
            proxy.reset();
            let _ = site
                .generate_as(&client, text, save)
                .await
                .expect_status(200);
            if let Some(expected) = warm {
                let round_trips = proxy.counts().round_trips;
                assert_eq!(round_trips, expected, "{text} {save} {kind:?}");
            }
        }
    }
}
