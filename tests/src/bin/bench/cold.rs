//! Cold starts: the time from the start of the process to its first request for an event, and the first event.

use std::time::Duration;

use verse_tests::EventFormat;

use crate::{
    Effort, Result,
    samples::Samples,
    workload::{Call, Workload},
};

/// The cold starts of one function.
#[derive(Clone, Debug, Default)]
pub struct Cold {
    /// The time to the first poll.
    pub init: Samples,
    /// The time of the first event, which finds no warm cache.
    pub first: Samples,
}

/// Starts the functions in turns, so that a slow moment of the machine slows all of them.
pub async fn measure(
    workloads: &[Workload],
    database_url: Option<&str>,
    effort: Effort,
) -> Result<Vec<Cold>> {
    let mut measured = vec![Cold::default(); workloads.len()];
    // The first round loads the binaries from the disk, and does not count.
    for round in 0..=effort.starts {
        for (workload, cold) in workloads.iter().zip(&mut measured) {
            let (init, first) = start(workload, database_url).await?;
            if round > 0 {
                cold.init.add(init);
                cold.first.add(first);
            }
        }
    }
    Ok(measured)
}

async fn start(workload: &Workload, database_url: Option<&str>) -> Result<(Duration, Duration)> {
    let function = workload.builder(database_url).try_start().await?;
    let mut first = Duration::ZERO;
    if let Some(call) = workload.calls.first() {
        let event = match call {
            Call::Request(request) => &request.event.in_format(EventFormat::RestV1),
            Call::Event(_, event) => event,
        };
        let mut response = function.invoke(event).await?;
        response.collect().await?;
        first = response.duration().unwrap_or_default();
    }
    let processes = function.processes();
    let process = processes.first().ok_or("the process has ended")?;
    let init = process.init();
    function.kill().await;
    Ok((init, first))
}
