"""A Postgres cluster of this clone: made, started, stopped.

It listens on a loopback port that was free, asks for a password, and has no socket in the file
system. Run by root it runs as `nobody`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import clone
import environment
import guard
import processes
import tools
from account import Account
from steps import Failure, last_lines

DATABASE = "verse"
READY_WITHIN = 60

# For clusters that do not outlive their command: a crash of the machine may lose them.
EPHEMERAL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "500",
    "autovacuum": "on",
    "max_wal_size": "4GB",
}


@dataclass
class Cluster:
    """A cluster in `folder`, which holds its data, its password and its log."""

    folder: Path
    programs: Path
    account: Account | None
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    server: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Postgres' data directory."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """What Postgres has said since it was started."""
        return self.folder / "postgres.log"

    def url(self, database: str) -> str:
        """The address of a database for the cluster's superuser."""
        password = (self.folder / "password").read_text()
        return f"postgres://postgres:{password}@127.0.0.1:{self.port}/{database}"

    def version(self) -> str:
        """`18.4`"""
        said = processes.need(
            [self.programs / "postgres", "--version"],
            "Postgres does not run on this machine",
            env=environment.for_postgres(),
            cwd=self.folder.parent,
        )
        return said.split()[-1]

    def make(self) -> None:
        """Makes the cluster with its database, if it is not there yet."""
        if self.folder.exists():
            return
        with clone.unfinished(self.folder) as work:
            _initialise(Cluster(work, self.programs, self.account))

    def start(self) -> None:
        """Starts the cluster and waits until it takes connections."""
        self.stop_stale()
        for _ in range(5):
            self.port = processes.free_port()
            self.log.write_bytes(b"")
            with self.log.open("ab") as output:
                self.server = processes.start(
                    [self.programs / "postgres", "-D", self.data, *self._options()],
                    env=environment.for_postgres(),
                    cwd=self.folder,
                    account=self.account,
                    output=output,
                    farewell=signal.SIGINT,
                )
            server = self.server
            ended = processes.wait_until(lambda: self._is_ready() or server.poll() is not None, READY_WITHIN)
            if self._is_ready():
                return
            self.stop()
            said = self.log.read_text(errors="replace")
            # Somebody else took the port between our asking for it and Postgres' taking it.
            if ended and "could not bind" in said:
                continue
            raise Failure(
                f"Postgres did not start. Its log ends with\n{last_lines(said)}\n"
                f"The whole log: {self.log}. If its data is damaged, `make reset` begins anew."
            )
        raise Failure("Postgres found no free port on 127.0.0.1.")

    def stop(self) -> None:
        """Stops the cluster, cutting its connections."""
        if self.server is not None:
            processes.stop(self.server, patience=20)
            self.server = None

    def stop_stale(self) -> None:
        """Stops the server that a killed command has left behind in this cluster.

        The caller holds the lock, so that it can be nobody else's.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n")[0])
        except (OSError, ValueError):
            return
        if str(self.data) in processes.command_line(pid):
            # A server is the first of its session, which holds no other process.
            for number, end in ((signal.SIGINT, 20.0), (signal.SIGKILL, 5.0)):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
                if processes.wait_until(lambda: not processes.command_line(pid), end):
                    break
        # The number may belong to another program by now, and Postgres would take it for a server.
        pid_file.unlink(missing_ok=True)

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] ",
            **self.settings,
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _is_ready(self) -> bool:
        with suppress(OSError, IndexError):
            lines = (self.data / "postmaster.pid").read_text().split("\n")
            return self.server is not None and lines[0] == str(self.server.pid) and lines[7].strip() == "ready"
        return False


def _initialise(cluster: Cluster) -> None:
    """Fills a new cluster's folder."""
    cluster.folder.chmod(0o710 if cluster.account else 0o700)
    cluster.data.mkdir(mode=0o700)
    password = secrets.token_hex(24)
    _write_secret(cluster.folder / "password", password)
    # `initdb` reads the password as the account that may not read ours.
    shown = cluster.folder / "password.initdb"
    _write_secret(shown, password)
    if cluster.account:
        os.chown(cluster.folder, 0, cluster.account.gid)
        cluster.account.give(cluster.data)
        cluster.account.give(shown)
    how = {"env": environment.for_postgres(), "cwd": cluster.folder, "account": cluster.account}
    processes.need(
        [
            cluster.programs / "initdb",
            *("-D", cluster.data),
            *("--username", "postgres"),
            *("--auth", "scram-sha-256"),
            f"--pwfile={shown}",
            *("--encoding", "UTF8"),
            *("--locale", "C"),
            *("--locale-provider", "builtin"),
            *("--builtin-locale", "C.UTF-8"),
            "--no-sync",
            "--no-instructions",
        ],
        "Postgres could not make its data directory",
        **how,
    )
    shown.unlink()
    create = [cluster.programs / "postgres", "--single", "-D", cluster.data, "postgres"]
    processes.need(create, "Postgres could not make the database", **how, given=f"CREATE DATABASE {DATABASE};\n")


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def sweep(home: Path, programs: Path, account: Account | None) -> None:
    """Removes the ephemeral clusters of commands that were killed, and what they left unfinished."""
    for path in home.glob("ephemeral-*.lock"):
        lock = clone.Lock(path)
        if not lock.take():
            continue
        folder = path.with_suffix("")
        Cluster(folder, programs, account).stop_stale()
        for remains in [folder, *home.glob(f"{folder.name}.*.new")]:
            shutil.rmtree(remains, ignore_errors=True)
        lock.release(remove=True)


def reserve(home: Path) -> clone.Lock:
    """The lock, and with it the name, of a new ephemeral cluster."""
    while True:
        lock = clone.Lock(home / f"ephemeral-{secrets.token_hex(4)}.lock")
        if lock.take():
            return lock


@contextmanager
def ephemeral(lock: clone.Lock, account: Account | None) -> Iterator[Cluster]:
    """A cluster, not yet made, that is stopped and gone when the block ends."""
    home = lock.path.parent
    programs = tools.postgres(home)
    sweep(home, programs, account)
    cluster = Cluster(lock.path.with_suffix(""), programs, account, EPHEMERAL)
    guard.remove(cluster.folder)
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)
        lock.release(remove=True)
