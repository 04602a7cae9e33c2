//! Streamed replies: tokens as they arrive, and streams that break.

use futures_util::{StreamExt, future::join_all};
use tokio::time::{Instant, timeout};
use verse_ai::{Counts, ErrorKind, Model, ModelError, ReplyEvent, StopReason};
use verse_tests::{Gate, ProviderFormat, Script, ScriptedProvider, eventually};

use super::{late, millis, model, provider, question, read_reply, reply};

#[tokio::test]
async fn tokens_arrive_while_the_provider_still_sends() {
    for format in ProviderFormat::ALL {
        let provider = ScriptedProvider::start().await;
        let gate = Gate::closed();
        let tokens = ["In ", "the ", "beginning"];
        provider.next(Script::tokens(tokens).gated(&gate));
        let mut stream = model(&provider, format).chat(question("Where?"), late());
        for token in tokens {
            gate.let_pass(1);
            let next = timeout(millis(5000), stream.next()).await.unwrap();
            assert_eq!(next, Some(Ok(ReplyEvent::Token(token.to_owned()))));
        }
        gate.open();
        let end = stream.next().await.unwrap().unwrap();
        let ReplyEvent::End {
            stop_reason,
            source,
            sources,
            usage,
            quotations,
        } = end
        else {
            panic!("an end: {end:?}");
        };
        assert_eq!(stop_reason, StopReason::EndTurn);
        assert_eq!((source.as_str(), usage.output), ("scripted-1", 3));
        assert!(sources.is_empty(), "{sources:?}");
        assert_eq!(quotations, Counts::default());
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test]
async fn a_reply_cut_by_the_token_limit_ends_with_max_tokens() {
    for format in ProviderFormat::ALL {
        let script = Script::tokens(["In ", "the"]).stopped_by_max_tokens();
        let provider = provider(script).await;
        let reply = reply(&model(&provider, format)).await;
        assert_eq!(reply.text(), "In the");
        let Ok(ReplyEvent::End { stop_reason, .. }) = reply.end else {
            panic!("an end: {reply:?}");
        };
        assert_eq!(stop_reason, StopReason::MaxTokens);
    }
}

#[tokio::test]
async fn a_reply_without_an_end_is_interrupted() {
    for format in ProviderFormat::ALL {
        let tokens = || Script::tokens(["In ", "the "]);
        for script in [
            tokens().then_closes_connection(),
            tokens().then_ends_early(),
        ] {
            let provider = provider(script.clone()).await;
            let reply = reply(&model(&provider, format)).await;
            assert_eq!(reply.text(), "In the ", "{format:?}, {script:?}");
            let error = reply.error();
            assert_eq!(*error, ModelError::Interrupted, "{format:?}, {script:?}");
            // The client has tokens already: the request is not retried.
            assert_eq!(provider.request_count(), 1);
        }
    }
}

#[tokio::test]
async fn an_error_within_a_reply_has_its_kind() {
    for format in ProviderFormat::ALL {
        for (kind, expected) in [
            ("overloaded_error", Some(ErrorKind::Overloaded)),
            ("rate_limit_error", Some(ErrorKind::Overloaded)),
            ("authentication_error", Some(ErrorKind::Auth)),
            ("billing_error", Some(ErrorKind::Auth)),
            ("api_error", Some(ErrorKind::Interrupted)),
        ] {
            let provider = provider(Script::tokens(["In "]).then_error_event(kind)).await;
            let reply = reply(&model(&provider, format)).await;
            assert_eq!(reply.text(), "In ");
            assert_eq!(reply.error().kind(), expected, "{format:?}, {kind}");
            assert_eq!(provider.request_count(), 1);
        }
    }
}

#[tokio::test]
async fn garbage_and_refusals_are_unusable() {
    for format in ProviderFormat::ALL {
        for script in [
            Script::invalid_bytes(),
            Script::tokens(["In "]).then_invalid_bytes(),
            Script::tokens(["I will"]).stopped_by_refusal(),
            Script::empty_reply(),
            Script::tokens([" ", "\n", "\u{0}"]),
        ] {
            let provider = provider(script.clone()).await;
            let reply = reply(&model(&provider, format)).await;
            let is_unusable = matches!(reply.error(), ModelError::Unusable { .. });
            assert!(is_unusable, "{format:?}, {script:?}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn the_deadline_ends_every_wait() {
    let minute = millis(60_000);
    let times_out = async |format: ProviderFormat, script: Script, text: &str| {
        let what = format!("{format:?}, {script:?}");
        let provider = provider(script).await;
        let model = model(&provider, format);
        let started = Instant::now();
        let deadline = started + millis(3000);
        let reply = read_reply(&model, question("Where?"), deadline).await;
        assert_eq!(reply.text(), text, "{what}");
        assert_eq!(*reply.error(), ModelError::TimedOut, "{what}");
        assert!(started.elapsed() < millis(10_000), "{what}");
        assert_eq!(provider.request_count(), 1);
        eventually("the client disconnects", async || {
            (provider.disconnects() == 1).then_some(())
        })
        .await;
    };
    let tokens = || Script::tokens(["In ", "the "]);
    let both = ProviderFormat::ALL.map(|format| {
        [
            times_out(format, Script::never_replies(), ""),
            times_out(format, Script::tokens(["late"]).delay(minute), ""),
            times_out(format, tokens().then_stalls(), "In the "),
            times_out(format, tokens().token_interval(minute), "In "),
        ]
    });
    join_all(both.into_iter().flatten()).await;
}

#[tokio::test]
async fn a_dropped_stream_closes_its_connection() {
    for format in ProviderFormat::ALL {
        let provider = ScriptedProvider::start().await;
        let gate = Gate::closed();
        provider.next(Script::tokens(["In ", "the ", "beginning"]).gated(&gate));
        let mut stream = model(&provider, format).chat(question("Where?"), late());
        gate.let_pass(1);
        stream.next().await.unwrap().unwrap();
        assert_eq!(provider.disconnects(), 0);
        drop(stream);
        eventually("the client disconnects", async || {
            (provider.disconnects() == 1).then_some(())
        })
        .await;
        assert_eq!(provider.token_times().len(), 1);
    }
}

#[tokio::test]
async fn multibyte_characters_arrive_whole() {
    for format in ProviderFormat::ALL {
        let tokens = ["Ἐν ", "ἀρχῇ\u{0}", " ἦν", " 🕊"];
        let provider = provider(Script::tokens(tokens)).await;
        let reply = reply(&model(&provider, format)).await;
        assert_eq!(reply.text(), "Ἐν ἀρχῇ ἦν 🕊");
    }
}
