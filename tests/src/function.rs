//! A deployed function: as many execution environments as it was given, one request in each.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::process::Signal;
use serde_json::Value;
use tokio::sync::Notify;

use crate::{
    database::DatabaseUrl,
    function_process::{FunctionProcess, Spec, StartError, binary},
    invocation_response::{Failure, InvocationResponse},
    log::Log,
    scripted_provider::{ProviderFormat, ScriptedProvider},
};

/// Longer than any answer takes and short enough for a test run.
const DEADLINE: Duration = Duration::from_secs(10);

/// How a function is to be started: `Function::builder("user").env("DATABASE_URL", url).start()`.
#[derive(Debug)]
pub struct FunctionBuilder {
    spec: Spec,
    processes: usize,
    deadline: Duration,
}

impl FunctionBuilder {
    /// Sets an environment variable. The function sees these, what Lambda sets, and no others.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.spec.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Sets several environment variables.
    #[must_use]
    pub fn envs<'a>(self, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        variables
            .into_iter()
            .fold(self, |builder, (name, value)| builder.env(name, value))
    }

    /// Has `provider` asked in this format, for everything that a model is asked: one of the two formats of providers with
    /// an address of their own.
    #[must_use]
    pub fn with_provider(self, provider: &ScriptedProvider, format: ProviderFormat) -> Self {
        let key = "sk-scripted-key";
        match format {
            ProviderFormat::Anthropic => self
                .env("AI_PROVIDER", "anthropic")
                .env("ANTHROPIC_API_KEY", key)
                .env("ANTHROPIC_BASE_URL", provider.anthropic_url())
                .env("ANTHROPIC_MODEL", "scripted-1"),
            ProviderFormat::OpenAi => self
                .env("AI_PROVIDER", "openai")
                .env("OPENAI_API_KEY", key)
                .env("OPENAI_BASE_URL", provider.openai_url())
                .env("OPENAI_MODEL", "scripted-1"),
            format => panic!("a function cannot be set up to ask in {format:?}'s format"),
        }
    }

    /// Throws away what it writes to stdout: whoever measures would read along, on the same
    /// processors.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.spec.silent = true;
        self
    }

    /// Up to so many processes, started when all others are at work; 1 unless told.
    #[must_use]
    pub fn processes(mut self, most: usize) -> Self {
        self.processes = most;
        self
    }

    /// How long an invocation may take; 10 s unless told.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, which nothing here enforces; 512 unless told.
    #[must_use]
    pub fn memory_mb(mut self, memory_mb: u32) -> Self {
        self.spec.memory_mb = memory_mb;
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
        let function = Function(Arc::new(Inner {
            spec: self.spec,
            most: self.processes,
            deadline: self.deadline,
            fleet: Mutex::default(),
        }));
        let first = FunctionProcess::of(&function.0.spec).await?;
        function.0.fleet().environments.push(Arc::new(first));
        Ok(function)
    }
}

/// A function; clones are the same one. Its processes end with the last clone.
#[derive(Clone)]
pub struct Function(Arc<Inner>);

struct Inner {
    spec: Spec,
    most: usize,
    deadline: Duration,
    fleet: Mutex<Fleet>,
}

#[derive(Default)]
struct Fleet {
    environments: Vec<Arc<FunctionProcess>>,
    starting: usize,
}

impl Function {
    /// Starts a function on a database, with default settings: `Function::start("chat", &database)`.
    pub async fn start(name: &str, database: &impl DatabaseUrl) -> Self {
        Self::with_database(name, database).start().await
    }

    /// Starts a function that needs no settings, such as `bible`.
    pub async fn start_without_database(name: &str) -> Self {
        Self::builder(name).start().await
    }

    /// The settings of a function on a database: `Function::with_database("user", &proxy).processes(4).start()`.
    #[must_use]
    pub fn with_database(name: &str, database: &impl DatabaseUrl) -> FunctionBuilder {
        Self::builder(name).env("DATABASE_URL", database.database_url())
    }

    /// The settings of a function, empty at first.
    #[must_use]
    pub fn builder(name: &str) -> FunctionBuilder {
        FunctionBuilder {
            spec: Spec {
                name: name.to_owned(),
                binary: binary(name),
                memory_mb: 512,
                variables: Vec::new(),
                log: Log::default(),
                silent: false,
                bell: Arc::new(Notify::new()),
            },
            processes: 1,
            deadline: DEADLINE,
        }
    }

