//! Warm requests: how long they take, what they ask of the database, and what stays resident.

use std::time::Duration;

use verse_tests::{Client, Counts, Database, Failure, Function, Proxy, TestUser};

use crate::{
    Effort, Result,
    samples::Samples,
    workload::{Call, Workload},
};

/// Requests of a kind made in a row, before the next kind has its turn.
const BLOCK: usize = 50;
/// Requests of each kind whose statements are counted.
const COUNTED: u32 = 20;

/// The warm requests of one function.
#[derive(Clone, Debug)]
pub struct Warm {
    /// Of each of the workload's calls.
    pub calls: Vec<Cost>,
    /// Bytes that are resident after all of them.
    pub resident: u64,
}

/// What a request costs.
#[derive(Clone, Debug, Default)]
pub struct Cost {
    pub duration: Samples,
    /// Of [`COUNTED`] requests; nothing for a function without a database.
    database: Option<Counts>,
}

impl Cost {
    /// Statements, round trips and pings of one request.
    pub fn per_request(&self) -> Option<[f64; 3]> {
        let each =
            |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / f64::from(COUNTED);
        self.database
            .map(|counts| [counts.statements, counts.round_trips, counts.pings].map(each))
    }
}

/// Longer than any call takes, and long enough for `cleanup`, which begins nothing in the last ten seconds of its own.
const DEADLINE: Duration = Duration::from_mins(1);

/// A function that is running, and who calls it.
struct Running<'a> {
    workload: &'a Workload,
    function: Function,
    caller: Option<Caller<'a>>,
}

/// Somebody who is known, and where what their requests need is put before each.
struct Caller<'a> {
    reader: TestUser,
    database: &'a Database,
    /// The hash of their token, as SQL.
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
    // In turns, so that what slows the machine down slows all of them down.
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
        // The proxy takes time of its own: it is only there where no time is measured.
        if let Some(url) = url.as_deref().filter(|_| function.workload.needs_database) {
            let proxy = Proxy::to(url).await;
            let function = Running::start(function.workload, database, Some(proxy.url())).await?;
            for (call, cost) in function.workload.calls.iter().zip(&mut calls) {
                proxy.reset();
                for _ in 0..COUNTED {
                    function.call(call).await?;
                }
                // A pool pings after the answer; the last one may be missed.
                function.function.idle().await;
                cost.database = Some(proxy.counts());
            }
        }
        measured.push(Warm { calls, resident });
    }
    Ok(measured)
}

impl<'a> Running<'a> {
    /// Starts it and makes it warm.
    async fn start(
        workload: &'a Workload,
        database: Option<&'a Database>,
        database_url: Option<&str>,
    ) -> Result<Self> {
        let mut builder = Function::builder(workload.function)
            .silent()
            .deadline(DEADLINE);
        for (name, value) in workload.variables(database_url) {
            builder = builder.env(&name, value);
        }
        let function = builder.try_start().await?;
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

    /// Makes one call, from handing out the event to the answer's last byte.
    async fn call(&self, call: &Call) -> Result<Duration> {
        match call {
            Call::Request(request) => {
                if let Some(sql) = request.before {
                    self.prepare(sql).await;
                }
                // A browser of its own: an answer that ends a cookie must not make the next request a stranger's.
                let browser = match &self.caller {
                    Some(caller) => caller.reader.client(&self.function),
                    None => Client::new(&self.function),
                };
                let sent = browser.request(request.event.clone());
                let response = sent.try_send().await?;
                if response.status != request.status {
                    return Err(format!("{} answers {}", call.name(), response.status).into());
                }
                Ok(response.duration)
            }
            Call::Event(_, event) => {
                let mut answer = self.function.invoke(event).await?;
                answer.collect().await?;
                Ok(answer.duration().unwrap_or_default())
            }
        }
    }

    /// Puts into the database what a request needs.
    async fn prepare(&self, sql: &str) {
        if let Some(caller) = &self.caller {
            let sql = sqlx::AssertSqlSafe(sql.replace(":token", &caller.token));
            caller.database.run_script(sql).await;
        }
    }

    fn resident(&self) -> Result<u64> {
        let environments = self.function.processes();
        let environment = environments.first().ok_or(Failure::BrokenOff)?;
        Ok(environment.resident_memory()?)
    }
}

impl<'a> Caller<'a> {
    async fn of(database: &'a Database) -> Self {
        let reader = TestUser::create(database).await;
        // The newest; those of the workload's own rows have numbers beyond.
        let hash = "SELECT encode(token_hash, 'hex') FROM devices WHERE id < 9000000 ORDER BY id DESC LIMIT 1";
        let hash: String = database.value(hash).await;
        Self {
            reader,
            database,
            token: format!("'\\x{hash}'::bytea"),
        }
    }
}
