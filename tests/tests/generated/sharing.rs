//! What is generated, for whom, and how often.

use std::time::Duration;

use serde_json::{Value, json};
use verse_tests::{
    Client, Database, Dress, Gate, Proxy, Reader, Script, ScriptedProvider, eventually,
};

use super::{DEFINITION, INSIGHT, JOHN, KINDS, Stage, counted, stage, users, wire};

#[tokio::test]
async fn what_is_not_to_be_saved_is_generated_and_kept_nowhere() {
    for kind in KINDS {
        let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
        let function = kind.builder(&database.url(), &provider).start().await;
        let client = Reader::of(&database).await.on(&function);
        for (n, dress) in Dress::ALL.into_iter().enumerate() {
            let body = kind.body("  For God so loved\nthe world\t", false);
            let client = client.clone().dressed(dress);
            let response = client.post(kind.path).json(&body).await;
            let answer = response
                .expect_status(200)
                .expect_header("content-type", "application/json")
                .expect_header("cache-control", "no-store")
                .json();
            assert_eq!(
                (&answer["id"], &answer["cached"]),
                (&Value::Null, &json!(false))
            );
            assert_eq!(answer["source"], "scripted-1", "{answer}");
            for field in kind.fields {
                let text = format!("A scripted {}.", field.replace('_', " "));
                assert_eq!(answer[field], text, "{answer}");
            }
            let asked = provider.last_asked();
            assert_eq!(asked.wire, wire());
            assert!(asked.prompt().contains("For God so loved\nthe world"));
            assert_eq!(counted(&database).await, i64::try_from(n).unwrap() + 1);
        }
        assert_eq!(kind.stored(&database).await, 0);
        assert_eq!(client.get(&kind.history()).await.json(), json!([]));
    }
}

