//! Taking away what a user has.
