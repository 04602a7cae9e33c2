//! What the provider keeps: the scripts to come, and what happened.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{ReceivedRequest, Script};

/// What the server's connections share.
#[derive(Debug)]
pub(super) struct Notes {
    kept: Mutex<Kept>,
}

#[derive(Debug)]
pub(super) struct Kept {
    pub(super) next: VecDeque<Script>,
    pub(super) always: Script,
    pub(super) asked: Vec<Arc<ReceivedRequest>>,
    pub(super) tokens: Vec<Instant>,
    pub(super) hang_ups: usize,
    pub(super) connections: usize,
    /// How many connections, the oldest first, are dead when they are used again.
    pub(super) forgotten: usize,
}

impl Notes {
    pub(super) fn new() -> Self {
        let kept = Kept {
            next: VecDeque::new(),
            always: Script::default_reply(),
            asked: Vec::new(),
            tokens: Vec::new(),
            hang_ups: 0,
            connections: 0,
            forgotten: 0,
        };
        Self {
            kept: Mutex::new(kept),
        }
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a request, and says what is to be done with it.
    pub(super) fn take_down(&self, asked: &Arc<ReceivedRequest>) -> Script {
        let mut kept = self.kept();
        kept.asked.push(Arc::clone(asked));
        let next = kept.next.pop_front();
        next.unwrap_or_else(|| kept.always.clone())
    }

    /// The number of a new connection, from 1.
    pub(super) fn connected(&self) -> usize {
        let mut kept = self.kept();
        kept.connections += 1;
        kept.connections
    }

    pub(super) fn is_forgotten(&self, connection: usize) -> bool {
        connection <= self.kept().forgotten
    }

    pub(super) fn token_left(&self, at: Instant) {
        self.kept().tokens.push(at);
    }

    pub(super) fn client_hung_up(&self) {
        self.kept().hang_ups += 1;
    }
}
