//! A constant load of requests, for tests that interrupt the database.

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

use crate::{Client, eventually, paths};

/// Browsers that send requests until stopped, each one at a time.
#[derive(Debug)]
pub struct BackgroundLoad {
    shared: Arc<Shared>,
    browsers: Vec<JoinHandle<LoadReport>>,
}

#[derive(Debug)]
struct Shared {
    stopped: AtomicBool,
    in_flight: AtomicUsize,
    /// The number of responses of each browser.
    responses: Vec<AtomicUsize>,
}

/// The results of the requests.
#[derive(Clone, Debug, Default)]
pub struct LoadReport {
    /// The number of requests.
    pub requests: usize,
    /// The error of each request without a 200.
    pub failed: Vec<String>,
    /// The users that a response reported as created.
    users: Vec<Uuid>,
}

impl BackgroundLoad {
    /// Starts this number of browsers on the site of `site`. Each gets its session twice, which first creates a user and
    /// then reads it, and starts again without cookies.
    #[must_use]
    pub fn start(site: &Client, browsers: usize) -> Self {
        let shared = Arc::new(Shared {
            stopped: AtomicBool::default(),
            in_flight: AtomicUsize::default(),
            responses: (0..browsers).map(|_| AtomicUsize::default()).collect(),
        });
        let browse = |n| tokio::spawn(browse(n, site.another(), Arc::clone(&shared)));
        let browsers = (0..browsers).map(browse).collect();
        Self { shared, browsers }
    }

    /// The number of requests without a response at this moment.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.shared.in_flight.load(Ordering::SeqCst)
    }

    /// Waits for a moment with a request in flight, and returns their number.
    pub async fn wait_for_request(&self) -> usize {
        eventually("a request in flight", async || {
            Some(self.in_flight()).filter(|n| *n > 0)
        })
        .await
    }

    /// Waits until each browser has `more` further responses. Every earlier request has its response then.
    pub async fn wait_for_responses(&self, more: usize) {
        let responses = || {
            let counters = self.shared.responses.iter();
            counters.map(|n| n.load(Ordering::SeqCst))
        };
        let goals: Vec<_> = responses().map(|n| n + more).collect();
        eventually("responses", async || {
            let mut reached = responses().zip(&goals);
            reached.all(|(n, goal)| n >= *goal).then_some(())
        })
        .await;
    }

    /// Waits for the requests in flight, and returns the results of all browsers.
    pub async fn stop(self) -> LoadReport {
        self.shared.stopped.store(true, Ordering::SeqCst);
        let mut all = LoadReport::default();
        for browser in self.browsers {
            let one = browser.await.expect("a browser stops");
            all.requests += one.requests;
            all.failed.extend(one.failed);
            all.users.extend(one.users);
        }
        all
    }
}

impl LoadReport {
    /// How many of the users that a response reported the database does not have.
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
    let mut report = LoadReport::default();
    while !shared.stopped.load(Ordering::SeqCst) {
        browser.forget_cookies();
        for _ in 0..2 {
            shared.in_flight.fetch_add(1, Ordering::SeqCst);
            let response = browser.get(paths::SESSION).try_send().await;
            shared.in_flight.fetch_sub(1, Ordering::SeqCst);
            if let Some(responses) = shared.responses.get(n) {
                responses.fetch_add(1, Ordering::SeqCst);
            }
            report.requests += 1;
            match response {
                Ok(response) if response.status == 200 => {
                    let body: Value = response.json();
                    let id = body.get("anonymous_id").and_then(Value::as_str);
                    let id = id.and_then(|id| Uuid::parse_str(id).ok());
                    report.users.extend(id);
                }
                Ok(response) => {
                    let body = String::from_utf8_lossy(&response.body);
                    let error = format!("{}: {body}", response.status);
                    report.failed.push(error);
                }
                Err(failure) => report.failed.push(failure.to_string()),
            }
        }
    }
    report.users.dedup();
    report
}
