"""`cargo lambda watch`, the emulator of API Gateway and Lambda: starting and calling it."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cargo
import processes
import sessions
import tools
from output import Failure, last_lines
from postgres import free_port

HOST = "127.0.0.1"
READY_WITHIN = 60
MIGRATED_WITHIN = 120


class PortTaken(Failure):
    """Another program listens on the emulator's port."""

    def __init__(self, port: int) -> None:
        other = port + 1 if port < 65535 else 9001
        super().__init__(
            f"Port {port} on {HOST} is taken by another program: stop it, "
            f"or choose another port: VERSE_PORT={other} make run"
        )


def variables(database_url: str) -> dict[str, str]:
    """The environment of the emulator, which its functions get, too."""
    # The path of the clone may have spaces, which a runner's words may not.
    runner = cargo.runner("python3 -s dev/keep_running.py")
    return {**cargo.environment(database_url), **runner, "VERSE_ENV": "development"}


def build(env: dict[str, str]) -> None:
    """Builds the functions as the emulator will run them.

    The emulator calls a plain `cargo run` for each. Another selection of packages would unify other features, and each
    first call would build again.
    """
    cargo.require("build", "--bins", env=env)


@dataclass
class Emulator:
    """A running emulator, and the log of the emulator and its functions."""

    watch: subprocess.Popen[bytes]
    port: int
    log: Path
    headers: dict[str, str] = field(default_factory=dict)

    def wait_until_healthy(self) -> None:
        """Waits until the first function answers."""
        last, foreign = "nothing answered", False
        deadline = time.monotonic() + READY_WITHIN
        while self.watch.poll() is None and time.monotonic() < deadline:
            try:
                status, _ = self.call("/api/health", end=max(1.0, deadline - time.monotonic()))
                # An answer before this emulator has started a function comes from another program.
                foreign = status == 200 and len(sessions.family({self.watch.pid})) < 2
                if status == 200 and not foreign:
                    return
                last = f"it answered {status}"
            except OSError as error:
                last = f"nothing answered ({error})"
            time.sleep(0.05)
        if foreign or "in use" in self.log.read_text(errors="replace"):
            raise PortTaken(self.port)
        why = "cargo lambda has ended" if self.watch.poll() is not None else f"after {READY_WITHIN} s {last}"
        raise Failure(f"GET /api/health did not answer 200: {why}. {self.end_of_log()}")

    def migrate(self) -> str:
        """Calls the `migrate` function, as a deployment does; returns what it did."""
        try:
            status, body = self.call("/2015-03-31/functions/migrate/invocations", {}, end=MIGRATED_WITHIN)
        except OSError as error:
            raise Failure(f"The function `migrate` did not answer ({error}). {self.end_of_log()}") from None
        answer = parsed(body)
        if status != 200 or "applied" not in answer:
            message = answer.get("errorMessage") or body.strip() or status
            hint = " `make reset` begins a new database." if "previously applied" in str(message) else ""
            raise Failure(f"The migrations failed: {message}.{hint} {self.end_of_log()}")
        count = len(answer["applied"])
        return f"applied {count} migration{'s' if count > 1 else ''}" if count else "migrations are up to date"

    def call(
        self, path: str, body: Any = None, *, method: str | None = None, end: float = READY_WITHIN
    ) -> tuple[int, str]:
        """One HTTP request, by POST when there is a body; returns status and body, also of an error."""
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.headers, **({} if data is None else {"Content-Type": "application/json"})}
        url = f"http://{HOST}:{self.port}{path}"
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        # Without the proxy that the environment may name.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=end) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def end_of_log(self) -> str:
        return f"The log {self.log} ends with\n{last_lines(self.log.read_text(errors='replace'), 20)}"


def start(port: int, env: dict[str, str], log: Path) -> Emulator:
    """Starts the emulator, which starts each function at its first call."""
    command: list[str | Path] = [tools.cargo_lambda(), "lambda", "watch", "--disable-cors"]
    command += ["--invoke-address", HOST, "--invoke-port", str(port)]
    log.write_bytes(b"")
    with log.open("ab") as output:
        return Emulator(processes.start(command, env=env, output=output), port, log)


@contextmanager
def temporary(env: dict[str, str], log: Path, *, migrate: bool = True) -> Iterator[Emulator]:
    """A running emulator on a free port, until the block ends; it applies the migrations first."""
    for attempt in range(5):
        emulator = start(free_port(), env, log)
        try:
            emulator.wait_until_healthy()
            if migrate:
                emulator.migrate()
            yield emulator
            return
        except PortTaken:
            # Another program took the port between `free_port` and the start of the emulator.
            if attempt == 4:
                raise
        finally:
            processes.stop(emulator.watch)


def parsed(body: str) -> dict[str, Any]:
    """The JSON object in a body; empty when it is none."""
    with suppress(ValueError):
        answer = json.loads(body)
        return answer if isinstance(answer, dict) else {}
    return {}
