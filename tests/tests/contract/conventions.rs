//! What holds for every route, who the caller is, and the Bible's routes.

use crate::Sentence;

pub const CONVENTIONS: &[Sentence] = &[
    (
        "a body that is not well-formed JSON: 400, lone surrogates included",
        &[
            "linking::each_kind_of_bad_body_has_its_status",
            "export_import::a_body_that_is_no_import_has_its_status",
        ],
    ),
    (
        "a body not declared as JSON: 415",
        &[
            "linking::each_kind_of_bad_body_has_its_status",
            "export_import::a_body_that_is_no_import_has_its_status",
        ],
    ),
    (
        "a field lacking, of a wrong type or out of bounds: 422",
        &["linking::each_kind_of_bad_body_has_its_status"],
    ),
    (
        "unknown fields are ignored",
        &["conventions::fields_that_nobody_knows_are_ignored"],
    ),
    (
        "errors are problems with type, title, status and a sentence in detail",
        &[
            "bible::what_is_not_in_the_bible_is_a_404_that_says_so",
            "bible::a_wrong_method_and_an_unknown_path_are_problems",
        ],
    ),
    (
        "a 422 lists every fault with its pointer",
        &[
            "bible::a_faulty_query_is_a_422_that_lists_every_fault",
            "bible_input::every_fault_of_a_query_is_named",
        ],
    ),
    (
        "no error carries SQL, a stack or a path",
        &["conventions::no_error_tells_of_the_database"],
    ),
    (
        "device_name has at most 100 characters",
        &["linking::each_kind_of_bad_body_has_its_status"],
    ),
    (
        "U+0000 in a string: 422",
        &[
            "linking::each_kind_of_bad_body_has_its_status",
            "bible_input::hostile_queries_are_refused_in_every_dress",
        ],
    ),
    (
        "a body over 6 MB: 413",
        &[
            "conventions::a_body_over_six_megabytes_is_a_413",
            "export_import::a_body_that_is_no_import_has_its_status",
        ],
    ),
    (
        "limit is 1 to 200, outside it 422",
        &["histories::a_page_that_cannot_be_is_refused"],
    ),
    (
        "limit is 50 by default",
        &["histories::a_history_is_read_page_by_page_to_its_end"],
    ),
    (
        "before is the next page",
        &[
            "histories::a_history_is_read_page_by_page_to_its_end",
            "chat_history::the_list_of_chats_is_read_page_by_page_to_its_end",
        ],
    ),
    (
        "an absent, a foreign and an absurd id: the same 404",
        &[
            "devices::a_device_that_is_not_the_callers_is_a_404",
            "conventions::a_delete_of_a_chat_that_is_not_there_is_a_404_and_a_history_of_it_is_empty",
        ],
    ),
    (
        "or the same empty list",
        &[
            "chat_history::what_is_somebody_elses_is_as_if_it_were_not_there",
            "histories::an_id_that_is_not_in_the_history_is_followed_by_nothing",
        ],
    ),
    (
        "a failure of the database is a 503 with Retry-After",
        &[
            "session::a_database_that_is_down_is_a_503_and_is_found_again",
            "histories::a_database_that_is_down_is_a_503_and_is_found_again",
        ],
    ),
    (
        "never a hang",
        &["session::a_database_that_never_answers_is_a_503_within_four_seconds"],
    ),
    (
        "every response has the protective headers and X-Request-Id",
        &[
            "bible::every_response_has_the_protective_headers",
            "conventions::whatever_depends_on_the_caller_is_kept_by_no_cache",
        ],
    ),
    (
        "Strict-Transport-Security in production",
        &["session::the_cookie_is_secure_in_production"],
    ),
    (
        "what depends on the caller is no-store",
        &["conventions::whatever_depends_on_the_caller_is_kept_by_no_cache"],
    ),
    (
        "CORS: our origins, with credentials",
        &["cors::our_page_may_call_with_credentials"],
    ),
    (
        "CORS: methods GET, POST, DELETE",
        &["cors::a_preflight_is_answered"],
    ),
    (
        "CORS: no other origin is echoed",
        &["cors::no_other_origin_is_echoed"],
    ),
];

