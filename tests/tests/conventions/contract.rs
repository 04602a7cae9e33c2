//! The contract and the tests that show it. `contract.txt` has each sentence once, under its group. A test that shows a
//! sentence carries it: `/// Contract: <group>: "<sentence>"`.
//!
//! The test prints the index: `make test ARGS='-p verse-tests --test conventions -- contract --nocapture'`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const CONTRACT: &str = include_str!("contract.txt");
const MARK: &str = "/// Contract: ";

/// Group and sentence, as in a mark.
fn sentences() -> Vec<String> {
    let mut group = "";
    let mut sentences = Vec::new();
    for line in CONTRACT.lines() {
        match line.strip_prefix("    ") {
            Some(sentence) => sentences.push(format!("{group}: \"{sentence}\"")),
            None if line.is_empty() => {}
            None => group = line,
        }
    }
    sentences
}

/// Every source file of the tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The tests of a file, as `path::test`, and the marks of each.
fn tests(name: &str, text: &str, faults: &mut Vec<String>) -> Vec<(String, Vec<String>)> {
    let mut tests = Vec::new();
    let (mut marks, mut is_test) = (Vec::new(), false);
    for line in text.lines() {
        if let Some(mark) = line.strip_prefix(MARK) {
            marks.push(mark.to_owned());
        } else if line == "#[test]" || line == "#[tokio::test]" {
            is_test = true;
        } else if let Some(rest) = line.trim_start_matches("async ").strip_prefix("fn ") {
            let function = rest.split('(').next().unwrap();
            let marks = std::mem::take(&mut marks);
            if std::mem::take(&mut is_test) {
                tests.push((format!("{name}::{function}"), marks));
            } else if !marks.is_empty() {
                faults.push(format!("{name}::{function} has a mark and is not a test"));
            }
        }
    }
    tests
}

#[test]
fn every_sentence_of_the_contract_has_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files = Vec::new();
    sources(&folder, &mut files);
    files.sort();
    let mut faults = Vec::new();
    let mut index = BTreeMap::<String, Vec<String>>::new();
    let (mut all, mut marked) = (0, 0);
    for file in files {
        let name = file.strip_prefix(&folder).unwrap().with_extension("");
        let name = name.to_str().unwrap().replace('/', "::");
        let text = fs::read_to_string(&file).unwrap();
        for (test, marks) in tests(&name, &text, &mut faults) {
            all += 1;
            marked += usize::from(!marks.is_empty());
            for mark in marks {
                index.entry(mark).or_default().push(test.clone());
            }
        }
    }
    let sentences = sentences();
    let unique: BTreeSet<_> = sentences.iter().collect();
    assert_eq!(unique.len(), sentences.len(), "a sentence is there twice");
    for sentence in &sentences {
        println!("{sentence}");
        let tests = index.remove(sentence).unwrap_or_default();
        if tests.is_empty() {
            faults.push(format!("no test shows {sentence}"));
        }
        for test in tests {
            println!("    {test}");
        }
    }
    for (unknown, tests) in index {
        faults.push(format!("not in contract.txt: {unknown}, at {tests:?}"));
    }
    verse_tests::figure!(
        "{} sentences of the contract, shown by {marked} of {all} black-box tests",
        sentences.len()
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
