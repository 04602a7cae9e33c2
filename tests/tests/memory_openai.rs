//! The tests of `memory`, with a model that is asked in `OpenAI`'s format.

#[path = "memory.rs"]
mod memory;
