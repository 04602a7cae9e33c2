//! Questions as readers ask them, with the parts that a right text must and must not contain.
//!
//! The lists were written before the library was tuned to them. Each test counts the right texts, the honest ones that
//! say that nothing was found, and the wrong ones, and requires that a text's share of right ones does not fall.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail and print"
)]

mod case;
mod chat;
mod definitions;
mod insights;
mod quotations;
