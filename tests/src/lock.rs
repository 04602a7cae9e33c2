//! Locking a mutex that a failed test may have poisoned.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex`. Each test has its own values, so a panic elsewhere does not matter.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
