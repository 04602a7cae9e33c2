//! Devices, linking, and how often one may ask.

use crate::Sentence;

pub const LINKING: &[Sentence] = &[
    (
        "generate: display_code, expires_at, qr_data",
        &["linking::a_code_is_twelve_letters_in_three_groups_for_five_minutes"],
    ),
    (
        "a code is twelve of the alphabet in three groups, for five minutes",
        &["linking::a_code_is_twelve_letters_in_three_groups_for_five_minutes"],
    ),
    ("used once", &["linking::every_refusal_says_why"]),
    (
        "a fourth pending code is refused",
        &["linking::a_fourth_code_is_refused"],
    ),
    (
        "entered in any case, with or without hyphens and spaces",
        &["linking::a_code_is_entered_in_any_case_with_or_without_hyphens_and_spaces"],
    ),
    (
        "kept only as a hash",
        &["linking::only_the_hash_of_a_code_is_kept"],
    ),
    (
        "accept: success, new_anonymous_id, message",
        &["linking::two_devices_become_one_user_with_the_cookies_they_have"],
    ),
    (
        "refusals: invalid, own, expired, used, revoked",
        &["linking::every_refusal_says_why"],
    ),
    (
        "an expired code found so is stored as expired",
        &["linking::every_refusal_says_why"],
    ),
    (
        "after ten wrong codes in 15 minutes: 429",
        &["linking::after_ten_wrong_codes_the_eleventh_is_a_429_and_so_is_a_right_one"],
    ),
    (
        "fifty simultaneous accepts: one succeeds",
        &["linking::of_fifty_browsers_that_enter_one_code_at_once_one_is_linked"],
    ),
    (
        "merging keeps everything of both, both cookies work",
        &[
            "linking::two_devices_become_one_user_with_the_cookies_they_have",
            "twins::linking_who_uploaded_and_who_was_given_shows_it_once",
        ],
    ),
    (
        "merges that cross",
        &["linking::two_that_accept_each_others_code_at_once_are_one_user"],
    ),
    (
        "the database cut in the middle of a merge leaves both whole",
        &["linking::a_database_that_breaks_off_in_a_merge_leaves_both_users_whole"],
    ),
    (
        "devices: name, type, times, is_current, last active first",
        &[
            "devices::a_device_is_told_with_its_name_and_times",
            "devices::the_last_active_device_is_listed_first",
        ],
    ),
    (
        "unlinking ends access at once",
        &["devices::an_unlinked_device_is_shut_out_at_once"],
    ),
    (
        "unlinking the last deletes the user and everything",
        &["devices::the_last_device_takes_the_user_and_everything_of_theirs_with_it"],
    ),
    (
        "unlinking the caller clears its cookie",
        &["devices::unlinking_the_calling_device_clears_its_cookie"],
    ),
    (
        "the last two at once",
        &["devices::the_last_two_unlinked_at_once_leave_no_user"],
    ),
    (
        "name and type from the request, else the User-Agent",
        &["linking::the_name_comes_from_the_request_else_from_the_user_agent"],
    ),
    (
        "revoking says how many",
        &["linking::revoking_tells_how_many_codes_were_pending"],
    ),
];

/// As far as it can be reached without generating: the rest is in the groups of what generates.
pub const RATES: &[Sentence] = &[
    (
        "ten a UTC day for a free user, none for pro",
        &["conventions::the_daily_limit_is_a_setting_and_pro_has_none"],
    ),
    (
        "the numbers are configuration",
        &[
            "conventions::how_many_wrong_codes_are_answered_is_a_setting",
            "conventions::the_daily_limit_is_a_setting_and_pro_has_none",
        ],
    ),
    (
        "429 has Retry-After",
        &["conventions::how_many_wrong_codes_are_answered_is_a_setting"],
    ),
    ("no address is kept", &["linking::no_address_is_kept"]),
];
