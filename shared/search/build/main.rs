//! Makes the indexes of words and of meaning from the texts that the build script of
//! `verse-scripture` corrected.

mod meaning;
mod words;

#[path = "../../scripture/src/fold.rs"]
mod fold;
#[path = "../../scripture/build/frames.rs"]
mod frames;
#[path = "../src/meaning/meaning_format.rs"]
mod meaning_format;
#[path = "../../scripture/src/stem.rs"]
#[expect(
    dead_code,
    reason = "the indexes need the letters of words, not their numbers"
)]
mod stem;
#[path = "../src/words/stems.rs"]
mod stems;
#[path = "../src/words/token.rs"]
mod token;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Why the index could not be made. It names the file, and the line where there is one.
type Failure = String;

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("verse-search: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo passes the folders in these variables only"
)]
fn build() -> Result<(), Failure> {
    let folder = env::var_os("OUT_DIR").ok_or("Cargo did not set OUT_DIR")?;
    let texts = env::var_os("DEP_VERSE_SCRIPTURE_FOLDER");
    let texts = texts.ok_or("verse-scripture did not say where its texts are")?;
    announce(Path::new(&texts));
    let (texts, folder) = (Path::new(&texts), Path::new(&folder));
    words::build(texts, folder)?;
    meaning::build(texts, folder)
}

#[expect(
    clippy::print_stdout,
    reason = "Cargo reads a build script's instructions from its standard output"
)]
fn announce(texts: &Path) {
    let scripture = ["src/fold.rs", "src/stem.rs", "build/frames.rs"];
    let scripture = scripture.map(|file| format!("../scripture/{file}"));
    let own = [
        "build",
        "src/meaning/meaning_format.rs",
        "src/words/stems.rs",
        "src/words/token.rs",
        "texts",
    ]
    .map(str::to_owned);
    for file in scripture.iter().chain(&own) {
        println!("cargo::rerun-if-changed={file}");
    }
    println!("cargo::rerun-if-changed={}", texts.display());
}

/// The files of a folder with this extension, sorted.
fn list_files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let failure = |error| format!("listing {}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failure)? {
        let path = entry.map_err(failure)?.path();
        if path.extension().is_some_and(|other| other == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| format!("reading {}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| format!("writing {}: {error}", path.display()))
}
