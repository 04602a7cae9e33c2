//! A deployed function: one or more processes, each with one request at a time.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    database::DatabaseUrl,
    function_process::{FunctionProcess, ProcessSpec, StartError},
    invocation_response::{Failure, InvocationResponse},
    lock::lock,
    log::Log,
    scripted_provider::{ProviderFormat, ScriptedProvider},
};

/// The default limit of an invocation: longer than any response takes.
const DEADLINE: Duration = Duration::from_secs(10);

/// The settings of a function: `Function::builder("user").env("DATABASE_URL", url).start()`.
#[derive(Debug)]
#[must_use]
pub struct FunctionBuilder {
    spec: ProcessSpec,
    processes: usize,
    deadline: Duration,
}

impl FunctionBuilder {
    /// Sets an environment variable. The function has these, those that Lambda sets, and no others.
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.spec.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Sets several environment variables.
    pub fn envs<'a>(self, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let variables = variables.into_iter();
        variables.fold(self, |builder, (name, value)| builder.env(name, value))
    }

    /// Sends every model call to `provider`, in the format of Anthropic or `OpenAI`.
    pub fn with_provider(self, provider: &ScriptedProvider, format: ProviderFormat) -> Self {
        let (name, prefix, url) = match format {
            ProviderFormat::Anthropic => ("anthropic", "ANTHROPIC", provider.anthropic_url()),
            ProviderFormat::OpenAi => ("openai", "OPENAI", provider.openai_url()),
            format => panic!("no provider of a function has the format {format:?}"),
        };
        self.env("AI_PROVIDER", name)
            .env(&format!("{prefix}_API_KEY"), "sk-scripted-key")
            .env(&format!("{prefix}_BASE_URL"), url)
            .env(&format!("{prefix}_MODEL"), "scripted-1")
    }

    /// Discards the function's stdout: in a measurement, reading it would take processor time.
    pub fn silent(mut self) -> Self {
        self.spec.silent = true;
        self
    }

    /// The maximum number of processes; 1 by default. A process is started when all others are busy.
    pub fn processes(mut self, most: usize) -> Self {
        self.processes = most;
        self
    }

    /// The time limit of an invocation; 10 s by default.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Starts the first process and waits for its first poll.
    pub async fn start(self) -> Function {
        self.try_start()
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Like [`start`](Self::start), for a test of a start that fails.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn try_start(self) -> Result<Function, StartError> {
        let first = FunctionProcess::start(&self.spec).await?;
        let fleet = Fleet {
            processes: vec![Arc::new(first)],
            starting: 0,
        };
        Ok(Function(Arc::new(Inner {
            spec: self.spec,
            most: self.processes,
            deadline: self.deadline,
            fleet: Mutex::new(fleet),
        })))
    }
}

/// A function; clones are the same one. Its processes end with the last clone.
#[derive(Clone)]
pub struct Function(Arc<Inner>);

struct Inner {
    spec: ProcessSpec,
    most: usize,
    deadline: Duration,
    fleet: Mutex<Fleet>,
}

struct Fleet {
    processes: Vec<Arc<FunctionProcess>>,
    starting: usize,
}

impl Function {
    /// Starts a function on a database, with default settings: `Function::start("chat", &database)`.
    pub async fn start(name: &str, database: &impl DatabaseUrl) -> Self {
        Self::with_database(name, database).start().await
    }

    /// Starts a function without a database, such as `bible`.
    pub async fn start_without_database(name: &str) -> Self {
        Self::builder(name).start().await
    }

    /// Settings with a database: `Function::with_database("user", &proxy).processes(4).start()`.
    pub fn with_database(name: &str, database: &impl DatabaseUrl) -> FunctionBuilder {
        Self::builder(name).env("DATABASE_URL", database.database_url())
    }

    /// Default settings.
    pub fn builder(name: &str) -> FunctionBuilder {
        FunctionBuilder {
            spec: ProcessSpec::new(name),
            processes: 1,
            deadline: DEADLINE,
        }
    }

