//! Providers that refuse, are busy, break down or are not there.

use futures_util::future::join_all;
use tokio::{net::TcpListener, time::Instant};
use verse_ai::{HttpClient, Limits, Model, ModelError, Provider, Service};
use verse_tests::{Script, ScriptedProvider, eventually};

use crate::{WIRES, insight_request, listen, long, millis, model, no_jitter, question};

#[tokio::test]
async fn a_rejected_key_is_not_tried_again() {
    for wire in WIRES {
        for status in [401, 402, 403] {
            let provider = ScriptedProvider::start().await;
            provider.always(Script::refuses(status));
            let rejected = ModelError::Rejected {
                status: Some(status),
            };
            let model = model(&provider, wire);
            let error = model.write_insight(insight_request(), long()).await;
            assert_eq!(error.unwrap_err(), rejected);
            let heard = listen(&model, question("Why?"), long()).await;
            assert_eq!((heard.text().as_str(), heard.error()), ("", &rejected));
            assert_eq!(provider.count(), 2);
        }
    }
}

#[tokio::test]
async fn no_credit_is_the_operators_matter_whatever_the_status() {
    let low = Script::refuses_saying(
        400,
        "invalid_request_error",
        "Your credit balance is too low to access the Anthropic API.",
    );
    let quota = Script::refuses_saying(429, "insufficient_quota", "You exceeded your quota.");
    for (wire, script) in WIRES.into_iter().zip([low, quota]) {
        let provider = ScriptedProvider::start().await;
        provider.always(script);
        let heard = listen(&model(&provider, wire), question("Why?"), long()).await;
        assert!(
            matches!(heard.error(), ModelError::Rejected { .. }),
            "{heard:?}"
        );
        assert_eq!(provider.count(), 1);
    }
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_until_it_answers() {
    for wire in WIRES {
        for status in [429, 503, 529] {
            let provider = ScriptedProvider::start().await;
            provider.next(Script::refuses(status));
            provider.next(Script::refuses(status));
            let begun = Instant::now();
            let heard = listen(&model(&provider, wire), question("Why?"), long()).await;
            assert_eq!(heard.text(), "In the beginning was a script.");
            assert_eq!(provider.count(), 3);
            // Without jitter the waits are 250 and 500 ms.
            assert!(begun.elapsed() >= millis(750), "{:?}", begun.elapsed());
        }
    }
}

#[tokio::test]
async fn the_wait_that_a_provider_asks_for_is_kept() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        provider.next(Script::refuses(429).retry_after(1));
        let begun = Instant::now();
        let heard = listen(&model(&provider, wire), question("Why?"), long()).await;
        assert_eq!(heard.text(), "In the beginning was a script.");
        assert!(begun.elapsed() >= millis(1000), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        provider.always(Script::refuses(429).retry_after(30));
        let begun = Instant::now();
        let heard = listen(&model(&provider, wire), question("Why?"), long()).await;
        assert_eq!(
            *heard.error(),
            ModelError::Overloaded {
                retry_after: Some(millis(30_000))
            }
        );
        assert!(begun.elapsed() < millis(1000), "{:?}", begun.elapsed());
        assert_eq!(provider.count(), 1);
    }
}

#[tokio::test]
async fn a_providers_own_failure_is_tried_again_twice() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        provider.always(Script::refuses(500));
        let error = model(&provider, wire).write_insight(insight_request(), long());
        assert_eq!(
            error.await.unwrap_err(),
            ModelError::Failed { status: Some(500) }
        );
        assert_eq!(provider.count(), 3);
    }
}

#[tokio::test]
async fn our_own_mistake_is_not_tried_again() {
    for wire in WIRES {
        for status in [400, 404, 413] {
            let provider = ScriptedProvider::start().await;
            provider.always(Script::refuses(status));
            let heard = listen(&model(&provider, wire), question("Why?"), long()).await;
            let failed = ModelError::Failed {
                status: Some(status),
            };
            assert_eq!(*heard.error(), failed);
            assert_eq!(provider.count(), 1);
        }
    }
}

#[tokio::test]
async fn a_connection_closed_without_a_word_is_tried_again_once() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        provider.next(Script::hangs_up());
        let model = model(&provider, wire);
        let heard = listen(&model, question("Why?"), long()).await;
        assert_eq!(heard.text(), "In the beginning was a script.");
        assert_eq!(provider.count(), 2);

        provider.always(Script::hangs_up());
        let heard = listen(&model, question("Why?"), long()).await;
        assert_eq!(*heard.error(), ModelError::Interrupted);
        assert_eq!(provider.count(), 4);
    }
}

#[tokio::test]
async fn a_provider_that_is_not_there_has_failed() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        let model = model(&provider, wire);
        drop(provider);
        // The port is free again, and refuses.
        let heard = listen(&model, question("Why?"), long()).await;
        assert_eq!(*heard.error(), ModelError::Failed { status: None });
    }
}

#[tokio::test]
async fn a_provider_that_takes_no_connection_is_given_up_by_the_deadline() {
    // Accepts in the kernel and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let service = Service::anthropic(&url, "k".into(), "m".to_owned());
    let client = HttpClient::new().unwrap();
    let model = Provider::new(client, service, Limits::default(), no_jitter());
    let heard = listen(&model, question("Why?"), Instant::now() + millis(300)).await;
    assert_eq!(*heard.error(), ModelError::TimedOut);
}

#[tokio::test]
async fn connections_that_died_in_a_freeze_cost_no_answer() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        let model = model(&provider, wire);
        // Answers at once leave several connections behind.
        let at_once = [(); 4].map(|()| listen(&model, question("Why?"), long()));
        for heard in join_all(at_once).await {
            heard.end.unwrap();
        }
        provider.forget_connections();
        listen(&model, question("Why?"), long()).await.end.unwrap();
        assert_eq!(provider.count(), 5);
    }
}

#[tokio::test]
async fn who_gives_up_waiting_hangs_up() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        provider.always(Script::hangs());
        let writing = model(&provider, wire).write_insight(insight_request(), long());
        let writing = tokio::spawn(writing);
        eventually("the provider is asked", async || {
            (provider.count() == 1).then_some(())
        })
        .await;
        writing.abort();
        eventually("the client hangs up", async || {
            (provider.hang_ups() == 1).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn no_error_tells_of_the_prompt_the_key_or_what_the_provider_said() {
    let marks = ["sk-scripted-key", "MARKED PASSAGE", "no-one-said-this"];
    for wire in WIRES {
        for script in [
            Script::refuses_saying(401, "authentication_error", marks[2]),
            Script::refuses_saying(400, marks[2], marks[2]),
            Script::refuses_saying(429, "rate_limit_error", marks[2]).retry_after(90),
            Script::says([marks[2]]).then_fails(marks[2]),
            Script::says([marks[2]]).then_hangs_up(),
            Script::says([marks[2]]).then_talks_garbage(),
            Script::says([marks[2]]),
        ] {
            let provider = ScriptedProvider::start().await;
            provider.always(script);
            let model = model(&provider, wire);
            let mut request = insight_request();
            request.passage_text = marks[1].to_owned();
            let error = model.write_insight(request, long()).await.unwrap_err();
            let printed = format!("{error} {error:?} {model:?}");
            for mark in marks {
                assert!(!printed.contains(mark), "{printed}");
            }
        }
    }
}
