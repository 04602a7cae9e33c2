//! What is generated: insights, definitions, answers, and what is remembered.

use crate::Sentence;

pub const GENERATED: &[Sentence] = &[
    (
        "the texts, id, cached and source",
        &["generated/sharing::what_is_not_to_be_saved_is_generated_and_kept_nowhere"],
    ),
    (
        "what is stored is linked, cached, and costs nothing of the allowance",
        &[
            "generated/sharing::what_is_saved_is_everybodys_and_comes_back_as_it_was_sent",
            "generated/limits::of_a_hundred_calls_at_once_ten_reach_the_provider",
        ],
    ),
    (
        "not to be saved: generated, id null, no history",
        &["generated/sharing::what_is_not_to_be_saved_is_generated_and_kept_nowhere"],
    ),
    (
        "reference and text come back as they were sent, in the very next request",
        &["generated/sharing::what_is_saved_is_everybodys_and_comes_back_as_it_was_sent"],
    ),
    (
        "any length in bounds can be saved",
        &["generated/sharing::passages_of_the_greatest_length_are_saved"],
    ),
    (
        "two who ask for the same at once: one stored, one charged, no error",
        &[
            "generated/sharing::all_who_ask_for_the_same_new_thing_at_once_get_one",
            "generated/sharing::who_waits_takes_over_when_the_other_fails",
            "generated/sharing::what_a_killed_process_began_is_taken_over_when_its_time_is_over",
        ],
    ),
    (
        "the model's failure is 502 or 503, nothing stored, nothing charged",
        &[
            "generated/failing::each_failure_of_an_insights_model_is_told_and_costs_nothing",
            "generated/failing::each_failure_of_a_definitions_model_is_told_and_costs_nothing",
        ],
    ),
    (
        "a rejected key or no credit is 503 with auth_error",
        &[
            "generated/failing::each_failure_of_an_insights_model_is_told_and_costs_nothing",
            "provider_keys::a_key_that_is_rejected_and_has_no_other_is_told",
        ],
    ),
    (
        "bounds and types of the body, 400, 415 and 422",
        &["generated/limits::each_fault_of_the_input_is_told_and_nothing_is_asked"],
    ),
    (
        "a database that is away is 503 with Retry-After",
        &["generated/failing::a_database_that_is_away_is_told_before_anything_is_asked"],
    ),
    (
        "what is told as saved is stored",
        &["generated/failing::what_cannot_be_stored_is_not_told_as_saved"],
    ),
    (
        "a write by an unknown caller creates user and device, and sets the cookie",
        &[
            "generated/sharing::a_stranger_becomes_a_user_by_asking_and_is_told_so_whatever_comes_of_it",
        ],
    ),
];

pub const ALLOWANCE: &[Sentence] = &[
    (
        "ten a day, and exactly ten of a hundred at once; unlimited for pro",
        &[
            "generated/limits::of_a_hundred_calls_at_once_ten_reach_the_provider",
            "chat/limits::the_days_allowance_holds_for_messages_at_once",
        ],
    ),
    (
        "over it: 429 with the sentence, current_usage, limit, is_pro, Retry-After",
        &["generated/limits::of_a_hundred_calls_at_once_ten_reach_the_provider"],
    ),
    (
        "insights and definitions of a user in a minute, from wherever",
        &["generated/limits::a_user_is_held_to_so_many_a_minute_from_any_address"],
    ),
    (
        "messages have a number of their own",
        &["chat/limits::messages_have_a_rate_of_their_own"],
    ),
    (
        "a fresh cookie for each call buys nothing; no header is the address",
        &[
            "generated/limits::invented_cookies_from_one_address_are_held_and_make_no_users",
            "chat/limits::invented_cookies_from_one_address_are_held",
        ],
    ),
    (
        "a failed generation is given back",
        &[
            "generated/failing::each_failure_of_an_insights_model_is_told_and_costs_nothing",
            "chat/failing::each_failure_is_an_event_and_costs_nothing",
        ],
    ),
];

