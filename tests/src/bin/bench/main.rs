//! `make bench`: the cost of each function, compared with a minimal `lambda_http` function.
//!
//! Everything runs on this machine, without a network. The bench prints the figures and has no limits: it fails only if
//! it cannot measure.

mod cold;
mod report;
mod samples;
mod size;
mod streams;
mod warm;
mod workload;

use std::{
    error::Error,
    io::{Write, stdout},
    process::ExitCode,
};

use clap::Parser;
use verse_tests::Database;

use crate::{
    report::{Report, Row},
    workload::{HELLO, Workload},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures the built functions on this machine, compared with a minimal function
///
/// Environment variables: `VERSE_BIN_DIR` is the folder of the built functions, `DATABASE_URL` a Postgres server whose
/// user may create databases.
#[derive(Debug, Parser)]
struct Options {
    /// Measure less often: faster and less exact
    #[arg(long)]
    quick: bool,
    /// Measure only this function and hello; may be repeated
    #[arg(long = "function", value_name = "NAME")]
    functions: Vec<String>,
}

/// The numbers of measurements.
#[derive(Clone, Copy, Debug)]
struct Effort {
    starts: usize,
    requests: usize,
}

const THOROUGH: Effort = Effort {
    starts: 20,
    requests: 1000,
};
const QUICK: Effort = Effort {
    starts: 5,
    requests: 100,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match measure(&Options::parse()).await {
        Ok(report) => match write!(stdout(), "{report}") {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(error) => {
            eprintln!("bench: cannot measure: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> Result<Report> {
    let workloads = chosen(&options.functions)?;
    let effort = if options.quick { QUICK } else { THOROUGH };
    let needs_database = workloads.iter().any(|workload| workload.needs_database);
    let database = if needs_database {
        Some(Database::fresh().await)
    } else {
        None
    };
    let database_url = database.as_ref().map(Database::url);
    eprintln!("bench: {} starts of each function", effort.starts);
    let cold = cold::measure(&workloads, database_url.as_deref(), effort).await?;
    eprintln!("bench: {} times each request", effort.requests);
    let warm = warm::measure(&workloads, database.as_ref(), effort).await?;
    let streams = match &database {
        Some(database) if workloads.iter().any(|workload| workload.function == "chat") => {
            eprintln!("bench: {} streams at once", streams::STREAMS);
            Some(streams::measure(database, effort).await?)
        }
        _ => None,
    };
    let measured = workloads.into_iter().zip(cold).zip(warm);
    let rows = measured.map(|((workload, cold), warm)| {
        Ok(Row {
            size: size::of(workload.function)?,
            workload,
            cold,
            warm,
        })
    });
    Ok(Report {
        rows: rows.collect::<Result<_>>()?,
        streams,
        effort,
    })
}

/// The chosen functions, or all; hello always, and first.
fn chosen(names: &[String]) -> Result<Vec<Workload>> {
    let all = workload::all();
    if let Some(unknown) = names
        .iter()
        .find(|name| all.iter().all(|w| w.function != **name))
    {
        let known: Vec<_> = all.iter().map(|workload| workload.function).collect();
        return Err(format!("no function {unknown}, only {}", known.join(", ")).into());
    }
    let is_chosen = |workload: &Workload| {
        names.is_empty()
            || workload.function == HELLO
            || names.iter().any(|name| name == workload.function)
    };
    Ok(all.into_iter().filter(is_chosen).collect())
}
