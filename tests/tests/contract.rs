//! The contract, sentence by sentence, and the black-box tests that show each. A test that is renamed or goes makes this one
//! fail; a sentence without a test does, too. The groups are lists in `contract/`: a new group is a new list.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on says why and fails"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

mod contract {
    pub mod conventions;
    pub mod devices;
    pub mod generation;
    pub mod histories;
    pub mod users;
}

use contract::{conventions, devices, generation, histories, users};

/// What the contract says, and the tests that show it, as `file::test`.
type Sentence = (&'static str, &'static [&'static str]);

/// Every group and its sentences.
const GROUPS: &[(&str, &[Sentence])] = &[
    ("conventions", conventions::CONVENTIONS),
    ("who the caller is", conventions::CALLER),
    ("bible", conventions::BIBLE),
    ("history of insights", histories::INSIGHTS),
    ("history of definitions", histories::DEFINITIONS),
    ("what was said", histories::CHAT),
    ("user", users::USER),
    ("import", users::IMPORT),
    ("devices and linking", devices::LINKING),
    ("allowance and rates", devices::RATES),
    ("health", users::HEALTH),
    ("insights and definitions", generation::GENERATED),
    ("allowance", generation::ALLOWANCE),
    ("streams", generation::STREAMS),
    ("memory", generation::MEMORY),
];

/// Every test of this folder, as `file::test`, or `folder/file::test`.
fn tests() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut tests = BTreeSet::new();
    for path in entries(&folder) {
        if path.is_dir() {
            let group = path.file_name().and_then(|name| name.to_str());
            let group = format!("{}/", group.expect("a name in UTF-8"));
            for path in entries(&path) {
                add_tests(&mut tests, &group, &path);
            }
        } else {
            add_tests(&mut tests, "", &path);
        }
    }
    tests
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of tests");
    entries
        .map(|entry| entry.expect("an entry of it").path())
        .collect()
}

/// The tests of one file.
fn add_tests(tests: &mut BTreeSet<String>, group: &str, path: &Path) {
    let (Some(file), Some("rs")) = (
        path.file_stem().and_then(|stem| stem.to_str()),
        path.extension().and_then(|extension| extension.to_str()),
    ) else {
        return;
    };
    let text = fs::read_to_string(path).expect("a readable test");
    let mut is_test = false;
    for line in text.lines() {
        let name = line.trim_start_matches("async ").strip_prefix("fn ");
        match name.and_then(|rest| rest.split('(').next()) {
            Some(name) if is_test => {
                tests.insert(format!("{group}{file}::{name}"));
                is_test = false;
            }
            Some(_) => is_test = false,
            None => is_test |= line.starts_with("#[tokio::test") || line == "#[test]",
        }
    }
}

#[test]
fn every_sentence_of_the_contract_is_shown_by_a_test() {
    let known = tests();
    let mut used = BTreeSet::new();
    let mut faults = Vec::new();
    let (mut sentences, mut said) = (0, BTreeSet::new());
    for (group, lines) in GROUPS {
        println!("{:>4} sentences: {group}", lines.len());
        sentences += lines.len();
        for (sentence, shown_by) in *lines {
            if !said.insert((group, sentence)) {
                faults.push(format!("{group}: twice: {sentence}"));
            }
            if shown_by.is_empty() {
                faults.push(format!("{group}: nothing shows: {sentence}"));
            }
            for test in *shown_by {
                used.insert(*test);
                if !known.contains(*test) {
                    faults.push(format!("{group}: there is no test {test}: {sentence}"));
                }
            }
        }
    }
    verse_tests::figure!(
        "{sentences:>4} sentences of the contract, shown by {} of {} black-box tests",
        used.len(),
        known.len()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
