//! One process of a function, with a Runtime API of its own: what Lambda calls an execution environment.

use std::{
    fs, io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
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

/// How long a process may take to its first poll: Lambda's own limit.
const INIT_LIMIT: Duration = Duration::from_secs(10);
/// How long to wait for the last lines of the log of a process that has ended.
const LOG_LIMIT: Duration = Duration::from_secs(5);

/// How to start a process.
#[derive(Clone, Debug)]
pub(crate) struct ProcessSpec {
    pub name: String,
    pub binary: PathBuf,
    pub variables: Vec<(String, String)>,
    pub log: Log,
    /// Whether stdout is discarded.
    pub silent: bool,
    /// Notified at every change of state.
    pub state_changed: Arc<Notify>,
}

/// A function that did not get to its first poll.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{name} did not start: {why}\n{log}")]
pub struct StartError {
    /// The function.
    pub name: String,
    /// The reason.
    pub why: Failure,
    /// The last lines of its log.
    pub log: String,
}

/// A running process of a function, killed when dropped.
#[derive(Debug)]
pub struct FunctionProcess {
    api: Arc<RuntimeApi>,
    pid: Pid,
    /// Signals go to this handle: the process id may belong to another process after the end.
    handle: Arc<OwnedFd>,
    spawned: Instant,
    init: Duration,
    exit_watcher: JoinHandle<()>,
}

impl ProcessSpec {
    pub(crate) fn new(function: &str) -> Self {
        Self {
            name: function.to_owned(),
            binary: binary(function),
            variables: Vec::new(),
            log: Log::default(),
            silent: false,
            state_changed: Arc::default(),
        }
    }
}

impl FunctionProcess {
    /// Starts a process and waits for its first poll.
    pub(crate) async fn start(spec: &ProcessSpec) -> Result<Self, StartError> {
        let api = RuntimeApi::start(&spec.name, Arc::clone(&spec.state_changed)).await;
        let mut process = Self::spawn(spec, Arc::new(api));
        let ready = timeout(INIT_LIMIT, process.api.ready()).await;
        let ready = ready.unwrap_or(Err(Failure::TimedOut(INIT_LIMIT)));
        let ready = ready.map_err(|why| StartError {
            name: spec.name.clone(),
            why,
            log: spec.log.tail(),
        })?;
        process.init = ready.saturating_duration_since(process.spawned);
        Ok(process)
    }

    fn spawn(spec: &ProcessSpec, api: Arc<RuntimeApi>) -> Self {
        let name = &spec.name;
        let task_root = spec.binary.parent().unwrap_or(Path::new("/"));
        let mut command = Command::new(&spec.binary);
        command
            .env_clear()
            .envs(LAMBDA_VARIABLES)
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
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
        let handle = pidfd_open(pid, PidfdFlags::empty()).expect("a handle of a child");
        let stdout = child.stdout.take().map(|out| spec.log.follow(name, out));
        let stderr = child.stderr.take().map(|err| spec.log.follow(name, err));
        let exit_watcher = tokio::spawn({
            let api = Arc::clone(&api);
            async move {
                let exit = match child.wait().await {
                    Ok(status) => status.to_string(),
                    Err(error) => error.to_string(),
                };
                for reader in [stdout, stderr].into_iter().flatten() {
                    let _ = timeout(LOG_LIMIT, reader).await;
                }
                api.record_exit(&Failure::Exited(exit));
            }
        });
        Self {
            api,
            pid,
            handle: Arc::new(handle),
            spawned,
            init: Duration::ZERO,
            exit_watcher,
        }
    }

    /// The time from the start of the process to its first request for an event.
    #[must_use]
    pub fn init(&self) -> Duration {
        self.init
    }

    /// Sends an event to the process, which the caller has claimed, and waits for the head of the response. Kills the
    /// process at the deadline, as Lambda does.
    pub(crate) async fn invoke(
        &self,
        event: &Value,
        deadline: Duration,
    ) -> Result<InvocationResponse, Failure> {
        let id = Uuid::new_v4();
        let (api, handle) = (Arc::downgrade(&self.api), Arc::clone(&self.handle));
        tokio::spawn(async move {
            sleep(deadline).await;
            let late = Failure::TimedOut(deadline);
            if api.upgrade().is_some_and(|api| api.expire(id, &late)) {
                // An error means that the process has ended.
                let _ = pidfd_send_signal(&*handle, Signal::KILL);
            }
        });
        let event = event.to_string().into();
        self.api.invoke(id, event, deadline).await
    }

    /// Waits until the process requests its next event.
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
        // An error means that the process has ended.
        let _ = pidfd_send_signal(&*self.handle, signal);
    }

    pub(crate) fn break_responses(&self, breaks: bool) {
        self.api.break_responses(breaks);
    }

    /// Waits until the process has ended, and returns how.
    pub async fn ended(&self) -> Failure {
        self.api.ended().await
    }

    /// Resident memory in bytes, now (`VmRSS` of `/proc`).
    ///
    /// # Errors
    /// When the process has ended, or the system has no `/proc`.
    pub fn resident_memory(&self) -> io::Result<u64> {
        self.memory("VmRSS:")
    }

    /// The peak of resident memory in bytes (`VmHWM` of `/proc`).
    ///
    /// # Errors
    /// When the process has ended, or the system has no `/proc`.
    pub fn peak_memory(&self) -> io::Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> io::Result<u64> {
        let status = format!("/proc/{}/status", self.pid.as_raw_nonzero());
        let status = fs::read_to_string(status)?;
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024)
            .ok_or_else(|| io::Error::other(format!("no {field} in /proc")))
    }

    /// Takes the process for one invocation, if it is idle.
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
        self.exit_watcher.abort();
    }
}

/// The built binary of a function: `$VERSE_BIN_DIR/name`, or `$VERSE_BIN_DIR/name/bootstrap`, where
/// `cargo lambda build` puts it.
#[must_use]
pub fn binary(function: &str) -> PathBuf {
    let directory = std::env::var_os("VERSE_BIN_DIR").map_or_else(
        || panic!("VERSE_BIN_DIR is not set: run `make test` or `make bench`"),
        PathBuf::from,
    );
    let path = directory.join(function);
    [path.join("bootstrap"), path]
        .into_iter()
        .find(|path| path.is_file())
        .unwrap_or_else(|| {
            let directory = directory.display();
            panic!("no built function {function} in {directory}: run `make test` or `make bench`")
        })
}

/// The variables that are the same for every function ("Defined runtime environment variables" in AWS's guide).
const LAMBDA_VARIABLES: [(&str, &str); 14] = [
    ("_HANDLER", "bootstrap"),
    ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    // Nothing here enforces it.
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    (
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "2026/01/01/[$LATEST]0123456789abcdef",
    ),
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
