//! Ends what has had its time. Invoked by a schedule; whatever the event, every job of the retention table is run.
//!
//! The jobs take turns, a batch each, so that one with much to do does not keep the others waiting; a job that fails is
//! told of and left until the next run. Two runs at once share the work. The table itself, with what is kept how long,
//! is `shared/data/src/retention.rs`.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;
use verse_data::{Cursor, Database, RETENTION, Retention};
use verse_http::{App, Invocation, Problem};

/// No batch begins later than this before Lambda ends the process: more than the longest batch takes.
const MARGIN: Duration = Duration::from_secs(10);

/// What was done.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Every job, in the order of the table.
    jobs: Vec<Outcome>,
}

/// What one job did.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Its name.
    job: &'static str,
    /// Rows that it changed or deleted.
    changed: u64,
    /// Batches that it took.
    batches: u64,
    /// Whether nothing is left to do.
    finished: bool,
    /// Why it could not go on.
    error: Option<String>,
    #[serde(skip)]
    line: &'static Retention,
    #[serde(skip)]
    cursor: Option<Cursor>,
}

/// Runs every job until nothing is left to do or time is up.
///
/// # Errors
///
/// When no database is set up. What goes wrong in a job is in its report.
pub async fn clean_up(app: App, invocation: Invocation<Value>) -> Result<Report, Problem> {
    let database = app.database()?;
    let mut jobs: Vec<Outcome> = RETENTION.iter().map(Outcome::new).collect();
    let has_time = || {
        invocation
            .deadline
            .saturating_duration_since(Instant::now())
            > MARGIN
    };
    while has_time() && jobs.iter().any(Outcome::is_open) {
        for job in jobs.iter_mut().filter(|job| job.is_open()) {
            if has_time() {
                job.run_batch(&app, database).await;
            }
        }
    }
    for job in &jobs {
        job.put_metrics(&app);
    }
    Ok(Report { jobs })
}

impl Outcome {
    fn new(line: &'static Retention) -> Self {
        Self {
            job: line.job,
            changed: 0,
            batches: 0,
            finished: false,
            error: None,
            line,
            cursor: None,
        }
    }

    fn is_open(&self) -> bool {
        !self.finished && self.error.is_none()
    }

    async fn run_batch(&mut self, app: &App, database: &Database) {
        let batch = self.line.run_batch(database, app.clock.now(), self.cursor);
        match batch.await {
            Ok(batch) => {
                self.batches += 1;
                self.changed += batch.changed;
                self.cursor = batch.next;
                self.finished = batch.next.is_none();
            }
            Err(error) => self.error = Some(Problem::from(error).log_failed_job(self.job)),
        }
    }

    fn put_metrics(&self, app: &App) {
        let counts = [
            ("Changed", self.changed),
            ("Failed", self.error.is_some().into()),
            ("Unfinished", (!self.finished).into()),
        ];
        app.put_metrics(("Job", self.job), &counts);
    }
}
