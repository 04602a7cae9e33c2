//! One execution environment: a process of a function with a Runtime API of its own.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    process::Command,
    sync::Notify,
    task::JoinHandle,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::{
    invocation_response::{Failure, InvocationResponse},
    log::Log,
    runtime_api::RuntimeApi,
};

/// How long an environment may take to its first poll; what Lambda allows.
const INIT_LIMIT: Duration = Duration::from_secs(10);
/// How long the last lines of an ended process may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What an environment is started with.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub name: String,
    pub binary: PathBuf,
    pub memory_mb: u32,
    pub variables: Vec<(String, String)>,
    pub log: Log,
    /// Whether what the process writes to stdout is thrown away instead.
    pub silent: bool,
    pub bell: Arc<Notify>,
}

/// A function that did not get to its first poll.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{name} did not start: {why}\n{log}")]
pub struct StartError {
    /// The function.
    pub name: String,
    /// What happened instead.
    pub why: Failure,
    /// The last lines of its log.
    pub log: String,
}

/// A running process of a function, killed when dropped.
#[derive(Debug)]
pub struct FunctionProcess {
    api: Arc<RuntimeApi>,
    pid: Pid,
    spawned: Instant,
    init: Duration,
    warden: JoinHandle<()>,
}

impl FunctionProcess {
    /// Starts a process of `function` outside any [`Function`](crate::Function), with this
    /// environment and nothing else but what Lambda sets, and waits for its first poll.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(function: &str, variables: &[(String, String)]) -> Result<Self, StartError> {
        Self::of(&Spec {
            name: function.to_owned(),
            binary: binary(function),
            memory_mb: 512,
            variables: variables.to_vec(),
            log: Log::default(),
            silent: false,
            bell: Arc::default(),
        })
        .await
    }

    pub(crate) async fn of(spec: &Spec) -> Result<Self, StartError> {
        let api = Arc::new(RuntimeApi::start(&spec.name, Arc::clone(&spec.bell)).await);
        let mut environment = Self::spawn(spec, api);
        let failed = |why| StartError {
            name: spec.name.clone(),
            why,
            log: spec.log.tail(),
        };
        let ready = match timeout(INIT_LIMIT, environment.api.ready()).await {
            Ok(ready) => ready.map_err(failed)?,
            Err(_) => return Err(failed(Failure::TimedOut(INIT_LIMIT))),
        };
        environment.init = ready.saturating_duration_since(environment.spawned);
        Ok(environment)
    }

    fn spawn(spec: &Spec, api: Arc<RuntimeApi>) -> Self {
        let task_root = spec.binary.parent().unwrap_or(Path::new("/"));
        let mut command = Command::new(&spec.binary);
        command
            .env_clear()
            .envs(LAMBDA_SETS)
            .env("AWS_LAMBDA_FUNCTION_NAME", &spec.name)
            .env(
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                spec.memory_mb.to_string(),
            )
            .env(
                "AWS_LAMBDA_LOG_GROUP_NAME",
                format!("/aws/lambda/{}", spec.name),
            )
            .env(
                "AWS_LAMBDA_LOG_STREAM_NAME",
                "2026/01/01/[$LATEST]0123456789abcdef",
            )
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("LAMBDA_TASK_ROOT", task_root)
            .envs(spec.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(if spec.silent {
                Stdio::null()
            } else {
                Stdio::piped()
            })
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let spawned = Instant::now();
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", spec.binary.display()));
        let pid = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        let pid = pid.expect("a child that was not waited for has an id");
        let stdout = child
            .stdout
            .take()
            .map(|out| spec.log.follow(&spec.name, out));
        let stderr = child
            .stderr
            .take()
            .map(|err| spec.log.follow(&spec.name, err));
        let warden = tokio::spawn({
            let api = Arc::clone(&api);
            async move {
                let end = child.wait().await;
                let end = end.map_or_else(|error| error.to_string(), |status| status.to_string());
                for reader in [stdout, stderr].into_iter().flatten() {
                    let _ = timeout(LAST_WORDS, reader).await;
                }
                api.give_up(&Failure::Exited(end));
            }
        });
        Self {
            api,
            pid,
            spawned,
            init: Duration::ZERO,
            warden,
        }
    }

    /// From starting the process to its first request for an event.
    #[must_use]
    pub fn init(&self) -> Duration {
        self.init
    }

    /// Hands the process an event and waits for the head of the answer. At the deadline the process
    /// is ended, as Lambda does.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn invoke(
        &self,
        event: &Value,
        deadline: Duration,
    ) -> Result<InvocationResponse, Failure> {
        while !self.claim() && !self.is_gone() {
            self.idle().await;
        }
        self.hand_out(event, deadline).await
    }

    /// [`invoke`](Self::invoke) of a process that was claimed.
    pub(crate) async fn hand_out(
        &self,
        event: &Value,
        deadline: Duration,
    ) -> Result<InvocationResponse, Failure> {
        let id = Uuid::new_v4();
        let (api, pid) = (Arc::downgrade(&self.api), self.pid);
        tokio::spawn(async move {
            sleep(deadline).await;
            let late = Failure::TimedOut(deadline);
            if api.upgrade().is_some_and(|api| api.expire(id, &late)) {
                // Ended already: that is what was wanted.
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        self.api
            .invoke(id, event.to_string().into(), deadline)
            .await
    }

    /// Waits until the process asks for its next event.
    pub async fn idle(&self) {
        self.api.idle().await;
    }

    /// Whether the process has ended.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.api.is_gone()
    }

    /// Sends the process a signal.
    pub fn signal(&self, signal: Signal) {
        if !self.is_gone() {
            // It may end between the question and the signal.
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Waits until the process has ended, and says how.
    pub async fn ended(&self) -> Failure {
        self.api.ended().await
    }

    /// Kills the process and waits until it has ended.
    pub async fn end(&self) {
        self.signal(Signal::KILL);
        self.ended().await;
    }

    /// Resident memory in bytes, now (`VmRSS` of `/proc`).
    ///
    /// # Errors
    /// When there is no such process, or no such system.
    pub fn resident_memory(&self) -> io::Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most that was ever resident, in bytes (`VmHWM` of `/proc`).
    ///
    /// # Errors
    /// When there is no such process, or no such system.
    pub fn peak_memory(&self) -> io::Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, kind: &str) -> io::Result<u64> {
        let path = format!("/proc/{}/status", self.pid.as_raw_nonzero());
        let status = fs::read_to_string(path)?;
        status
            .lines()
            .find_map(|line| {
                line.strip_prefix(kind)?
                    .split_whitespace()
                    .next()?
                    .parse()
                    .ok()
            })
            .map(|kib: u64| kib * 1024)
            .ok_or_else(|| io::Error::other("the system does not say how much is resident"))
    }

    pub(crate) fn claim(&self) -> bool {
        self.api.claim()
    }

    pub(crate) fn is_finishing(&self) -> bool {
        self.api.is_finishing()
    }
}

impl Drop for FunctionProcess {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        self.warden.abort();
    }
}

/// The built binary of a function: `$VERSE_BIN_DIR/name`, or `name/bootstrap` in it, which is how
/// `cargo lambda build` lays them out.
#[must_use]
pub fn binary(function: &str) -> PathBuf {
    let directory = std::env::var_os("VERSE_BIN_DIR").map_or_else(
        || panic!("VERSE_BIN_DIR does not say where the built functions are: run `make test` or `make bench`"),
        PathBuf::from,
    );
    let places = [
        directory.join(function),
        directory.join(function).join("bootstrap"),
    ];
    places
        .into_iter()
        .find(|path| path.is_file())
        .unwrap_or_else(|| {
            let directory = directory.display();
            panic!("no built function {function} in {directory}: run `make test` or `make bench`")
        })
}

/// What is the same for every function ("Defined runtime environment variables" in AWS's guide).
const LAMBDA_SETS: [(&str, &str); 12] = [
    ("_HANDLER", "bootstrap"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_REGION", "us-east-1"),
    (
        "AWS_SECRET_ACCESS_KEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ),
    ("AWS_SESSION_TOKEN", "the-harness-has-no-session"),
    ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
    ("LANG", "en_US.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
    ("TZ", ":UTC"),
];
