//! The form in which the build script packs the index of the search by meaning.
//!
//! The build script compiles this file too, so that the index and the questions cannot differ.

use serde::{Deserialize, Serialize};

/// A stem and where it occurs.
#[derive(Deserialize, Serialize)]
pub struct PackedStem {
    pub stem: String,
    /// The ordinals of verses, each as the distance from the one before, and the stem's weight there
    /// in hundredths.
    pub verses: Vec<(u16, u8)>,
    /// The numbers of labels, in the same form.
    pub labels: Vec<(u16, u8)>,
}

/// A text about verses.
#[derive(Deserialize, Serialize)]
pub struct PackedLabel {
    pub source: LabelSource,
    /// The rarities of its stems together, each times its weight.
    pub mass: f32,
    /// The first verse of each passage, and how many follow it.
    pub passages: Vec<(u16, u16)>,
}

/// Where a label comes from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum LabelSource {
    /// A topic's name with one of its entries.
    Topic,
    /// The title of a section of a chapter.
    Section,
    /// The name of a passage.
    Name,
}

/// A Spanish word without accents, and English words of its meaning with their weights in
/// hundredths.
pub type PackedSpanish = (String, Vec<(String, u8)>);

/// How rare a stem is that occurs in some of all texts: the inverse document frequency of BM25.
pub fn rarity(occurrences: u16, all: u16) -> f32 {
    let (some, all) = (f32::from(occurrences.min(all)), f32::from(all));
    ((all - some + 0.5) / (some + 0.5)).ln_1p()
}

/// Words that say nothing about a question's subject, in their plain form.
pub fn is_small(word: &str) -> bool {
    SMALL_WORDS.split(' ').any(|small| small == word)
}

const SMALL_WORDS: &str = "\
    a an the and or but if of to in on at by for from with without into unto upon as is am are was \
    were be been being do does did doing done have has had having i me my mine we us our ours you \
    your yours he him his she her hers it its they them their theirs this that these those there \
    here what which who whom whose when where why how not no nor so than then too very can could \
    may might must shall should will would ought about against between through during before after \
    above below up down out off over under again further once all any both each few more most \
    other some such only own same just now also let thou thee thy thine ye hath hast doth dost s t \
    don dont im ive cant wont isnt id ill one get got gets getting make us really even much many \
    want wants need needs like tell says said say saying someone somebody something anything \
    everything everyone thing things way";
