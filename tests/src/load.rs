//! Browsers that come and go while something happens to the database.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use serde_json::Value;
use sqlx::PgPool;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::{Client, eventually};

/// Writes for a caller who is new, and reads for one who is known.
const SESSION: &str = "/api/user/session";

/// Browsers at work, each with one request at a time, until they are stopped.
#[derive(Debug)]
pub struct BackgroundLoad {
    shared: Arc<Shared>,
    browsers: Vec<JoinHandle<LoadReport>>,
}

#[derive(Debug)]
struct Shared {
    stopped: AtomicBool,
    in_flight: AtomicUsize,
    /// By each browser.
    answered: Vec<AtomicUsize>,
}

/// What became of the requests.
#[derive(Clone, Debug, Default)]
pub struct LoadReport {
    /// How many were sent.
    pub requests: usize,
    /// What those were answered that were not answered well.
    pub failed: Vec<String>,
    /// The users that the service said it had made.
    users: Vec<Uuid>,
}

impl BackgroundLoad {
    /// So many browsers, on the site of this one. Each is a new caller, asks twice, and becomes another.
    #[must_use]
    pub fn start(site: &Client, browsers: usize) -> Self {
        let shared = Arc::new(Shared {
            stopped: AtomicBool::default(),
            in_flight: AtomicUsize::default(),
            answered: (0..browsers).map(|_| AtomicUsize::default()).collect(),
        });
        let browse = |n| tokio::spawn(browse(n, site.another(), Arc::clone(&shared)));
        let browsers = (0..browsers).map(browse).collect();
        Self { shared, browsers }
    }

    /// Requests that have no answer at this moment.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.shared.in_flight.load(Ordering::SeqCst)
    }

    /// As [`BackgroundLoad::in_flight`], at a moment when there is one.
    pub async fn wait_for_request(&self) -> usize {
        eventually("a request", async || {
            Some(self.in_flight()).filter(|n| *n > 0)
        })
        .await
    }

    /// Waits until each browser has so many more answers: what was in flight before is over then.
    pub async fn wait_for_responses(&self, more: usize) {
        let answered = || {
            self.shared
                .answered
                .iter()
                .map(|n| n.load(Ordering::SeqCst))
        };
        let ends: Vec<_> = answered().map(|n| n + more).collect();
        eventually("answers", async || {
            answered()
                .zip(&ends)
                .all(|(n, end)| n >= *end)
                .then_some(())
        })
        .await;
    }

    /// Lets what is in flight come to its end, and adds up.
    pub async fn stop(self) -> LoadReport {
        self.shared.stopped.store(true, Ordering::SeqCst);
        let mut all = LoadReport::default();
        for browser in self.browsers {
            let one = browser.await.expect("a browser ends when it is told to");
            all.requests += one.requests;
            all.failed.extend(one.failed);
            all.users.extend(one.users);
        }
        all
    }
}

impl LoadReport {
    /// How many of the users that the service said it had made the database does not have.
    pub async fn missing_users(&self, database: &PgPool) -> usize {
        let kept =
            sqlx::query_scalar::<_, i64>("SELECT count(*) FROM users WHERE anonymous_id = ANY($1)");
        let kept = kept.bind(&self.users).fetch_one(database).await;
        self.users.len() - usize::try_from(kept.expect("the test's query runs")).unwrap_or_default()
    }
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "requests {}, users made {}, failed {}",
            self.requests,
            self.users.len(),
            self.failed.len()
        )
    }
}

async fn browse(n: usize, browser: Client, shared: Arc<Shared>) -> LoadReport {
    let mut tally = LoadReport::default();
    while !shared.stopped.load(Ordering::SeqCst) {
        browser.forget_cookies();
        for _ in 0..2 {
            shared.in_flight.fetch_add(1, Ordering::SeqCst);
            let answer = browser.get(SESSION).try_send().await;
            shared.in_flight.fetch_sub(1, Ordering::SeqCst);
            if let Some(answered) = shared.answered.get(n) {
                answered.fetch_add(1, Ordering::SeqCst);
            }
            tally.requests += 1;
            match answer {
                Ok(answer) if answer.status == 200 => {
                    let body: Value = answer.json();
                    let id = body.get("anonymous_id").and_then(Value::as_str);
                    tally
                        .users
                        .extend(id.and_then(|id| Uuid::parse_str(id).ok()));
                }
                Ok(answer) => tally.failed.push(format!(
                    "{}: {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                )),
                Err(failure) => tally.failed.push(failure.to_string()),
            }
        }
    }
    tally.users.dedup();
    tally
}
