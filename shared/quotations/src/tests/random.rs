//! Numbers that are the same in each run.

/// A linear congruential generator (Knuth's constants).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to one less than a bound.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    pub(super) fn one_of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        let index = self.below(list.len());
        &list[index]
    }
}