pub const CALLER: &[Sentence] = &[
    (
        "the cookie says which device calls",
        &["session::a_first_visit_makes_a_user_and_the_next_finds_it"],
    ),
    (
        "kept only as its hash",
        &["session::only_the_hash_of_the_token_is_kept"],
    ),
    (
        "Path, HttpOnly, SameSite=Lax and 400 days",
        &["session::a_first_visit_makes_a_user_and_the_next_finds_it"],
    ),
    (
        "Secure outside development",
        &["session::the_cookie_is_secure_in_production"],
    ),
    (
        "sent again when less than 370 days are left",
        &["session::a_cookie_with_less_than_370_days_left_is_sent_again_as_it_is"],
    ),
    (
        "each device has its own token, several may belong to one user",
        &["linking::two_devices_become_one_user_with_the_cookies_they_have"],
    ),
    (
        "first requests of one browser at once leave one user",
        &["first_requests::of_fifty_first_requests_of_one_browser_at_once_one_user_is_left"],
    ),
    (
        "a write by an unknown caller creates user and device and sets the cookie",
        &[
            "linking::a_caller_without_a_cookie_joins_the_user_of_the_code",
            "export_import::what_was_exported_and_erased_comes_back_as_it_was",
        ],
    ),
    (
        "the session creates user and device",
        &["session::a_first_visit_makes_a_user_and_the_next_finds_it"],
    ),
    (
        "every other read by an unknown caller is as of a new user and writes nothing",
        &[
            "histories::an_unknown_caller_has_no_history_and_writes_nothing",
            "chat_history::an_unknown_caller_has_said_nothing_and_writes_nothing",
            "devices::an_unknown_caller_has_no_devices_and_none_is_made",
            "export_import::an_unknown_caller_exports_what_a_new_user_would_and_nothing_is_written",
        ],
    ),
    (
        "crawlers do not fill the database",
        &["first_requests::whoever_never_sends_a_cookie_back_leaves_nothing"],
    ),
    (
        "Bible reads ask for no identity, set no cookie and may be cached",
        &["bible::reading_sets_no_cookie_and_may_be_cached"],
    ),
    (
        "a cookie that matches nothing or is garbage is an unknown caller",
        &[
            "session::a_cookie_that_is_garbage_is_an_unknown_caller",
            "devices::an_unlinked_device_is_shut_out_at_once",
        ],
    ),
];

pub const BIBLE: &[Sentence] = &[
    (
        "the translations",
        &["bible::the_five_translations_have_john_3_16"],
    ),
    (
        "a passage has its verses",
        &["bible::a_passage_has_its_verses"],
    ),
    (
        "a book by name, abbreviation or id",
        &["bible::every_dress_reaches_the_same_passage"],
    ),
    (
        "an unknown book, chapter, verse or translation is a 404 that says which",
        &[
            "bible::what_is_not_in_the_bible_is_a_404_that_says_so",
            "bible_input::what_there_is_none_of_is_named",
        ],
    ),
    (
        "an end past the chapter gives what exists",
        &["bible::a_range_past_the_end_gives_what_exists"],
    ),
    (
        "every chapter of every translation",
        &["corpus::every_chapter_of_every_translation_is_answered_with_the_canons_verses"],
    ),
    (
        "references in a text",
        &["bible::references_are_found_in_a_text"],
    ),
    (
        "content: headings",
        &["bible::headings_are_editorial_in_web_and_kjv_and_in_no_other"],
    ),
    ("content: poetry", &["bible::a_psalm_is_laid_out_as_poetry"]),
    (
        "content: notes",
        &["bible::the_places_of_notes_have_their_notes"],
    ),
    (
        "save=true stores a passage once",
        &["bible::a_passage_is_kept_once_and_the_answer_is_not_cacheable"],
    ),
];
