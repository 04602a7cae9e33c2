//! Warm requests: their time, their database statements, and the memory of the process.

use std::time::Duration;

use verse_tests::{Client, Counts, Database, Failure, Function, Proxy, TestUser};

use crate::{
    Effort, Result,
    samples::Samples,
    workload::{Call, Workload},
};

/// Requests of one kind in a row, before the next kind.
const BLOCK: usize = 50;
/// Requests of each kind with counted statements.
const COUNTED: u32 = 20;

/// The warm requests of one function.
#[derive(Clone, Debug)]
pub struct Warm {
    /// For each of the workload's calls.
    pub calls: Vec<Cost>,
    /// The resident bytes after all calls.
    pub resident: u64,
}

/// The cost of a request.
#[derive(Clone, Debug, Default)]
pub struct Cost {
    pub duration: Samples,
    /// The counts of [`COUNTED`] requests; `None` for a function without a database.
    database: Option<Counts>,
}

impl Cost {
    /// Statements, round trips and pings per request.
    pub fn per_request(&self) -> Option<[f64; 3]> {
        let each =
            |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / f64::from(COUNTED);
        self.database
            .map(|counts| [counts.statements, counts.round_trips, counts.pings].map(each))
    }
}

/// Longer than any call takes. `cleanup` starts no job in the last ten seconds of its time.
const DEADLINE: Duration = Duration::from_mins(1);

/// A running function, and its caller.
struct Running<'a> {
    workload: &'a Workload,
    function: Function,
    caller: Option<Caller<'a>>,
}

/// A user, and the database with the rows of their requests.
struct Caller<'a> {
    user: TestUser,
    database: &'a Database,
    /// The hash of their token as an SQL literal.
    token: String,
}

pub async fn measure(
    workloads: &[Workload],
    database: Option<&Database>,
    effort: Effort,
) -> Result<Vec<Warm>> {
    let url = database.map(Database::url);
    let mut running = Vec::new();
    for workload in workloads {
        running.push(Running::start(workload, database, url.as_deref()).await?);
    }
    let mut costs: Vec<Vec<Cost>> = workloads
        .iter()
        .map(|workload| vec![Cost::default(); workload.calls.len()])
        .collect();
    // In turns, so that a slow moment of the machine slows all of them.
    for _ in 0..effort.requests.div_ceil(BLOCK) {
        for (function, costs) in running.iter().zip(&mut costs) {
            for (call, cost) in function.workload.calls.iter().zip(costs) {
                for _ in 0..BLOCK {
                    cost.duration.add(function.call(call).await?);
                }
            }
        }
    }
    let mut measured = Vec::new();
    for (function, mut calls) in running.into_iter().zip(costs) {
        let resident = function.resident()?;
        // The proxy takes time, so the counted requests are not the measured ones.
        if let Some(url) = url.as_deref().filter(|_| function.workload.needs_database) {
            let proxy = Proxy::to(url).await;
            let function = Running::start(function.workload, database, Some(proxy.url())).await?;
            for (call, cost) in function.workload.calls.iter().zip(&mut calls) {
                proxy.reset();
                for _ in 0..COUNTED {
                    function.call(call).await?;
                }
                // The pool pings after the response; the last ping may be missing.
                function.function.idle().await;
                cost.database = Some(proxy.counts());
            }
        }
        measured.push(Warm { calls, resident });
    }
    Ok(measured)
}

impl<'a> Running<'a> {
    /// Starts a function and warms it up.
    async fn start(
        workload: &'a Workload,
        database: Option<&'a Database>,
        database_url: Option<&str>,
    ) -> Result<Self> {
        let builder = workload.builder(database_url).silent();
        let function = builder.deadline(DEADLINE).try_start().await?;
        let caller = match database.filter(|_| workload.needs_database) {
            Some(database) => Some(Caller::of(database).await),
            None => None,
        };
        let running = Self {
            workload,
            function,
            caller,
        };
        running.prepare(&workload.seed()).await;
        for call in &workload.calls {
            for _ in 0..BLOCK {
                running.call(call).await?;
            }
        }
        Ok(running)
    }

    /// Makes one call, and returns the time from the event to the last byte of the response.
    async fn call(&self, call: &Call) -> Result<Duration> {
        match call {
            Call::Request(request) => {
                if let Some(sql) = request.before {
                    self.prepare(sql).await;
                }
                // A new browser: a response that deletes the cookie must not affect the next request.
                let browser = match &self.caller {
                    Some(caller) => caller.user.client(&self.function),
                    None => Client::new(&self.function),
                };
                let sent = browser.request(request.event.clone());
                let response = sent.try_send().await?;
                if response.status != request.status {
                    return Err(format!("{}: status {}", call.name(), response.status).into());
                }
                Ok(response.duration)
            }
            Call::Event(_, event) => {
                let mut response = self.function.invoke(event).await?;
                response.collect().await?;
                Ok(response.duration().unwrap_or_default())
            }
        }
    }

    /// Inserts the rows that a request needs.
    async fn prepare(&self, sql: &str) {
        if let Some(caller) = &self.caller {
            let sql = sqlx::AssertSqlSafe(sql.replace(":token", &caller.token));
            caller.database.run_script(sql).await;
        }
    }

    fn resident(&self) -> Result<u64> {
        let processes = self.function.processes();
        let process = processes.first().ok_or(Failure::BrokenOff)?;
        Ok(process.resident_memory()?)
    }
}

impl<'a> Caller<'a> {
    async fn of(database: &'a Database) -> Self {
        let user = TestUser::create(database).await;
        // The newest device; the workload's own rows have higher ids.
        let hash = "SELECT encode(token_hash, 'hex') FROM devices WHERE id < 9000000 ORDER BY id DESC LIMIT 1";
        let hash: String = database.value(hash).await;
        Self {
            user,
            database,
            token: format!("'\\x{hash}'::bytea"),
        }
    }
}
