//! Packs `texts/` into what the library embeds: the canon as a table, and for each translation
//! one dictionary, one compressed frame a chapter and the offsets of the frames. The reference
//! works are packed the same way, in `works/`.

mod canon;
mod grid;
mod pack;
mod source;
mod tidy;
mod works;

#[path = "../src/packed.rs"]
mod packed;
#[path = "../src/stem.rs"]
mod stem;

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
    let mut kjv = Vec::new();
    for (code, file, with_sections) in TRANSLATIONS {
        let path = texts.join(file);
        let mut chapters = source::read_chapters(&path, &canon)?;
        for (place, chapter) in &mut chapters {
            tidy::tidy(code, place, chapter).map_err(|why| format!("{file}, {place}: {why}"))?;
            if with_sections {
                tidy::place_sections(place, &sections, chapter);
            }
        }
        let archive = pack::pack_chapters(&chapters).map_err(|why| format!("{file}: {why}"))?;
        write_archive(out, code, &archive)?;
        statics.push_str(&pack::item(code, &archive));
        if code == "KJV" {
            kjv = chapters;
        }
    }
    write(&out.join("archives.rs"), statics.as_bytes())?;
    works::build(&texts, out, &canon, &kjv)
}

fn write_archive(out: &Path, name: &str, archive: &pack::Archive) -> Result<(), Failure> {
    write(&out.join(format!("{name}.dictionary")), &archive.dictionary)?;
    write(&out.join(format!("{name}.frames")), &archive.frames)
}

#[expect(
    clippy::print_stdout,
    reason = "standard output is how a build script talks to Cargo"
)]
fn announce() {
    println!("cargo::rerun-if-changed=build");
    for file in ["packed.rs", "stem.rs", "works/packed.rs"] {
        println!("cargo::rerun-if-changed=src/{file}");
    }
    for file in TRANSLATIONS
        .iter()
        .map(|(_, file, _)| *file)
        .chain([SECTIONS, VERSIFICATION])
        .chain(works::FILES)
    {
        println!("cargo::rerun-if-changed=texts/{file}");
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| format!("writing {}: {error}", path.display()))
}
