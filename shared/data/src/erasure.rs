//! Erasing what a user has.
