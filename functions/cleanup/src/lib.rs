//! Runs the jobs of the retention table (`shared/data/src/retention.rs`), which delete or expire old rows. A schedule invokes
//! this function; the event's content does not matter.
//!
//! The jobs take turns, one batch each, so that a long job does not delay the others. A failed job is reported and waits for
//! the next run. Two runs at the same time share the work.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;
use verse_data::{Cursor, Database, RETENTION, Retention};
use verse_http::{App, Invocation, Problem};

/// No batch begins when less time than this is left. The longest batch takes less.
const MARGIN: Duration = Duration::from_secs(10);

/// The result of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// All jobs, in the order of the table.
    jobs: Vec<JobReport>,
}

/// The result of one job.
#[derive(Debug, Serialize)]
pub struct JobReport {
    /// The job's name.
    job: &'static str,
    /// Rows that the job changed or deleted.
    changed: u64,
    /// Batches that the job ran.
    batches: u64,
    /// Whether no rows are left for the job.
    finished: bool,
    /// Why the job failed.
    error: Option<String>,
    #[serde(skip)]
    retention: &'static Retention,
    #[serde(skip)]
    cursor: Option<Cursor>,
}

/// Runs all jobs until no rows are left or time is up.
///
/// # Errors
/// When the database's settings cannot be used. The report holds the error of a failed job.
pub async fn clean_up(app: App, invocation: Invocation<Value>) -> Result<Report, Problem> {
    let database = app.database()?;
    let mut jobs: Vec<JobReport> = RETENTION.iter().map(JobReport::new).collect();
    let has_time = || {
        invocation
            .deadline
            .saturating_duration_since(Instant::now())
            > MARGIN
    };
    while has_time() && jobs.iter().any(JobReport::is_open) {
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

impl JobReport {
    fn new(retention: &'static Retention) -> Self {
        Self {
            job: retention.job,
            changed: 0,
            batches: 0,
            finished: false,
            error: None,
            retention,
            cursor: None,
        }
    }

    fn is_open(&self) -> bool {
        !self.finished && self.error.is_none()
    }

    async fn run_batch(&mut self, app: &App, database: &Database) {
        let batch = self
            .retention
            .run_batch(database, app.clock.now(), self.cursor);
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
