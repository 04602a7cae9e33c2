//! The scripts to come, and a record of what happened.

use std::{collections::VecDeque, sync::Arc, time::Instant};

use super::{ReceivedRequest, Script};

#[derive(Debug)]
pub(super) struct State {
    pub(super) next: VecDeque<Script>,
    pub(super) always: Script,
    pub(super) requests: Vec<Arc<ReceivedRequest>>,
    pub(super) token_times: Vec<Instant>,
    pub(super) disconnects: usize,
    pub(super) connections: usize,
    /// How many connections, the oldest first, break at their next request.
    pub(super) killed: usize,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            next: VecDeque::new(),
            always: Script::default_reply(),
            requests: Vec::new(),
            token_times: Vec::new(),
            disconnects: 0,
            connections: 0,
            killed: 0,
        }
    }

    /// Records a request, and returns its script.
    pub(super) fn receive(&mut self, request: &Arc<ReceivedRequest>) -> Script {
        self.requests.push(Arc::clone(request));
        let next = self.next.pop_front();
        next.unwrap_or_else(|| self.always.clone())
    }

    /// The number of a new connection, from 1.
    pub(super) fn connect(&mut self) -> usize {
        self.connections += 1;
        self.connections
    }
}
