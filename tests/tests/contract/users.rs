//! What a user is and keeps, and whether the service answers.

use crate::Sentence;

pub const USER: &[Sentence] = &[
    (
        "session: anonymous_id and created_at",
        &["session::a_first_visit_makes_a_user_and_the_next_finds_it"],
    ),
    (
        "session: usage of the day",
        &["conventions::the_daily_limit_is_a_setting_and_pro_has_none"],
    ),
    (
        "session: pro has daily_limit 0 and remaining -1",
        &[
            "conventions::the_daily_limit_is_a_setting_and_pro_has_none",
            "subscriptions::a_granted_subscription_is_seen_at_once_and_a_revoked_one_is_gone",
        ],
    ),
    (
        "erasing says what was deleted, and leaves no row",
        &["erasure::erasing_leaves_no_row_that_names_the_user"],
    ),
    (
        "every device is unknown after erasing",
        &["erasure::every_device_is_unknown_afterwards_and_the_next_visit_is_a_new_user"],
    ),
    (
        "export: user, insights with messages, definitions, chats with messages",
        &[
            "export_import::an_export_says_whose_it_is_and_is_a_file",
            "export_import::what_was_exported_and_erased_comes_back_as_it_was",
        ],
    ),
    (
        "export: nothing of another user",
        &["export_import::nothing_of_another_user_is_ever_in_an_export"],
    ),
    (
        "export: streamed, whatever its size",
        &["export_import::a_hundred_megabytes_are_exported_in_constant_memory"],
    ),
];

pub const IMPORT: &[Sentence] = &[
    (
        "says what was imported",
        &["export_import::what_was_exported_and_erased_comes_back_as_it_was"],
    ),
    (
        "at most 1,000 insights, 1,000 definitions, 500 chats, and texts in bounds",
        &[
            "export_import::each_list_is_held_to_its_bounds",
            "export_import::a_breach_far_inside_is_named_and_nothing_is_imported",
        ],
    ),
    (
        "role is user or assistant",
        &["export_import::a_breach_far_inside_is_named_and_nothing_is_imported"],
    ),
    (
        "a breach is a 400 with what and where, and nothing is imported",
        &["export_import::a_breach_far_inside_is_named_and_nothing_is_imported"],
    ),
    (
        "times survive, definitions are included",
        &["export_import::what_was_exported_and_erased_comes_back_as_it_was"],
    ),
    (
        "the same file twice changes nothing",
        &["export_import::one_file_imported_twenty_times_at_once_is_there_once"],
    ),
    (
        "what one user uploads stays that user's",
        &["export_import::an_uploaded_insight_is_nobody_elses"],
    ),
];

pub const HEALTH: &[Sentence] = &[
    (
        "health needs no database",
        &["conventions::health_asks_for_no_database"],
    ),
    (
        "ready is 200 when the database answers",
        &["ready::it_is_ready_while_the_database_answers"],
    ),
    (
        "else 503",
        &[
            "ready::it_is_not_ready_while_the_database_hangs",
            "ready::it_is_not_ready_without_a_database_url",
        ],
    ),
];
