//! Bringing back what was taken away.
