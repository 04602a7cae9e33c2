//! The verses whose text means nearly the same as a question.
//!
//! Each word and each verse has a vector of [`DIMENSIONS`] numbers of 4 bits. A question's vector is
//! the sum of its words' vectors, which are the longer the rarer the word is. `dev/texts/vectors.py`
//! makes the vectors.

use verse_scripture::stem::search_stem;

use super::embedded::{VERSE_VECTORS, WORD_VECTORS};
use super::question::Question;
use super::vocabulary;

/// How many numbers a vector has.
const DIMENSIONS: usize = 192;
/// Two numbers are in a byte.
const HALF: usize = DIMENSIONS / 2;
/// A vector's bytes: the length of a step in two, the lower first, then the numbers. The lower half
/// of a byte belongs to the first half of the dimensions. A number is its four bits less 7.5, times
/// the step.
const VECTOR_BYTES: usize = 2 + HALF;
/// How many units of the stored step make 1.
const STEP_UNITS: f32 = 65_536.0;

/// The nearness of each verse to the question, by ordinal: the cosine of the angle between their
/// vectors. Empty when the question has no word with a vector.
pub fn nearness(question: &Question) -> Vec<f32> {
    let Some(sought) = vector_of(question) else {
        return Vec::new();
    };
    let (verses, _) = VERSE_VECTORS.as_chunks::<VECTOR_BYTES>();
    verses.iter().map(|verse| sought.times(verse)).collect()
}

/// A question's vector of length 1.
struct Sought {
    /// The first half of its numbers, and the second, from -127 to 127.
    halves: [[i16; HALF]; 2],
    /// The sum of these numbers.
    sum: i32,
    /// What the numbers are multiplied by.
    unit: f32,
}

impl Sought {
    /// The scalar product with a packed vector.
    fn times(&self, vector: &[u8; VECTOR_BYTES]) -> f32 {
        let [first, second, numbers @ ..] = vector;
        let [low, high] = &self.halves;
        let mut total = 0;
        // Products of 16 bits, which the compiler computes eight at a time.
        for ((byte, low), high) in numbers.iter().zip(low).zip(high) {
            let (lower, upper) = (i16::from(byte & 15), i16::from(byte >> 4));
            total += i32::from(lower) * i32::from(*low) + i32::from(upper) * i32::from(*high);
        }
        // Twice the product, as 7.5 is no integer. A sixteenth of it fits in 16 bits.
        let part = i16::try_from((2 * total - 15 * self.sum) / 16).unwrap_or(i16::MAX);
        let step = f32::from(u16::from_le_bytes([*first, *second])) / STEP_UNITS;
        f32::from(part) * 8.0 * self.unit * step
    }
}

fn vector_of(question: &Question) -> Option<Sought> {
    let mut sum = [0.0f32; DIMENSIONS];
    for (word, weight) in question.terms.iter().flat_map(|term| &term.meanings) {
        if let Some(vector) = word_vector(word) {
            for (sum, number) in sum.iter_mut().zip(unpacked(vector)) {
                *sum += weight * number;
            }
        }
    }
    let length = sum.iter().map(|number| number * number).sum::<f32>().sqrt();
    let largest = sum
        .iter()
        .fold(0.0f32, |most, number| most.max(number.abs()));
    if largest <= 0.0 {
        return None;
    }
    let numbers = sum.map(|number| nearest_step(number / largest * f32::from(i8::MAX)));
    let (low, high) = numbers.split_at(HALF);
    Some(Sought {
        halves: [low.try_into().ok()?, high.try_into().ok()?],
        sum: numbers.iter().copied().map(i32::from).sum(),
        unit: largest / f32::from(i8::MAX) / length,
    })
}

/// The vector of a word, or of another word with its stem.
fn word_vector(word: &str) -> Option<&'static [u8; VECTOR_BYTES]> {
    let number = vocabulary::find(word).or_else(|| vocabulary::find_by_stem(&search_stem(word)))?;
    let (vectors, _) = WORD_VECTORS.as_chunks::<VECTOR_BYTES>();
    vectors.get(number)
}

/// The whole number from -127 to 127 that is nearest.
fn nearest_step(number: f32) -> i16 {
    // Found by halving: no conversion from a fraction to an integer is without a cast. The search is
    // among 0 to 254, as the midpoint of two negative numbers is rounded up and would stay there.
    let (mut low, mut high) = (0u8, 254u8);
    while low < high {
        let middle = low.midpoint(high);
        if f32::from(middle) - 126.5 < number {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    i16::from(low) - 127
}

/// The numbers of a packed vector.
fn unpacked(vector: &[u8; VECTOR_BYTES]) -> impl Iterator<Item = f32> {
    let [first, second, numbers @ ..] = vector;
    let step = f32::from(u16::from_le_bytes([*first, *second])) / STEP_UNITS;
    let lower = numbers.iter().map(|byte| byte & 15);
    let upper = numbers.iter().map(|byte| byte >> 4);
    lower
        .chain(upper)
        .map(move |number| (f32::from(number) - 7.5) * step)
}