pub const STREAMS: &[Sentence] = &[
    (
        "200 text/event-stream, no-cache, X-Accel-Buffering: no",
        &["chat/streaming::each_way_of_saying_something_is_answered_as_the_model_says_it"],
    ),
    (
        "each event whole, one space, one line of JSON; done with status and stop_reason",
        &["chat/streaming::each_way_of_saying_something_is_answered_as_the_model_says_it"],
    ),
    (
        "chat_id is the first event of a new chat",
        &["chat/streaming::tokens_come_as_they_are_made_and_each_kind_of_event_streams"],
    ),
    (
        "tokens as the model sends them",
        &["chat/streaming::tokens_come_as_they_are_made_and_each_kind_of_event_streams"],
    ),
    (
        "the response ends at done or error, and never without one",
        &[
            "chat/streaming::tokens_come_as_they_are_made_and_each_kind_of_event_streams",
            "chat/failing::each_failure_is_an_event_and_costs_nothing",
        ],
    ),
    (
        "a failure is an error event, also before the first token, with its error_type",
        &["chat/failing::each_failure_is_an_event_and_costs_nothing"],
    ),
    (
        "unknown or foreign insight or chat: 404, without asking the model",
        &[
            "chat/limits::what_is_not_the_callers_is_not_there",
            "chat/limits::a_stranger_has_no_insight_and_no_chat_and_does_not_become_a_user",
        ],
    ),
    (
        "a bad body is 422",
        &["chat/limits::each_fault_of_the_input_is_told"],
    ),
    (
        "the allowance or the rate used up is 429",
        &[
            "chat/limits::the_days_allowance_holds_for_messages_at_once",
            "chat/limits::messages_have_a_rate_of_their_own",
        ],
    ),
    (
        "something at once, whatever the model does",
        &["chat/streaming::something_leaves_at_once_whatever_the_model_does"],
    ),
    (
        "the message before the model is asked, the answer when it ends, stored before done",
        &[
            "chat/streaming::a_chat_is_begun_and_gone_on_with_in_its_order",
            "chat/streaming::tokens_come_as_they_are_made_and_each_kind_of_event_streams",
        ],
    ),
    (
        "cut by the limit: max_tokens, kept",
        &["chat/streaming::an_answer_that_the_limit_cut_says_so"],
    ),
    (
        "a client that goes away loses nothing",
        &[
            "chat/leaving::a_reader_who_leaves_after_two_tokens_loses_nothing_and_the_provider_is_stopped",
            "chat/leaving::a_connection_that_breaks_loses_nothing_though_the_process_ends",
            "chat/leaving::a_reader_who_leaves_when_the_model_has_been_asked_is_charged",
        ],
    ),
    (
        "a killed function loses little, and its answer ends interrupted",
        &["chat/leaving::what_a_killed_process_had_stored_is_kept_and_ends_interrupted"],
    ),
    (
        "nothing is claimed to be stored that is not",
        &[
            "chat/failing::tokens_reach_the_reader_while_the_database_is_away_and_are_not_claimed_to_be_stored",
        ],
    ),
    (
        "user, assistant, user, assistant, also of messages at once",
        &[
            "chat/streaming::a_chat_is_begun_and_gone_on_with_in_its_order",
            "chat/streaming::two_messages_at_once_keep_their_order",
        ],
    ),
    (
        "a chat's title is its first 50 characters, with dots if cut",
        &["chat/streaming::a_chat_is_begun_and_gone_on_with_in_its_order"],
    ),
    (
        "one conversation about an insight, with the insight before it",
        &[
            "chat/streaming::what_is_said_about_an_insight_is_one_conversation_with_the_insight_before_it",
        ],
    ),
];

pub const MEMORY: &[Sentence] = &[
    (
        "earlier conversations of the same user that bear on the message, and of nobody else",
        &[
            "memory::what_was_said_elsewhere_reaches_the_prompt_of_the_same_reader_only",
            "chat/streaming::nothing_of_one_reader_reaches_anothers_prompt",
        ],
    ),
    (
        "by meaning, where texts are embedded; without, nothing is missed but that",
        &[
            "memory::what_was_said_is_embedded_after_its_answer_and_found_by_its_meaning",
            "memory::an_embedder_that_does_not_answer_changes_nothing_and_is_left_alone",
        ],
    ),
    (
        "past the limit, the first 80 % are a stored summary",
        &[
            "memory::the_beginning_of_a_long_conversation_is_summarised_once",
            "memory::where_no_summary_is_to_be_had_the_newest_turns_that_fit_are_told",
        ],
    ),
    (
        "the debug routes tell the caller's own, in development only",
        &[
            "memory::the_debug_routes_tell_the_callers_own_memory",
            "memory::there_are_no_debug_routes_in_production",
        ],
    ),
];