    /// The function's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.spec.name
    }

    /// The log of all its processes.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.0.spec.log
    }

    /// Sends `event` to an idle process, to a new one, or to the first that becomes idle, and waits for the head of the
    /// response.
    ///
    /// # Errors
    /// Why there is no response.
    pub async fn invoke(&self, event: &Value) -> Result<InvocationResponse, Failure> {
        self.invoke_within(event, self.0.deadline).await
    }

    /// Like [`invoke`](Self::invoke) with a deadline of its own.
    ///
    /// # Errors
    /// Why there is no response.
    pub async fn invoke_within(
        &self,
        event: &Value,
        deadline: Duration,
    ) -> Result<InvocationResponse, Failure> {
        let process = self.claim_process().await?;
        process.invoke(event, deadline).await
    }

    /// Invokes a function that does not serve HTTP, and returns its response as JSON.
    ///
    /// # Errors
    /// Why there is no response, or none in JSON.
    pub async fn run(&self, event: &Value) -> Result<Value, Failure> {
        let response = self.invoke(event).await?.collect().await?;
        serde_json::from_slice(&response).map_err(|error| Failure::Malformed(error.to_string()))
    }

    /// Stops every process where it is, as Lambda does between invocations (SIGSTOP).
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Continues frozen processes (SIGCONT).
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Sends every process SIGTERM and waits for its end. The next event starts a new process.
    pub async fn terminate(&self) {
        self.end(Signal::TERM).await;
    }

    /// Kills every process (SIGKILL). The next event starts a new process.
    pub async fn kill(&self) {
        self.end(Signal::KILL).await;
    }

    /// Breaks the connection of every response of the running processes before its first byte, until it is called with
    /// `false`.
    pub fn break_responses(&self, breaks: bool) {
        for process in self.processes() {
            process.break_responses(breaks);
        }
    }

    /// Waits until no process is busy, also with work after its response.
    pub async fn idle(&self) {
        for process in self.processes() {
            process.idle().await;
        }
    }

    /// The running processes.
    #[must_use]
    pub fn processes(&self) -> Vec<Arc<FunctionProcess>> {
        let mut fleet = lock(&self.0.fleet);
        fleet.remove_ended();
        fleet.processes.clone()
    }

    fn signal(&self, signal: Signal) {
        for process in self.processes() {
            process.signal(signal);
        }
    }

    async fn end(&self, signal: Signal) {
        for process in self.processes() {
            process.signal(signal);
            process.ended().await;
        }
    }

    async fn claim_process(&self) -> Result<Arc<FunctionProcess>, Failure> {
        loop {
            let changed = self.0.spec.state_changed.notified();
            tokio::pin!(changed);
            // Registers for the notification before the state is read, so that none is missed.
            changed.as_mut().enable();
            match self.0.choose() {
                Choice::Claimed(process) => return Ok(process),
                Choice::Start => return self.start_process().await,
                Choice::Wait => changed.await,
            }
        }
    }

    async fn start_process(&self) -> Result<Arc<FunctionProcess>, Failure> {
        let _slot = StartingSlot(&self.0);
        let started = FunctionProcess::start(&self.0.spec).await;
        let process = Arc::new(started.map_err(|error| error.why)?);
        process.claim();
        lock(&self.0.fleet).processes.push(Arc::clone(&process));
        Ok(process)
    }
}

/// Counts a process that is starting against the maximum, until it has started or failed.
struct StartingSlot<'a>(&'a Inner);

impl Drop for StartingSlot<'_> {
    fn drop(&mut self) {
        lock(&self.0.fleet).starting -= 1;
        self.0.spec.state_changed.notify_waiters();
    }
}

enum Choice {
    Claimed(Arc<FunctionProcess>),
    Start,
    Wait,
}

impl Inner {
    fn choose(&self) -> Choice {
        let mut fleet = lock(&self.fleet);
        fleet.remove_ended();
        let mut processes = fleet.processes.iter();
        if let Some(idle) = processes.find(|process| process.claim()) {
            return Choice::Claimed(Arc::clone(idle));
        }
        let mut processes = fleet.processes.iter();
        let soon_idle = processes.any(|process| process.is_finishing());
        if !soon_idle && fleet.processes.len() + fleet.starting < self.most {
            fleet.starting += 1;
            return Choice::Start;
        }
        Choice::Wait
    }
}

impl Fleet {
    fn remove_ended(&mut self) {
        self.processes.retain(|process| !process.is_gone());
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Function").field(&self.0.spec.name).finish()
    }
}
