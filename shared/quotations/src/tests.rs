//! Thousands of right and wrong quotations, made from the texts with a fixed seed, sent in pieces of 1 to 40 characters.
//!
//! An oracle reads what was sent: every quotation must stand word for word in the translation and the place beside
//! it, and every reference must exist. It shares no code with the checker.

mod cases;
mod oracle;
mod random;

use std::collections::BTreeMap;

use cases::{Case, RIGHT, WRONG, Write, list_cases};
use oracle::Oracle;
use random::Random;

use crate::{Checker, Options};

/// How many cases of each kind.
const EACH: usize = 160;

fn send(case: &Case, random: &mut Random) -> String {
    let mut checker = Checker::new(Options {
        translation: case.reader,
        context: Vec::new(),
        given: Vec::new(),
        originals: None,
    });
    let mut sent = String::new();
    let characters: Vec<char> = case.text.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        let end = (at + random.below(40) + 1).min(characters.len());
        sent.push_str(&checker.push(&characters[at..end].iter().collect::<String>()));
        at = end;
    }
    sent.push_str(&checker.finish());
    sent
}

fn print_table(title: &str, table: &BTreeMap<&str, (usize, usize)>) {
    println!("{title}");
    for (kind, (bad, all)) in table {
        println!("  {kind:44} {bad:4} of {all}");
    }
}

/// How many of the cases are sent with a fault, and how many there are; prints the table and the first faults.
fn count_faults(
    title: &str,
    kinds: &[(&'static str, Write)],
    seed: u64,
    fault: impl Fn(&Oracle, &Case, &str) -> Option<String>,
) -> (usize, usize) {
    let (oracle, mut random) = (Oracle::new(), Random::new(seed));
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let cases = list_cases(kinds, &oracle, &mut random, EACH);
    let mut shown = 0;
    for case in &cases {
        let sent = send(case, &mut random);
        let entry = table.entry(case.kind).or_default();
        entry.1 += 1;
        if let Some(fault) = fault(&oracle, case, &sent) {
            entry.0 += 1;
            shown += 1;
            if shown <= 25 {
                let Case { kind, reader, text } = case;
                println!("{kind} ({reader}): {fault}\n  {text}\n  {sent}");
            }
        }
    }
    print_table(title, &table);
    (table.values().map(|(bad, _)| bad).sum(), cases.len())
}

/// At most 1 of 100 right quotations may be changed.
#[test]
fn right_quotations_stay_as_they_are() {
    let title = "right quotations that were changed";
    let (changed, all) = count_faults(title, &RIGHT, 7, |_, case, sent| {
        (sent != case.text).then(|| "changed".to_owned())
    });
    assert!(all >= 2_000, "{all}");
    assert!(
        changed * 100 <= all,
        "{changed} of {all} right quotations were changed"
    );
}

#[test]
fn no_wrong_quotation_or_reference_is_sent() {
    let title = "wrong quotations that were sent";
    let (wrong, all) = count_faults(title, &WRONG, 11, |oracle, case, sent| {
        oracle.fault(sent, case.reader)
    });
    assert!(all >= 2_000, "{all}");
    assert_eq!(wrong, 0, "of {all}");
}

/// A test of the oracle: it finds the faults that the cases have.
#[test]
fn the_oracle_finds_the_faults_of_unchecked_cases() {
    let oracle = Oracle::new();
    let mut random = Random::new(11);
    let cases = list_cases(&WRONG, &oracle, &mut random, 20);
    let mut missed: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases.iter().filter(|case| {
        case.kind != "no closing mark" && oracle.fault(&case.text, case.reader).is_none()
    }) {
        *missed.entry(case.kind).or_default() += 1;
    }
    println!("faults that the oracle does not see: {missed:?}");
    let right = list_cases(&RIGHT, &oracle, &mut random, 20);
    for case in &right {
        assert_eq!(oracle.fault(&case.text, case.reader), None, "{}", case.text);
    }
    let count: usize = missed.values().sum();
    assert!(count * 20 <= cases.len(), "{count} of {}", cases.len());
}
