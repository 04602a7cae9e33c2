//! Packs `texts/` into what the library embeds: the canon as a table, and for each translation
//! one dictionary, one compressed frame a chapter and the offsets of the frames.

mod canon;
mod pack;
mod source;
mod tidy;

#[path = "../src/packed.rs"]
mod packed;

use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Why the texts could not be packed; always names the file, and the line where there is one.
type Failure = String;

/// Translation code, source file, whether the editor's section headings are printed in it.
const TRANSLATIONS: [(&str, &str, bool); 5] = [
    ("WEB", "web.chapters.jsonl.zst", true),
    ("KJV", "kjv.chapters.jsonl.zst", true),
    ("ASV", "asv.jsonl.zst", false),
    ("YLT", "ylt.jsonl.zst", false),
    ("SRV", "rv1909.chapters.jsonl.zst", false),
];
/// The section headings: a commentary's outlines of chapters. `texts/PROVENANCE.md` says why these.
const SECTIONS: &str = "mhcc_outlines.jsonl.zst";
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
    reason = "Cargo names the place to build in here only"
)]
fn build() -> Result<(), Failure> {
    announce();
    let texts = Path::new(env!("CARGO_MANIFEST_DIR")).join("texts");
    let out = env::var_os("OUT_DIR").ok_or("Cargo did not set OUT_DIR")?;
    let out = Path::new(&out);

    let canon = canon::read(&texts.join(VERSIFICATION))?;
    write(&out.join("books.rs"), canon::table(&canon).as_bytes())?;

    let sections = source::read_sections(&texts.join(SECTIONS))?;
    let mut statics = String::new();
    for (code, file, with_sections) in TRANSLATIONS {
        let path = texts.join(file);
        let mut chapters = source::read_chapters(&path, &canon)?;
        for (place, chapter) in &mut chapters {
            tidy::tidy(code, place, chapter).map_err(|why| format!("{file}, {place}: {why}"))?;
            if with_sections {
                tidy::place_sections(place, &sections, chapter);
            }
        }
        let archive = pack::pack(&chapters).map_err(|why| format!("{file}: {why}"))?;
        write(&out.join(format!("{code}.dictionary")), &archive.dictionary)?;
        write(&out.join(format!("{code}.frames")), &archive.frames)?;
        statics.push_str(&pack::statics(code, &archive));
    }
    write(&out.join("archives.rs"), statics.as_bytes())
}

#[expect(
    clippy::print_stdout,
    reason = "standard output is how a build script talks to Cargo"
)]
fn announce() {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/packed.rs");
    for file in TRANSLATIONS
        .iter()
        .map(|(_, file, _)| *file)
        .chain([SECTIONS, VERSIFICATION])
    {
        println!("cargo::rerun-if-changed=texts/{file}");
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| format!("writing {}: {error}", path.display()))
}
