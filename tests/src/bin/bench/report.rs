//! The printed tables.

use std::{
    fmt::{Display, Formatter, Result},
    time::Duration,
};

use crate::{
    Effort,
    cold::Cold,
    size::Size,
    streams::{STREAMS, Streams},
    warm::Warm,
    workload::{HELLO, Workload},
};

/// The measurements of one function.
#[derive(Debug)]
pub struct Row {
    pub workload: Workload,
    pub cold: Cold,
    pub warm: Warm,
    pub size: Size,
}

/// All measurements.
#[derive(Debug)]
pub struct Report {
    pub rows: Vec<Row>,
    /// Measured with `chat`.
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

impl Row {
    /// The start in seconds, and resident memory, binary and zip in MB: the figures that are compared with hello's.
    fn figures(&self) -> [f64; 4] {
        let Size { binary, zip } = self.size;
        let start = secs(self.cold.init.median());
        let [resident, binary, zip] = [self.warm.resident, binary as u64, zip as u64].map(mb);
        [start, resident, binary, zip]
    }
}

impl Report {
    fn write_functions(&self, f: &mut Formatter<'_>, hello: Option<&Row>) -> Result {
        let head = "start,p99,x hello,first,resident,x hello,binary,x hello,zip,x hello";
        let head: Vec<_> = head.split(',').collect();
        write_row(f, &format!("{:<12}", "function"), 10, &head)?;
        for row in &self.rows {
            let figures = row.figures();
            let [_, resident, binary, zip] = figures.map(|mb| format!("{mb:.1} MB"));
            let [start_ratio, resident_ratio, binary_ratio, zip_ratio] = match hello {
                Some(hello) => ratios(figures, hello.figures()),
                None => figures.map(|_| "-".to_owned()),
            };
            let name = format!("{:<12}", row.workload.function);
            let cells = [
                millis(row.cold.init.median()),
                millis(row.cold.init.percentile(99)),
                start_ratio,
                millis(row.cold.first.median()),
                resident,
                resident_ratio,
                binary,
                binary_ratio,
                zip,
                zip_ratio,
            ];
            write_row(f, &name, 10, &cells)?;
        }
        writeln!(f)
    }

    fn write_requests(&self, f: &mut Formatter<'_>, hello: Option<&Row>) -> Result {
        let hello = hello.and_then(|hello| hello.warm.calls.first());
        let hello = hello.map(|cost| secs(cost.duration.median()));
        let head = "p50,p99,x hello,statements,round trips,pings";
        let head: Vec<_> = head.split(',').collect();
        let names = format!("{:<12}{:<54}", "function", "request");
        write_row(f, &names, 12, &head)?;
        for row in &self.rows {
            for (call, cost) in row.workload.calls.iter().zip(&row.warm.calls) {
                let names = format!("{:<12}{:<54}", row.workload.function, call.name());
                let median = cost.duration.median();
                let mut cells = vec![
                    millis(median),
                    millis(cost.duration.percentile(99)),
                    hello.map_or_else(|| "-".to_owned(), |hello| ratio(secs(median), hello)),
                ];
                cells.extend(match cost.per_request() {
                    Some(counts) => counts.map(|count| format!("{count:.2}")),
                    None => ["-"; 3].map(str::to_owned),
                });
                write_row(f, &names, 12, &cells)?;
            }
        }
        writeln!(f)
    }

    fn write_notes(&self, f: &mut Formatter<'_>) -> Result {
        let Effort { starts, requests } = self.effort;
        writeln!(
            f,
            "start     from the start of the process to its first poll, median of {starts}; p99 is the \
             maximum of so few\n\
             first     the first event of a new process, median; resident: after the warm requests\n\
             p50, p99  of {requests} warm requests, from the event to the last byte of the response;\n\
             \x20         the rows that a request changes are restored before the next, and this time does not count\n\
             x hello   compared with a minimal lambda_http function, measured in turns with the others\n\
             statements, their round trips, and pings (most after the response) of a warm request,\n\
             \x20         counted between function and Postgres\n\
             Everything runs on this machine: without a network, and without Lambda's own time and CPU limits."
        )
    }
}

fn write_streams(f: &mut Formatter<'_>, streams: &Streams) -> Result {
    let (first, open, done) = (&streams.first_token, streams.open, streams.done);
    let [p50, p99] = [50, 99].map(|percent| millis(first.percentile(percent)));
    writeln!(
        f,
        "first token, from the provider to the client: p50 {p50}, p99 {p99}"
    )?;
    writeln!(
        f,
        "{STREAMS} streams at once, one process each: {open} open after the last read, {done} ended with done"
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

fn write_row(f: &mut Formatter<'_>, name: &str, width: usize, cells: &[impl Display]) -> Result {
    write!(f, "{name}")?;
    for cell in cells {
        write!(f, "{cell:>width$}")?;
    }
    writeln!(f)
}

fn millis(duration: Duration) -> String {
    format!("{:.2} ms", secs(duration) * 1e3)
}

fn secs(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "one decimal place is printed")]
fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn ratios<const N: usize>(values: [f64; N], hello: [f64; N]) -> [String; N] {
    let mut hello = hello.into_iter();
    values.map(|value| ratio(value, hello.next().unwrap_or_default()))
}

fn ratio(value: f64, hello: f64) -> String {
    if hello > 0.0 {
        format!("{:.2}", value / hello)
    } else {
        "-".to_owned()
    }
}
