//! Providers that refuse, are busy, break down or cannot be reached.

use futures_util::future::join_all;
use tokio::{
    net::{TcpListener, TcpSocket},
    time::Instant,
};
use verse_ai::{Model, ModelError};
use verse_tests::{ProviderFormat, Script, ScriptedProvider, eventually};

use super::{
    DEFAULT_REPLY, insight_request, late, millis, model, model_at, provider, question, read_reply,
    reply,
};

#[tokio::test]
async fn a_rejected_key_is_not_retried() {
    for format in ProviderFormat::ALL {
        for status in [401, 402, 403] {
            let provider = provider(Script::status(status)).await;
            let model = model(&provider, format);
            let status = Some(status);
            let rejected = ModelError::Rejected { status };
            let error = model.write_insight(insight_request(), late()).await;
            assert_eq!(error.unwrap_err(), rejected);
            let reply = reply(&model).await;
            assert_eq!((&*reply.text(), reply.error()), ("", &rejected));
            assert_eq!(provider.request_count(), 2);
        }
    }
}

#[tokio::test]
async fn an_empty_account_is_a_rejected_key_with_any_status() {
    let low = "Your credit balance is too low to access the Anthropic API.";
    let low = Script::error(400, "invalid_request_error", low);
    let quota = Script::error(429, "insufficient_quota", "You exceeded your quota.");
    for (format, script) in ProviderFormat::ALL.into_iter().zip([low, quota]) {
        let provider = provider(script).await;
        let reply = reply(&model(&provider, format)).await;
        let is_rejected = matches!(reply.error(), ModelError::Rejected { .. });
        assert!(is_rejected, "{reply:?}");
        assert_eq!(provider.request_count(), 1);
    }
}

#[tokio::test]
async fn a_busy_provider_is_retried_until_it_answers() {
    for format in ProviderFormat::ALL {
        for status in [429, 503, 529] {
            let provider = ScriptedProvider::start().await;
            provider.next(Script::status(status));
            provider.next(Script::status(status));
            let started = Instant::now();
            let reply = reply(&model(&provider, format)).await;
            assert_eq!(reply.text(), DEFAULT_REPLY);
            assert_eq!(provider.request_count(), 3);
            // Without jitter the waits are 250 and 500 ms.
            assert!(started.elapsed() >= millis(750), "{:?}", started.elapsed());
        }
    }
}

#[tokio::test]
async fn the_retry_after_of_a_provider_is_respected() {
    for format in ProviderFormat::ALL {
        let provider = ScriptedProvider::start().await;
        provider.next(Script::status(429).retry_after(1));
        let started = Instant::now();
        let reply = reply(&model(&provider, format)).await;
        assert_eq!(reply.text(), DEFAULT_REPLY);
        assert!(started.elapsed() >= millis(1000), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_retry_after_beyond_the_deadline_ends_the_call() {
    for format in ProviderFormat::ALL {
        let provider = provider(Script::status(429).retry_after(30)).await;
        let started = Instant::now();
        let reply = reply(&model(&provider, format)).await;
        let retry_after = Some(millis(30_000));
        assert_eq!(*reply.error(), ModelError::Overloaded { retry_after });
        // Well before the deadline, which is 20 s away.
        assert!(
            started.elapsed() < millis(10_000),
            "{:?}",
            started.elapsed()
        );
        assert_eq!(provider.request_count(), 1);
    }
}

#[tokio::test]
async fn a_server_error_is_retried_twice() {
    for format in ProviderFormat::ALL {
        let provider = provider(Script::status(500)).await;
        let model = model(&provider, format);
        let error = model.write_insight(insight_request(), late()).await;
        let status = Some(500);
        assert_eq!(error.unwrap_err(), ModelError::Failed { status });
        assert_eq!(provider.request_count(), 3);
    }
}

#[tokio::test]
async fn a_client_error_is_not_retried() {
    for format in ProviderFormat::ALL {
        for status in [400, 404, 413] {
            let provider = provider(Script::status(status)).await;
            let reply = reply(&model(&provider, format)).await;
            let status = Some(status);
            assert_eq!(*reply.error(), ModelError::Failed { status });
            assert_eq!(provider.request_count(), 1);
        }
    }
}

#[tokio::test]
async fn a_connection_closed_before_the_first_byte_is_retried_once() {
    for format in ProviderFormat::ALL {
        let provider = ScriptedProvider::start().await;
        provider.next(Script::closes_connection());
        let model = model(&provider, format);
        assert_eq!(reply(&model).await.text(), DEFAULT_REPLY);
        assert_eq!(provider.request_count(), 2);

        provider.always(Script::closes_connection());
        assert_eq!(*reply(&model).await.error(), ModelError::Interrupted);
        assert_eq!(provider.request_count(), 4);
    }
}

#[tokio::test]
async fn an_unreachable_provider_is_a_failure() {
    for format in ProviderFormat::ALL {
        // A bound port without a listener refuses connections, and no other test can take it.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", socket.local_addr().unwrap());
        let reply = reply(&model_at(&url, format)).await;
        assert_eq!(*reply.error(), ModelError::Failed { status: None });
    }
}

#[tokio::test]
async fn a_provider_that_never_answers_times_out_at_the_deadline() {
    // The kernel accepts the connection; the test never does.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let model = model_at(&url, ProviderFormat::Anthropic);
    let deadline = Instant::now() + millis(300);
    let reply = read_reply(&model, question("Why?"), deadline).await;
    assert_eq!(*reply.error(), ModelError::TimedOut);
}

#[tokio::test]
async fn connections_that_died_while_frozen_are_replaced() {
    for format in ProviderFormat::ALL {
        let provider = ScriptedProvider::start().await;
        let model = model(&provider, format);
        // Simultaneous replies leave several connections open.
        for reply in join_all([(); 4].map(|()| reply(&model))).await {
            reply.end.unwrap();
        }
        provider.kill_open_connections();
        reply(&model).await.end.unwrap();
        assert_eq!(provider.request_count(), 5);
    }
}

#[tokio::test]
async fn an_aborted_call_closes_its_connection() {
    for format in ProviderFormat::ALL {
        let provider = provider(Script::never_replies()).await;
        let call = model(&provider, format).write_insight(insight_request(), late());
        let call = tokio::spawn(call);
        eventually("the provider gets a request", async || {
            (provider.request_count() == 1).then_some(())
        })
        .await;
        call.abort();
        eventually("the client disconnects", async || {
            (provider.disconnects() == 1).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn no_error_contains_the_prompt_the_key_or_the_response_of_the_provider() {
    let (passage, said) = ("MARKED PASSAGE", "no-one-said-this");
    for format in ProviderFormat::ALL {
        let tokens = || Script::tokens([said]);
        for script in [
            Script::error(401, "authentication_error", said),
            Script::error(400, said, said),
            Script::error(429, "rate_limit_error", said).retry_after(90),
            tokens().then_error_event(said),
            tokens().then_closes_connection(),
            tokens().then_invalid_bytes(),
            tokens(),
        ] {
            let provider = provider(script).await;
            let model = model(&provider, format);
            let mut request = insight_request();
            request.passage_text = passage.to_owned();
            let error = model.write_insight(request, late()).await.unwrap_err();
            let printed = format!("{error} {error:?} {model:?}");
            for secret in ["sk-scripted-key", passage, said] {
                assert!(!printed.contains(secret), "{printed}");
            }
        }
    }
}
