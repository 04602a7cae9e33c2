//! Black-box tests of the HTTP API, by URL: `api/<group>/<endpoint>.rs`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper of a test may fail the test"
)]

mod bible;
mod chat;
mod health;
mod insights_and_definitions;
mod study;
mod user;

use std::fmt::Display;

use serde_json::Value;
use verse_tests::{Client, Proxy, Request, Response, paths};

/// A time for rows that a test inserts.
const NOW: &str = "2026-01-02T00:00:00Z";

/// The caller's session; an unknown caller becomes a user.
async fn session(client: &Client) -> Value {
    client.get(paths::SESSION).await.expect_status(200).json()
}

/// Clients without a cookie, with a malformed one, and with one that no device has.
fn unknown_callers(client: &Client) -> [Client; 3] {
    let unknown = [client.another(), client.another(), client.another()];
    unknown[1].set_session_cookie("garbage");
    unknown[2].set_unknown_session_cookie();
    unknown
}

/// Statements, round trips and pings since the proxy's last reset.
fn database_calls(proxy: &Proxy) -> (u64, u64, u64) {
    let counts = proxy.counts();
    (counts.statements, counts.round_trips, counts.pings)
}

/// The ids of a list that is read with `before` up to an empty page.
async fn read_pages<Id: Display>(
    list: impl Fn() -> Request,
    ids: impl Fn(&Response) -> Vec<Id>,
) -> Vec<Id> {
    let mut all: Vec<Id> = Vec::new();
    loop {
        let page = match all.last() {
            Some(last) => list().query("before", last),
            None => list(),
        };
        let page = ids(&page.await.expect_status(200));
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}
