//! Warm requests: how long they take, what they ask of the database, and what stays resident.

use std::time::Duration;

use verse_tests::{Client, Counts, Failure, Function, Proxy};

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

/// A function that is running, and the browser that calls it.
struct Running<'a> {
    workload: &'a Workload,
    function: Function,
    client: Client,
}

pub async fn measure(
    workloads: &[Workload],
    database_url: Option<&str>,
    effort: Effort,
) -> Result<Vec<Warm>> {
    let mut running = Vec::new();
    for workload in workloads {
        running.push(Running::start(workload, database_url).await?);
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
        if let Some(url) = database_url.filter(|_| function.workload.needs_database) {
            let proxy = Proxy::to(url).await;
            let function = Running::start(function.workload, Some(proxy.url())).await?;
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
    async fn start(workload: &'a Workload, database_url: Option<&str>) -> Result<Self> {
        let mut builder = Function::builder(workload.function).silent();
        for (name, value) in workload.variables(database_url) {
            builder = builder.env(&name, value);
        }
        let function = builder.try_start().await?;
        let client = Client::of(&function);
        let running = Self {
            workload,
            function,
            client,
        };
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
            Call::Request(event) => {
                let response = self.client.request(event.clone()).try_send().await?;
                if !response.status.is_success() {
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

    fn resident(&self) -> Result<u64> {
        let environments = self.function.environments();
        let environment = environments.first().ok_or(Failure::BrokenOff)?;
        Ok(environment.resident_memory()?)
    }
}
