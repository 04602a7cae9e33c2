//! The table that is printed.

use std::{
    fmt::{Display, Formatter, Result},
    time::Duration,
};

use crate::{
    Effort,
    cold::Cold,
    size::Size,
    streams::{STREAMS, Streams},
    warm::{Cost, Warm},
    workload::{HELLO, Workload},
};

/// What was measured of one function.
#[derive(Debug)]
pub struct Row {
    pub workload: Workload,
    pub cold: Cold,
    pub warm: Warm,
    pub size: Size,
}

/// What was measured.
#[derive(Debug)]
pub struct Report {
    pub rows: Vec<Row>,
    /// Where `chat` was measured.
    pub streams: Option<Streams>,
    pub effort: Effort,
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let hello = self.rows.iter().find(|row| row.workload.function == HELLO);
        self.write_functions(f, hello)?;
        self.write_requests(f, hello)?;
        if let Some(streams) = &self.streams {
            write_streams(f, streams)?;
        }
        self.write_notes(f)
    }
}

impl Report {
    fn write_functions(&self, f: &mut Formatter<'_>, hello: Option<&Row>) -> Result {
        let head = [
            "start", "p99", "x hello", "first", "resident", "x hello", "binary", "x hello",
        ];
        write!(f, "{:<12}", "function")?;
        head.iter().try_for_each(|name| write!(f, "{name:>10}"))?;
        writeln!(f, "{:>10}{:>10}", "zip", "x hello")?;
        for row in &self.rows {
            let init = row.cold.init.median();
            let resident = mb(row.warm.resident);
            let (binary, zip) = (mb(row.size.binary as u64), mb(row.size.zip as u64));
            write!(f, "{:<12}", row.workload.function)?;
            write!(
                f,
                "{:>10}{:>10}",
                millis(init),
                millis(row.cold.init.percentile(99))
            )?;
            let beside = hello.map(|hello| secs(hello.cold.init.median()));
            write!(
                f,
                "{:>10}{:>10}",
                ratio(secs(init), beside),
                millis(row.cold.first.median())
            )?;
            let beside = hello.map(|hello| mb(hello.warm.resident));
            write!(f, "{resident:>7.1} MB{:>10}", ratio(resident, beside))?;
            let beside = hello.map(|hello| mb(hello.size.binary as u64));
            write!(f, "{binary:>7.1} MB{:>10}", ratio(binary, beside))?;
            let beside = hello.map(|hello| mb(hello.size.zip as u64));
            writeln!(f, "{zip:>7.1} MB{:>10}", ratio(zip, beside))?;
        }
        writeln!(f)
    }

    fn write_requests(&self, f: &mut Formatter<'_>, hello: Option<&Row>) -> Result {
        let beside = hello.and_then(|hello| hello.warm.calls.first());
        let beside = beside.map(|cost| secs(cost.duration.median()));
        write!(f, "{:<12}{:<54}", "function", "request")?;
        let head = [
            "p50",
            "p99",
            "x hello",
            "statements",
            "round trips",
            "pings",
        ];
        head.iter().try_for_each(|name| write!(f, "{name:>12}"))?;
        writeln!(f)?;
        for row in &self.rows {
            for (call, cost) in row.workload.calls.iter().zip(&row.warm.calls) {
                write!(f, "{:<12}{:<54}", row.workload.function, call.name())?;
                write_cost(f, cost, beside)?;
            }
        }
        writeln!(f)
    }

    fn write_notes(&self, f: &mut Formatter<'_>) -> Result {
        let Effort { starts, requests } = self.effort;
        writeln!(
            f,
            "start     from starting the process to its first poll, median of {starts}; p99 is the \
             worst of so few\n\
             first     the first event of a fresh process, median; resident: after the warm requests\n\
             p50, p99  of {requests} warm requests, from handing out the event to the answer's last byte;\n\
             \x20         what a request changes is put back before the next, outside of what is measured\n\
             x hello   beside a bare lambda_http hello world, measured in turns with the others\n\
             statements, round trips on their behalf, and pings (most after the answer) of a warm request,\n\
             \x20         counted between function and Postgres\n\
             Everything on this machine: no network, and none of Lambda's own time or CPU limits."
        )
    }
}

fn write_streams(f: &mut Formatter<'_>, streams: &Streams) -> Result {
    let first = &streams.first_token;
    writeln!(
        f,
        "first token at the client after it left the provider: p50 {}, p99 {}",
        millis(first.median()),
        millis(first.percentile(99))
    )?;
    writeln!(
        f,
        "{STREAMS} streams at once, a process each: {} open when the last read was answered, {} ended with done",
        streams.open, streams.done
    )?;
    for (line, before, during) in &streams.reads {
        writeln!(
            f,
            "  {line:<64} p50 {} -> {}, p99 {} -> {} ({:.1} times)",
            millis(before.median()),
            millis(during.median()),
            millis(before.percentile(99)),
            millis(during.percentile(99)),
            secs(during.percentile(99)) / secs(before.percentile(99)).max(1e-9),
        )?;
    }
    writeln!(f)
}

fn write_cost(f: &mut Formatter<'_>, cost: &Cost, beside: Option<f64>) -> Result {
    let median = cost.duration.median();
    write!(
        f,
        "{:>12}{:>12}",
        millis(median),
        millis(cost.duration.percentile(99))
    )?;
    write!(f, "{:>12}", ratio(secs(median), beside))?;
    match cost.per_request() {
        Some(counts) => counts
            .iter()
            .try_for_each(|count| write!(f, "{count:>12.2}"))?,
        None => write!(f, "{:>12}{:>12}{:>12}", "-", "-", "-")?,
    }
    writeln!(f)
}

fn millis(duration: Duration) -> String {
    format!("{:.2} ms", secs(duration) * 1e3)
}

fn secs(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "it is printed with one digit behind the point"
)]
fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn ratio(value: f64, beside: Option<f64>) -> String {
    match beside {
        Some(beside) if beside > 0.0 => format!("{:.2}", value / beside),
        _ => "-".to_owned(),
    }
}
