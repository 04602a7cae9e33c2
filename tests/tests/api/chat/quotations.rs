//! Quotations and references of a provider's reply are checked while it streams.

use ProviderFormat::{Anthropic, OpenAi};
use rstest::rstest;
use serde_json::json;
use verse_tests::{ProviderFormat, Script};

use super::{Site, read_reply, start_chat, stored};

/// The checked reply to a script, which is stored as it was sent; and the numbers of its last event.
async fn checked(site: &Site, tokens: &[&str]) -> (String, serde_json::Value) {
    site.provider.next(Script::tokens(tokens.iter().copied()));
    let reply = read_reply(start_chat(&site.client, "What is love?").stream().await).await;
    let text = reply.text();
    assert_eq!(site.stored_reply().await, stored("complete", &text));
    (text, reply.end.1["quotations"].clone())
}

/// Contract: streams: "a quotation has the words of the translation and the place where they stand"
/// Contract: streams: "done has the numbers of the checked quotations"
#[rstest]
#[tokio::test]
async fn a_model_that_invents_everything_sends_no_false_verse(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let tokens = [
        "Psalm 15",
        "1:2 is my favourite. ",
        "As John 3:16 ",
        "says, “For God so hated the world that he gave his only born S",
        "on”. And “The Lord is my shepherd” (Romans 8:1). ",
        "The Bible says, \"Thou shalt be rich and ",
        "merry all thy days\".",
    ];
    let (text, quotations) = checked(&site, &tokens).await;
    assert_eq!(
        text,
        "[a reference that is not in these translations was left out] is my favourite. As John 3:16 says, “For God so loved the world, \
         that he gave his only born Son”. And “The Lord is my shepherd” (Psalms 23:1, KJV). The Bible says, Thou shalt be \
         rich and merry all thy days [not a quotation from these translations]."
    );
    assert_eq!(
        quotations,
        json!({"checked": 4, "corrected": 2, "removed": 2})
    );
}

/// Contract: streams: "`{{John 3:16}}` is replaced by the verse and a link"
#[rstest]
#[tokio::test]
async fn a_place_between_braces_becomes_the_words_of_the_translation(
    #[values(Anthropic, OpenAi)] format: ProviderFormat,
) {
    let site = Site::start(format).await;
    let (text, quotations) =
        checked(&site, &["It is written: {", "{John 11:", "35}}. So it is."]).await;
    assert_eq!(
        text,
        "It is written: “Jesus wept.” ([John 11:35](/?book=John&chapter=11&verse=35)). So it is."
    );
    assert_eq!(
        quotations,
        json!({"checked": 1, "corrected": 0, "removed": 0})
    );
}

/// Text without a quotation leaves as the model sends it, token by token.
#[rstest]
#[tokio::test]
async fn a_right_reply_leaves_unchanged(#[values(Anthropic, OpenAi)] format: ProviderFormat) {
    let site = Site::start(format).await;
    let tokens = [
        "“Jesus wept.” (John 11:35) ",
        "He grieved, ",
        "as we do; see Romans 12:15.",
    ];
    let (text, quotations) = checked(&site, &tokens).await;
    assert_eq!(text, tokens.concat());
    assert_eq!(quotations["removed"], 0);
}
