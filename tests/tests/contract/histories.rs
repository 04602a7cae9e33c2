//! What a user was given and said.

use crate::Sentence;

pub const INSIGHTS: &[Sentence] = &[
    (
        "newest first by when the caller got it",
        &["histories::what_is_got_is_in_the_very_next_answer_and_first"],
    ),
    (
        "id as a string, reference, text, insight, timestamp in ms",
        &["histories::an_insight_is_listed_as_it_was_sent"],
    ),
    (
        "reference and text as they were sent, line breaks included",
        &["histories::an_insight_is_listed_as_it_was_sent"],
    ),
    (
        "found in the very next request",
        &["histories::what_is_got_is_in_the_very_next_answer_and_first"],
    ),
    (
        "clearing says how many and takes the caller's links only",
        &["histories::clearing_takes_the_callers_history_and_nobody_elses"],
    ),
    (
        "what is uploaded and shared alike is shown once",
        &["twins::who_uploaded_an_insight_and_is_given_the_same_has_it_once"],
    ),
];

pub const DEFINITIONS: &[Sentence] = &[
    (
        "id, word, passage_reference, verse_text, definition, timestamp",
        &["histories::a_definition_is_listed_as_it_was_sent"],
    ),
    (
        "newest first",
        &["histories::what_is_got_is_in_the_very_next_answer_and_first"],
    ),
    (
        "clearing says how many and takes the caller's links only",
        &["histories::clearing_takes_the_callers_history_and_nobody_elses"],
    ),
];

pub const CHAT: &[Sentence] = &[
    (
        "messages about an insight: id, role, content, timestamp, in their order",
        &["chat_history::the_messages_about_an_insight_are_told_in_their_order"],
    ),
    (
        "the caller's own only",
        &["chat_history::what_is_somebody_elses_is_as_if_it_were_not_there"],
    ),
    (
        "an answer is listed when it has ended",
        &["chat_history::an_answer_is_listed_when_it_ended_and_has_a_word"],
    ),
    (
        "clearing what was said about an insight says how many",
        &["chat_history::clearing_forgets_what_the_caller_said_about_an_insight"],
    ),
    (
        "standalone chats, most recently used first",
        &["chat_history::chats_are_the_most_recently_used_first"],
    ),
    (
        "messages of a foreign or unknown chat: an empty list",
        &[
            "chat_history::what_is_somebody_elses_is_as_if_it_were_not_there",
            "conventions::a_delete_of_a_chat_that_is_not_there_is_a_404_and_a_history_of_it_is_empty",
        ],
    ),
    (
        "deleting a chat",
        &["chat_history::a_chat_is_deleted_with_its_messages"],
    ),
    (
        "deleting one that is not there: 404",
        &[
            "conventions::a_delete_of_a_chat_that_is_not_there_is_a_404_and_a_history_of_it_is_empty",
            "chat_history::what_is_somebody_elses_is_as_if_it_were_not_there",
        ],
    ),
];