    /// The name it was started by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.spec.name
    }

    /// What all its processes wrote.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.0.spec.log
    }

    /// Hands `event` to a process that is free, a new one, or the first to become free, and waits
    /// for the head of the answer.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn invoke(&self, event: &Value) -> Result<InvocationResponse, Failure> {
        self.invoke_within(event, self.0.deadline).await
    }

    /// Like [`invoke`](Self::invoke) with a deadline of its own.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn invoke_within(
        &self,
        event: &Value,
        deadline: Duration,
    ) -> Result<InvocationResponse, Failure> {
        self.free_environment()
            .await?
            .hand_out(event, deadline)
            .await
    }

    /// Hands `event` to a function that is not behind HTTP, and reads its answer as JSON.
    ///
    /// # Errors
    /// Why there is no such answer.
    pub async fn run(&self, event: &Value) -> Result<Value, Failure> {
        let answer = self.invoke(event).await?.collect().await?;
        serde_json::from_slice(&answer).map_err(|error| Failure::Malformed(error.to_string()))
    }

    /// Stops every process in mid-step, as Lambda does between invocations (SIGSTOP).
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets frozen processes go on (SIGCONT).
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Asks every process to end (SIGTERM) and waits until it has. The next event starts anew.
    pub async fn terminate(&self) {
        self.end(Signal::TERM).await;
    }

    /// Kills every process (SIGKILL). The next event starts anew.
    pub async fn kill(&self) {
        self.end(Signal::KILL).await;
    }

    /// Waits until no process is at work, also on what it does after its answer.
    pub async fn idle(&self) {
        for environment in self.processes() {
            environment.idle().await;
        }
    }

    /// The processes that are running.
    #[must_use]
    pub fn processes(&self) -> Vec<Arc<FunctionProcess>> {
        let mut fleet = self.0.fleet();
        fleet
            .environments
            .retain(|environment| !environment.is_gone());
        fleet.environments.clone()
    }

    fn signal(&self, signal: Signal) {
        for environment in self.processes() {
            environment.signal(signal);
        }
    }

    async fn end(&self, signal: Signal) {
        for environment in self.processes() {
            environment.signal(signal);
            environment.ended().await;
        }
    }

    async fn free_environment(&self) -> Result<Arc<FunctionProcess>, Failure> {
        loop {
            let bell = self.0.spec.bell.notified();
            tokio::pin!(bell);
            // From here on no ring is missed.
            bell.as_mut().enable();
            match self.0.choose() {
                Choice::Take(environment) => return Ok(environment),
                Choice::Start => return self.grow().await,
                Choice::Wait => bell.await,
            }
        }
    }

    async fn grow(&self) -> Result<Arc<FunctionProcess>, Failure> {
        let _slot = StartingSlot(&self.0);
        let environment = Arc::new(
            FunctionProcess::of(&self.0.spec)
                .await
                .map_err(|error| error.why)?,
        );
        environment.claim();
        self.0.fleet().environments.push(Arc::clone(&environment));
        Ok(environment)
    }
}

/// The place kept for a process that is starting.
struct StartingSlot<'a>(&'a Inner);

impl Drop for StartingSlot<'_> {
    fn drop(&mut self) {
        self.0.fleet().starting -= 1;
        self.0.spec.bell.notify_waiters();
    }
}

enum Choice {
    Take(Arc<FunctionProcess>),
    Start,
    Wait,
}

impl Inner {
    fn choose(&self) -> Choice {
        let mut fleet = self.fleet();
        fleet
            .environments
            .retain(|environment| !environment.is_gone());
        if let Some(free) = fleet
            .environments
            .iter()
            .find(|environment| environment.claim())
        {
            return Choice::Take(Arc::clone(free));
        }
        let soon_free = fleet
            .environments
            .iter()
            .any(|environment| environment.is_finishing());
        if !soon_free && fleet.environments.len() + fleet.starting < self.most {
            fleet.starting += 1;
            return Choice::Start;
        }
        Choice::Wait
    }

    fn fleet(&self) -> MutexGuard<'_, Fleet> {
        self.fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Function").field(&self.0.spec.name).finish()
    }
}