#[tokio::test]
async fn what_is_saved_is_everybodys_and_comes_back_as_it_was_sent() {
    for kind in KINDS {
        let Stage {
            database,
            provider,
            function,
            client,
        } = stage(kind).await;
        let text = "For God so loved\n\n  the world,\tthat \u{2019}é\u{1F54A}";
        let body = kind.body(&format!(" \n{text}  "), true);
        let first = client.post(kind.path).json(&body).await.expect_status(200);
        let first = first.json();
        assert_eq!(first["cached"], false);
        let other = Reader::of(&database).await.on(&function);
        for again in [&other, &client] {
            let mut expected = first.clone();
            expected["cached"] = true.into();
            let again = again.post(kind.path).json(&body).await.expect_status(200);
            assert_eq!(again.json(), expected);
        }
        assert_eq!((provider.count(), counted(&database).await), (1, 1));
        for reader in [&client, &other] {
            let history = reader.get(&kind.history()).await.json();
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
        // Another reference, or another text, is another thing.
        let mut elsewhere = body.clone();
        elsewhere["passage_reference"] = "John 3:16 (WEB)".into();
        for body in [elsewhere, kind.body("For God so loved", true)] {
            let answer = client.post(kind.path).json(&body).await.expect_status(200);
            assert_eq!(answer.json()["cached"], false);
        }
    }
}

#[tokio::test]
async fn passages_of_the_greatest_length_are_saved() {
    let stage = stage(INSIGHT).await;
    for end in ["a", "b"] {
        let text = format!("{}{end}", "\u{1F54A}".repeat(49_999));
        let body = INSIGHT.body(&text, true);
        let answer = stage.client.post(INSIGHT.path).json(&body).await;
        assert_eq!(answer.expect_status(200).json()["cached"], false);
    }
    assert_eq!(INSIGHT.stored(&stage.database).await, 2);
}

#[tokio::test]
async fn all_who_ask_for_the_same_new_thing_at_once_get_one() {
    for kind in KINDS {
        let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
        let function = kind
            .builder(&database.url(), &provider)
            .processes(6)
            .start()
            .await;
        let gate = Gate::closed();
        provider.always(Script::answers().gated(&gate));
        let mut asking = Vec::new();
        for _ in 0..6 {
            let client = Reader::of(&database).await.on(&function);
            let body = kind.body("For God", true);
            asking.push(tokio::spawn(async move {
                client.post(kind.path).json(&body).await
            }));
        }
        eventually("all are in the rates", async || {
            let sql = "SELECT coalesce(sum(taken), 0)::BIGINT FROM rate_buckets WHERE bucket = 'generate'";
            (database.value::<i64>(sql).await == 6).then_some(())
        })
        .await;
        gate.open();
        let mut answers = Vec::new();
        for answer in asking {
            answers.push(answer.await.unwrap().expect_status(200).json());
        }
        let made = answers.iter().filter(|answer| answer["cached"] == false);
        assert_eq!(made.count(), 1);
        assert!(
            answers
                .iter()
                .all(|answer| answer["id"] == answers[0]["id"])
        );
        assert_eq!((provider.count(), counted(&database).await), (1, 1));
        assert_eq!(kind.stored(&database).await, 1);
    }
}

#[tokio::test]
async fn who_waits_takes_over_when_the_other_fails() {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let function = DEFINITION
        .builder(&database.url(), &provider)
        .processes(2)
        .start()
        .await;
    let gate = Gate::closed();
    provider.next(Script::says_nothing().gated(&gate));
    let ask = |client: Client| {
        let body = DEFINITION.body("For God", true);
        tokio::spawn(async move { client.post(DEFINITION.path).json(&body).await })
    };
    let first = ask(Reader::of(&database).await.on(&function));
    eventually("the provider is asked", async || {
        (provider.count() == 1).then_some(())
    })
    .await;
    let second = ask(Reader::of(&database).await.on(&function));
    eventually("the second is in the rates", async || {
        let sql = "SELECT count(*) FROM rate_buckets WHERE bucket = 'generate'";
        (database.value::<i64>(sql).await == 2).then_some(())
    })
    .await;
    gate.open();
    let failed = first.await.unwrap().expect_status(502);
    assert!(failed.header("retry-after").is_some());
    let answer = second.await.unwrap().expect_status(200).json();
    assert_eq!(answer["cached"], false);
    assert_eq!(counted(&database).await, 1);
}

#[tokio::test]
async fn what_a_killed_process_began_is_taken_over_when_its_time_is_over() {
    let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
    let builder = || INSIGHT.builder(&database.url(), &provider);
    let (killed, other) = (builder().start().await, builder().start().await);
    provider.next(Script::hangs());
    let dying = Reader::of(&database).await.on(&killed);
    let body = INSIGHT.body("For God", true);
    let dying = {
        let request = dying.post(INSIGHT.path).json(&body);
        let request = request.within(Duration::from_secs(6));
        tokio::spawn(request.try_send())
    };
    eventually("the provider is asked", async || {
        (provider.count() == 1).then_some(())
    })
    .await;
    killed.kill().await;
    assert!(dying.await.unwrap().is_err());
    let client = Reader::of(&database).await.on(&other);
    let answer = client.post(INSIGHT.path).json(&body);
    let answer = answer.within(Duration::from_secs(14)).await;
    assert_eq!(answer.expect_status(200).json()["cached"], false);
}

#[tokio::test]
async fn a_stranger_becomes_a_user_by_asking_and_is_told_so_whatever_comes_of_it() {
    for kind in KINDS {
        let Stage {
            database,
            provider,
            function,
            ..
        } = stage(kind).await;
        let before = users(&database).await;
        let stranger = Client::of(&function);
        let refused = stranger.post(kind.path).json(&kind.body("", true)).await;
        assert!(refused.expect_status(422).cookies().is_empty());
        assert_eq!(users(&database).await, before);

        provider.next(Script::says_nothing());
        let body = kind.body("For God", true);
        let failed = stranger
            .post(kind.path)
            .json(&body)
            .await
            .expect_status(502);
        assert!(failed.cookie("verse_user_id").is_some());
        assert_eq!(users(&database).await, before + 1);
        let answer = stranger
            .post(kind.path)
            .json(&body)
            .await
            .expect_status(200);
        assert!(answer.cookies().is_empty());
        assert_eq!(users(&database).await, before + 1);
        let history = stranger.get(&kind.history()).await.json();
        assert_eq!(history.as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn few_round_trips_are_made() {
    for kind in KINDS {
        let (database, provider) = (Database::fresh().await, ScriptedProvider::start().await);
        let proxy = Proxy::to(&database.url()).await;
        let builder = kind.builder(proxy.url(), &provider);
        let client = Reader::of(&database).await.on(&builder.start().await);
        // The first of each prepares its statements.
        for (text, save, warm) in [
            ("one", true, None),
            ("one", true, None),
            ("two", true, Some(3)),
            ("two", true, Some(2)),
            ("three", false, None),
            ("three", false, Some(2)),
        ] {
            proxy.reset();
            let answer = client.post(kind.path).json(&kind.body(text, save)).await;
            let _ = answer.expect_status(200);
            if let Some(expected) = warm {
                assert_eq!(
                    proxy.counts().round_trips,
                    expected,
                    "{text} {save} {kind:?}"
                );
            }
        }
    }
}
