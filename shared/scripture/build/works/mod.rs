//! Packs the reference works, one file here for each.
//!
//! A line that cannot be understood stops the build with its file and number. Known errors of a
//! source are left out and counted; another count stops the build too.

mod commentary;
mod cross_references;
#[path = "../../src/word/function_words.rs"]
mod function_words;
mod headwords;
mod labels;
mod lexicon;
#[path = "../../src/word/matching.rs"]
mod matching;
mod related_verses;
mod renderings;
mod search;
mod source_words;
mod topics;
mod word_links;

#[path = "../../src/works/plain_letters.rs"]
mod plain_letters;
#[path = "../../src/works/works_format.rs"]
mod works_format;

use std::path::Path;

use serde::Deserialize;

use crate::Failure;
use crate::canon::Canon;
use crate::chapter_format::PackedChapter;
use crate::pack::Output;
use crate::source::each_line;

const COMMENTARY: &str = "mhcc.jsonl.zst";
const INTRODUCTIONS: &str = "mhcc_intros.jsonl.zst";
const LEXICON: &str = "strongs.jsonl.zst";
const KJV_WORD_LINKS: &str = "kjv.strongs.jsonl.zst";
const BSB_WORD_LINKS: &str = "bsb.words.jsonl.zst";
const SOURCE_WORDS: &str = "source_words.jsonl.zst";
const GLOSSES: &str = "glosses.jsonl.zst";
const GLOSSARY: &str = "web_glossary.jsonl.zst";
const TOPICS: &str = "nave.jsonl.zst";
const SPANISH_RENDERINGS: &str = "rv1909.renderings.jsonl.zst";
const CROSS_REFERENCES: &str = "crossrefs.jsonl.zst";

/// The source files, without the outlines, which give the translations' section headings too.
pub const FILES: [&str; 11] = [
    COMMENTARY,
    INTRODUCTIONS,
    LEXICON,
    KJV_WORD_LINKS,
    BSB_WORD_LINKS,
    SOURCE_WORDS,
    GLOSSES,
    GLOSSARY,
    TOPICS,
    SPANISH_RENDERINGS,
    CROSS_REFERENCES,
];

pub fn build(
    texts: &Path,
    folder: &Path,
    canon: &Canon,
    kjv: &[PackedChapter],
    bsb: &[PackedChapter],
    not_linked: &[&[PackedChapter]],
) -> Result<(), Failure> {
    let mut output = Output::new(folder);
    let sections = commentary::build(texts, canon, &mut output)?;
    let lexicon = lexicon::build(&texts.join(LEXICON), &mut output)?;
    let mut link = |code, file, chapters| {
        let translation = word_links::Linked { code, chapters };
        let path = texts.join(file);
        word_links::build(&path, folder, canon, &translation, &lexicon, &mut output)
    };
    let linked = [
        link("KJV", KJV_WORD_LINKS, kjv)?,
        link("BSB", BSB_WORD_LINKS, bsb)?,
    ];
    let counts = source_words::build(&texts.join(SOURCE_WORDS), canon, &lexicon, &mut output)?;
    let glosses = headwords::build(&texts.join(GLOSSES), &lexicon, &counts, &mut output)?;
    renderings::build(&linked, not_linked, &lexicon, &glosses, &mut output)?;
    let spanish = texts.join(SPANISH_RENDERINGS);
    renderings::build_spanish(&spanish, &lexicon, &mut output)?;
    build_glossary(&texts.join(GLOSSARY), &mut output)?;
    let topics = topics::build(&texts.join(TOPICS), canon, &mut output)?;
    let references_to =
        cross_references::build(&texts.join(CROSS_REFERENCES), canon, kjv, &mut output)?;
    labels::write_labels(folder, canon, &topics, &sections, &references_to)?;
    search::build(&sections, &topics, &mut output)?;
    output.write_items("works.rs")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermLine {
    term: String,
    text: String,
}

fn build_glossary(path: &Path, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut terms: Vec<works_format::PackedTerm> = Vec::new();
    each_line(path, |TermLine { term, text }| {
        terms.push((trimmed(&term)?, trimmed(&text)?));
        Ok(())
    })?;
    output.add_frames("GLOSSARY", &[terms], 0)
}

/// A text without spaces at its ends. An empty one is an error.
fn trimmed(text: &str) -> Result<String, Failure> {
    match text.trim() {
        "" => Err("there is an empty text".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// Trims every text of a list.
fn all_trimmed(texts: &[String]) -> Result<Vec<String>, Failure> {
    texts.iter().map(|text| trimmed(text)).collect()
}
