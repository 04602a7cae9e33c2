//! Whole answers, and what is true of all of them.

mod conversations;
mod insights;
