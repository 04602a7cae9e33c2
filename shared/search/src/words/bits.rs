//! A set of small numbers, one bit each.

/// Bits of one word.
const WORD: usize = 64;

/// A set of numbers below a bound.
#[derive(Clone, Debug)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// An empty set of numbers below `bound`.
    pub fn new(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(WORD)])
    }

    /// Adds a number; one that is not below the bound is ignored.
    #[inline]
    pub fn insert(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / WORD) {
            *word |= 1 << (number % WORD);
        }
    }

    /// Adds every number of a range.
    pub fn insert_range(&mut self, range: std::ops::Range<usize>) {
        range.for_each(|number| self.insert(number));
    }

    /// Whether it has a number.
    #[inline]
    pub fn contains(&self, number: usize) -> bool {
        let word = self.0.get(number / WORD);
        word.is_some_and(|word| word & (1 << (number % WORD)) != 0)
    }

    /// Leaves only the numbers that the other set has too.
    pub fn keep(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// Removes the numbers that the other set has.
    pub fn remove(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= !other;
        }
    }

    /// How many numbers of a range it has.
    pub fn count_in(&self, range: std::ops::Range<usize>) -> u32 {
        let (first, last) = (range.start / WORD, range.end / WORD);
        let mut count = 0;
        for index in first..=last {
            let Some(word) = self.0.get(index) else {
                break;
            };
            let mut word = *word;
            if index == first {
                word &= u64::MAX << (range.start % WORD);
            }
            if index == last {
                word &= !(u64::MAX << (range.end % WORD));
            }
            count += word.count_ones();
        }
        count
    }

    /// How many numbers it has.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Its numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = usize::try_from(left.trailing_zeros()).ok()?;
                (left != 0).then(|| {
                    left &= left - 1;
                    index * WORD + bit
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[usize]) -> Bits {
        let mut bits = Bits::new(200);
        for number in numbers {
            bits.insert(*number);
        }
        bits
    }

    #[test]
    fn numbers_are_counted_within_a_range() {
        let bits = of(&[0, 63, 64, 127, 128, 199]);
        for (range, count) in [
            (0..0, 0),
            (0..1, 1),
            (0..64, 2),
            (1..64, 1),
            (63..65, 2),
            (64..128, 2),
            (65..127, 0),
            (0..200, 6),
            (199..5_000, 1),
        ] {
            assert_eq!(bits.count_in(range.clone()), count, "{range:?}");
        }
        assert_eq!(bits.count(), 6);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 127, 128, 199]);
    }

    #[test]
    fn sets_are_combined() {
        let mut bits = of(&[1, 2, 3, 150]);
        bits.keep(&of(&[2, 3, 150, 151]));
        bits.remove(&of(&[3]));
        assert_eq!(bits.iter().collect::<Vec<_>>(), [2, 150]);
        assert!(bits.contains(2) && !bits.contains(3) && !bits.contains(10_000));
    }
}
