//! Answers in a conversation, as they come and as they break.

use futures_util::StreamExt;
use tokio::time::{Instant, timeout};
use verse_ai::{ErrorKind, Model, ModelError, ReplyEvent, StopReason};
use verse_tests::{Gate, Script, ScriptedProvider, eventually};

use crate::{WIRES, listen, long, millis, model, question};

#[tokio::test]
async fn tokens_come_while_the_provider_still_writes() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        let gate = Gate::closed();
        provider.next(Script::says(["In ", "the ", "beginning"]).gated(&gate));
        let mut stream = model(&provider, wire).chat(question("Where?"), long());
        for token in ["In ", "the ", "beginning"] {
            gate.let_pass(1);
            let next = timeout(millis(5000), stream.next()).await.unwrap();
            assert_eq!(next, Some(Ok(ReplyEvent::Token(token.to_owned()))));
        }
        gate.open();
        let end = stream.next().await.unwrap().unwrap();
        let ReplyEvent::End {
            stop_reason,
            source,
            usage,
        } = end
        else {
            panic!("an end: {end:?}");
        };
        assert_eq!(stop_reason, StopReason::EndTurn);
        assert_eq!((source.as_str(), usage.output), ("scripted-1", 3));
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test]
async fn an_answer_that_the_limit_cut_says_so() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        provider.next(Script::says(["In ", "the"]).cut_by_max_tokens());
        let heard = listen(&model(&provider, wire), question("Where?"), long()).await;
        assert_eq!(heard.text(), "In the");
        let end = heard.end.unwrap();
        assert!(
            matches!(
                end,
                ReplyEvent::End {
                    stop_reason: StopReason::MaxTokens,
                    ..
                }
            ),
            "{end:?}"
        );
    }
}

#[tokio::test]
async fn half_an_answer_is_no_short_answer() {
    for wire in WIRES {
        for script in [
            Script::says(["In ", "the "]).then_hangs_up(),
            Script::says(["In ", "the "]).then_ends_early(),
        ] {
            let provider = ScriptedProvider::start().await;
            provider.always(script.clone());
            let heard = listen(&model(&provider, wire), question("Where?"), long()).await;
            assert_eq!(heard.text(), "In the ", "{wire:?}, {script:?}");
            assert_eq!(
                *heard.error(),
                ModelError::Interrupted,
                "{wire:?}, {script:?}"
            );
            // The reader has seen words: nothing is asked again.
            assert_eq!(provider.count(), 1);
        }
    }
}

#[tokio::test]
async fn an_error_within_an_answer_is_told_apart() {
    for wire in WIRES {
        for (kind, expected) in [
            ("overloaded_error", Some(ErrorKind::Overloaded)),
            ("rate_limit_error", Some(ErrorKind::Overloaded)),
            ("authentication_error", Some(ErrorKind::Auth)),
            ("billing_error", Some(ErrorKind::Auth)),
            ("api_error", None),
        ] {
            let provider = ScriptedProvider::start().await;
            provider.always(Script::says(["In "]).then_fails(kind));
            let heard = listen(&model(&provider, wire), question("Where?"), long()).await;
            assert_eq!(heard.text(), "In ");
            assert_eq!(heard.error().kind(), expected, "{wire:?}, {kind}");
            assert_eq!(provider.count(), 1);
        }
    }
}

#[tokio::test]
async fn garbage_and_refusals_are_unusable() {
    for wire in WIRES {
        for script in [
            Script::talks_garbage(),
            Script::says(["In "]).then_talks_garbage(),
            Script::says(["I will"]).refused_by_the_model(),
            Script::says_nothing(),
            Script::says([" ", "\n", "\u{0}"]),
        ] {
            let provider = ScriptedProvider::start().await;
            provider.always(script.clone());
            let heard = listen(&model(&provider, wire), question("Where?"), long()).await;
            assert!(
                matches!(heard.error(), ModelError::Unusable { .. }),
                "{wire:?}, {script:?}: {heard:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_deadline_ends_every_wait() {
    for wire in WIRES {
        for (script, said) in [
            (Script::hangs(), ""),
            (Script::says(["late"]).after(millis(60_000)), ""),
            (Script::says(["In ", "the "]).then_hangs(), "In the "),
            (Script::says(["In ", "the "]).apart(millis(60_000)), "In "),
        ] {
            let provider = ScriptedProvider::start().await;
            provider.always(script.clone());
            let begun = Instant::now();
            let model = model(&provider, wire);
            let heard = listen(&model, question("Where?"), begun + millis(400)).await;
            assert_eq!(heard.text(), said, "{wire:?}, {script:?}");
            assert_eq!(*heard.error(), ModelError::TimedOut, "{wire:?}, {script:?}");
            assert!(begun.elapsed() < millis(2000), "{:?}", begun.elapsed());
            assert_eq!(provider.count(), 1);
            eventually("the client hangs up", async || {
                (provider.hang_ups() == 1).then_some(())
            })
            .await;
        }
    }
}

#[tokio::test]
async fn who_stops_listening_stops_the_provider() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        let gate = Gate::closed();
        provider.next(Script::says(["In ", "the ", "beginning"]).gated(&gate));
        let mut stream = model(&provider, wire).chat(question("Where?"), long());
        gate.let_pass(1);
        stream.next().await.unwrap().unwrap();
        assert_eq!(provider.hang_ups(), 0);
        drop(stream);
        eventually("the provider sees it", async || {
            (provider.hang_ups() == 1).then_some(())
        })
        .await;
        assert_eq!(provider.tokens().len(), 1);
    }
}

#[tokio::test]
async fn letters_of_several_bytes_come_whole() {
    for wire in WIRES {
        let provider = ScriptedProvider::start().await;
        provider.next(Script::says(["Ἐν ", "ἀρχῇ\u{0}", " ἦν", " 🕊"]));
        let heard = listen(&model(&provider, wire), question("Where?"), long()).await;
        assert_eq!(heard.text(), "Ἐν ἀρχῇ ἦν 🕊");
    }
}
