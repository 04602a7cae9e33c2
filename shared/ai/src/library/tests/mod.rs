//! Whole texts of the library.

use super::links::unlink;

mod conversations;
mod insights;
mod quotations_of_insights;

/// The quotations of a text between “ and ”, in runs of consecutive sentences, without links, with one form of quotation marks.
fn quotations(text: &str) -> Vec<String> {
    let quotations = text
        .split('“')
        .skip(1)
        .filter_map(|rest| rest.split_once('”'));
    quotations
        .flat_map(|(quoted, _)| quoted.split(" … "))
        .map(|quoted| unlink(quoted).replace(['‘', '’', '"'], "'"))
        .collect()
}

#[track_caller]
pub(super) fn assert_contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}\n\nis not in\n\n{text}");
    }
}

#[track_caller]
fn assert_lacks(text: &str, part: &str) {
    assert!(!text.contains(part), "{part}\n\nis in\n\n{text}");
}
