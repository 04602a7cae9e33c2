//! Packs `texts/` for embedding: the canon as a Rust table, each translation as one dictionary and
//! one compressed frame per chapter, and the reference works in the same way (`works/`).

mod canon;
mod corrections;
mod edit;
mod edition;
mod frames;
mod normalize;
mod pack;
mod plain_texts;
mod source;
mod titles;
mod works;

#[path = "../src/chapter_format.rs"]
mod chapter_format;
#[path = "../src/stem.rs"]
mod stem;

use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::canon::Canon;
use crate::chapter_format::PackedChapter;
use crate::pack::Output;
use crate::source::ChapterId;

/// Why the texts could not be packed. It names the file, and the line where there is one.
type Failure = String;

/// Translation code, source file, and whether the editorial section headings are added.
const TRANSLATIONS: [(&str, &str, bool); 6] = [
    ("WEB", "web.chapters.jsonl.zst", true),
    ("KJV", "kjv.chapters.jsonl.zst", true),
    ("ASV", "asv.chapters.jsonl.zst", false),
    ("YLT", "ylt.jsonl.zst", false),
    ("BSB", "bsb.chapters.jsonl.zst", false),
    ("SRV", "rv1909.chapters.jsonl.zst", false),
];
/// A commentary's outlines of chapters, which give the section headings. `texts/PROVENANCE.md` says
/// why these were chosen.
const OUTLINES: &str = "mhcc_outlines.jsonl.zst";
const VERSIFICATION: &str = "versification.json";

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("verse-scripture: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo passes the output folder in this variable only"
)]
fn build() -> Result<(), Failure> {
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("texts");
    let folder = env::var_os("OUT_DIR").ok_or("Cargo did not set OUT_DIR")?;
    let folder = Path::new(&folder);
    announce(folder);

    let canon = Canon::read(&texts.join(VERSIFICATION))?;
    write(&folder.join("books.rs"), canon.table().as_bytes())?;

    let headings = source::read_headings(&texts.join(OUTLINES))?;
    let mut output = Output::new(folder);
    let (mut web, mut kjv, mut bsb) = (Vec::new(), Vec::new(), Vec::new());
    let (mut asv, mut ylt) = (Vec::new(), Vec::new());
    for (code, file, with_headings) in TRANSLATIONS {
        let mut chapters = source::read_chapters(&texts.join(file), &canon)?;
        for (id, chapter) in &mut chapters {
            correct(code, id, chapter).map_err(|why| format!("{file}, {id}: {why}"))?;
            if with_headings && let Some(headings) = headings.get(id) {
                normalize::add_headings(headings, chapter);
            }
        }
        if code == "BSB" {
            for ((_, chapter), other) in chapters.iter_mut().zip(&web) {
                normalize::borrow_breaks(other, chapter);
            }
        }
        let packed: Vec<PackedChapter> = chapters.into_iter().map(|(_, chapter)| chapter).collect();
        output.add_frames(code, &packed, pack::CHAPTER_DICTIONARY)?;
        plain_texts::write_verses(folder, code, &packed)?;
        match code {
            "WEB" => web = packed,
            "KJV" => kjv = packed,
            "BSB" => bsb = packed,
            "ASV" => asv = packed,
            "YLT" => ylt = packed,
            _ => {}
        }
    }
    output.write_items("translations.rs")?;
    works::build(&texts, folder, &canon, &kjv, &bsb, &[&web, &asv, &ylt])
}

fn correct(code: &str, id: &ChapterId, chapter: &mut PackedChapter) -> Result<(), Failure> {
    normalize::apply_corrections(code, id, chapter)?;
    titles::set_apart(code, id, chapter)?;
    normalize::normalize(code, id, chapter)
}

#[expect(
    clippy::print_stdout,
    reason = "Cargo reads a build script's instructions from its standard output"
)]
fn announce(folder: &Path) {
    println!("cargo::metadata=folder={}", folder.display());
    println!("cargo::rerun-if-changed=build");
    for file in [
        "chapter_format.rs",
        "stem.rs",
        "word/function_words.rs",
        "word/matching.rs",
        "works/plain_letters.rs",
        "works/works_format.rs",
    ] {
        println!("cargo::rerun-if-changed=src/{file}");
    }
    let translations = TRANSLATIONS.iter().map(|(_, file, _)| *file);
    for file in translations
        .chain([OUTLINES, VERSIFICATION])
        .chain(works::FILES)
    {
        println!("cargo::rerun-if-changed=texts/{file}");
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| format!("writing {}: {error}", path.display()))
}
