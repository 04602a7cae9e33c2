//! Two users become one.
