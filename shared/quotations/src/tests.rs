//! Thousands of right and wrong quotations, made from the texts with a fixed seed, sent in pieces of 1 to 40 characters.
//!
//! An oracle reads what was sent: every quotation must stand word for word in the translation and the place beside
//! it, and every reference must exist. It shares no code with the checker.

mod cases;
mod oracle;
mod random;

use std::collections::BTreeMap;

use cases::{Case, RIGHT, WRONG, list_cases};
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

/// At most 1 of 100 right quotations may be changed.
#[test]
fn right_quotations_stay_as_they_are() {
    let oracle = Oracle::new();
    let mut random = Random::new(7);
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let cases = list_cases(&RIGHT, &oracle, &mut random, EACH);
    assert!(cases.len() >= 2_000, "{}", cases.len());
    let mut shown = 0;
    for case in &cases {
        let sent = send(case, &mut random);
        let entry = table.entry(case.kind).or_default();
        entry.1 += 1;
        if sent != case.text {
            entry.0 += 1;
            shown += 1;
            if shown <= 25 {
                println!(
                    "{} ({}):\n  {}\n  {sent}",
                    case.kind, case.reader, case.text
                );
            }
        }
    }
    print_table("right quotations that were changed", &table);
    let changed: usize = table.values().map(|(bad, _)| bad).sum();
    assert!(
        changed * 100 <= cases.len(),
        "{changed} of {} right quotations were changed",
        cases.len()
    );
}

#[test]
fn no_wrong_quotation_or_reference_is_sent() {
    let oracle = Oracle::new();
    let mut random = Random::new(11);
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let cases = list_cases(&WRONG, &oracle, &mut random, EACH);
    assert!(cases.len() >= 2_000, "{}", cases.len());
    let mut shown = 0;
    for case in &cases {
        let sent = send(case, &mut random);
        let entry = table.entry(case.kind).or_default();
        entry.1 += 1;
        if let Some(fault) = oracle.fault(&sent, case.reader) {
            entry.0 += 1;
            shown += 1;
            if shown <= 25 {
                println!(
                    "{} ({}): {fault}\n  {}\n  {sent}",
                    case.kind, case.reader, case.text
                );
            }
        }
    }
    print_table("wrong quotations that were sent", &table);
    let wrong: usize = table.values().map(|(bad, _)| bad).sum();
    assert_eq!(wrong, 0, "of {}", cases.len());
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
