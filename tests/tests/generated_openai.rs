//! The tests of `generated`, with a model that is asked in `OpenAI`'s format.

#[path = "generated/main.rs"]
mod generated;
