"""A Postgres cluster of this clone: making, starting and stopping it, and reading its log.

The server listens on a free port of the loopback interface, requires a password and has no Unix socket. When root runs
the command, the server runs as `nobody`.
"""

import os
import secrets
import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import leftovers
import processes
import sessions
from clone import Account
from output import Failure, last_lines

DATABASE = "verse"
READY_WITHIN = 60

# As in template.yaml: a statement outlives its client unless the server ends it. In milliseconds.
LIMITS = {"statement_timeout": "10000", "idle_in_transaction_session_timeout": "15000", "transaction_timeout": "30000"}
# For commands that fill large tables and explain every statement.
NO_LIMITS = dict.fromkeys(LIMITS, "0")

# For a cluster that is removed with its command: a crash of the machine may lose its data.
TEMPORARY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "500",
    "max_wal_size": "4GB",
    # Tests insert many rows in one statement.
    "statement_timeout": "30000",
    "transaction_timeout": "60000",
}


@dataclass
class Cluster:
    """A cluster. `folder` holds its data, its password and its log."""

    folder: Path
    programs: Path
    account: Account | None
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    server: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """The server's log since its last start."""
        return self.folder / "postgres.log"

    def url(self, database: str) -> str:
        """The address of a database, with the cluster's superuser."""
        password = (self.folder / "password").read_text()
        return f"postgres://postgres:{password}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        """Makes the cluster and its database when they are missing."""
        if not self.folder.exists():
            with leftovers.unfinished(self.folder) as work:
                Cluster(work, self.programs, self.account)._initialise()

    def start(self) -> None:
        """Starts the server and waits until it accepts connections."""
        self._remove_stale_pid_file()
        for _ in range(5):
            self.port = free_port()
            self.log.write_bytes(b"")
            with self.log.open("ab") as output:
                server = self.server = processes.start(
                    [self.programs / "postgres", "-D", self.data, *self._options()],
                    env=_environment(),
                    account=self.account,
                    output=output,
                    stop_signal=signal.SIGINT,
                )
            if self._becomes_ready(server):
                return
            self.stop()
            log = self.log.read_text(errors="replace")
            # Another program took the port between `free_port` and the start of the server: try another port.
            if "could not bind" not in log:
                raise Failure(
                    f"Postgres did not start. Its log ends with\n{last_lines(log)}\n"
                    f"The whole log: {self.log}. If its data is damaged, `make reset` removes it."
                )
        raise Failure("Postgres found no free port on 127.0.0.1.")

    def stop(self) -> None:
        if self.server is not None:
            processes.stop(self.server, patience=20)
            self.server = None

    def _remove_stale_pid_file(self) -> None:
        """Removes the file of a killed server: Postgres does not start when another program has its number."""
        pid_file = self.data / "postmaster.pid"
        with suppress(OSError, ValueError):
            pid = int(pid_file.read_text().split("\n")[0])
            if str(self.data) not in sessions.command_line(pid):
                pid_file.unlink()

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] ",
            **LIMITS,
            **self.settings,
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _becomes_ready(self, server: subprocess.Popen[bytes]) -> bool:
        def is_ready() -> bool:
            with suppress(OSError, IndexError):
                lines = (self.data / "postmaster.pid").read_text().split("\n")
                return lines[0] == str(server.pid) and lines[7].strip() == "ready"
            return False

        return processes.wait_until(lambda: is_ready() or server.poll() is not None, READY_WITHIN) and is_ready()

    def _initialise(self) -> None:
        self.folder.chmod(0o710 if self.account else 0o700)
        self.data.mkdir(mode=0o700)
        password = self.folder / "password"
        password.touch(0o600)
        password.write_text(secrets.token_hex(24))
        if self.account:
            os.chown(self.folder, 0, self.account.pw_gid)
            # `initdb` reads the password.
            for path in (self.data, password):
                os.chown(path, self.account.pw_uid, self.account.pw_gid)
        options = ["-D", str(self.data), "--username=postgres", "--auth=scram-sha-256", f"--pwfile={password}"]
        options += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--no-sync", "--no-instructions"]
        self._run("Postgres could not make its data directory", "initdb", *options)
        create, options = f"CREATE DATABASE {DATABASE};\n", ["--single", "-D", str(self.data), "postgres"]
        self._run("Postgres could not make the database", "postgres", *options, given=create)

    def _run(self, failure: str, program: str, *arguments: str, given: str = "") -> None:
        command = [str(self.programs / program), *arguments]
        processes.require(command, failure, given=given, env=_environment(), account=self.account)


def free_port() -> int:
    """A loopback port that is free at this moment. Another program may take it: the caller must retry."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def log_entries(lines: Iterable[str]) -> Iterator[str]:
    """The entries of a server's log. A line that begins with a tab continues the entry before it."""
    entry: list[str] = []
    for line in lines:
        if not line.startswith("\t") and entry:
            yield "".join(entry).rstrip("\n")
            entry = []
        entry.append(line)
    if entry:
        yield "".join(entry).rstrip("\n")


def _environment() -> dict[str, str]:
    """The environment of Postgres' programs, without the developer's own Postgres settings."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
