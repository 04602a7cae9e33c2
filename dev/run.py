"""`make run`: the whole service on this machine, until Ctrl-C; and the same for a moment, for `make test`."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import cargo
import clone
import database
import environment
import guard
import processes
import tools
from interrupts import shield
from steps import Failure, last_lines, say, step

HOST = "127.0.0.1"
READY_WITHIN = 60
MIGRATED_WITHIN = 120
NOISE = ("INFO", "Finished", "Running", "Compiling", "Blocking", "AWS_LAMBDA_MAX_CONCURRENCY")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
FIRST_CALL = "/api/passage?book=John&chapter=3&verse_start=16"
JOHN = {"passage_reference": "John 3:16", "passage_text": "For God so loved the world"}
# Of each function one call: its path, what is sent, and what is in an answer that is whole.
CALLS: tuple[tuple[str, Any, str], ...] = (
    (FIRST_CALL, None, '"reference":"John 3:16"'),
    ("/api/user/session", None, '"daily_limit":10'),
    ("/api/user/devices", None, "[]"),
    ("/api/insights", JOHN, "Matthew Henry"),
    ("/api/definitions", {"word": "loved", "verse_text": "God so loved", "passage_reference": "John 3:16"}, "Strong"),
    ("/api/standalone-chat", {"message": "Who was Nicodemus?"}, "event: done\n"),
    ("/2015-03-31/functions/cleanup/invocations", {}, '"jobs"'),
)


def run() -> int:
    """Starts everything, says what to try, and waits for Ctrl-C."""
    began = time.monotonic()
    lock = clone.run_lock()
    if not lock.take_after_a_crash():
        raise Failure(
            f"`make run` of this clone is already running (process {lock.holder()}): "
            "stop it by Ctrl-C in its terminal, or just use it."
        )
    guard.hire([lock.descriptor or 0])
    stop_stale_emulator()
    port = chosen_port()
    reserved = reserve(port)
    ready = False
    try:
        emulator = tools.cargo_lambda()
        with database.for_running() as url:
            env = {**environment.for_cargo(url), "VERSE_ENV": "development"}
            with step("building the functions", "built the functions", long=True):
                # The packages of a plain `cargo run`, which the emulator calls for each function:
                # another selection would unify other features, and each first call would build.
                cargo.must("build", "--bins", env=env)
            log = clone.LOCAL / "watch.log"
            with step("starting the functions") as current:
                reserved.close()
                with shield():
                    watch = start_emulator(emulator, port, env, log)
                    emulator_file().write_text(str(watch.pid))
                wait_until_healthy(watch, port, log)
                current.done = f"functions on http://{HOST}:{port}"
            with step("applying migrations") as current:
                current.done = migrate(port, log)
            show_first_call(port)
            say(f"  ready after {time.monotonic() - began:.1f} s; Ctrl-C stops everything")
            say(f"  what the functions print follows; all of it is in {log.relative_to(clone.ROOT)}")
            ready = True
            follow(watch, log)
    except KeyboardInterrupt:
        say("\n  stopped")
        return 0 if ready else 130
    finally:
        with shield():
            reserved.close()
            processes.stop_all()
            emulator_file().unlink(missing_ok=True)


def chosen_port() -> int:
    """`VERSE_PORT`, or 9000."""
    text = os.environ.get("VERSE_PORT") or "9000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Failure(f"VERSE_PORT is a port's number, not {text!r}.")
    return int(text)


def reserve(port: int) -> socket.socket:
    """Takes the port until the emulator does; fails when something else has it.

    The build may take minutes, in which another clone could begin to listen there.
    """
    taker = socket.socket()
    taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taker.bind((HOST, port))
        taker.listen()
    except OSError as error:
        taker.close()
        if isinstance(error, PermissionError):
            raise Failure(
                f"Port {port} may not be used by this user: choose one from 1024, for instance "
                "VERSE_PORT=9001 make run"
            ) from None
        raise taken(port) from None
    return taker


def taken(port: int) -> Failure:
    """What to say when something else listens on the port."""
    other = port + 1 if port < 65535 else 9001
    return Failure(
        f"Port {port} on {HOST} is taken by another program: stop it, "
        f"or choose another port: VERSE_PORT={other} make run"
    )


def emulator_file() -> Path:
    """Where the number of the running emulator's process is noted."""
    return clone.LOCAL / "watch.pid"


def stop_stale_emulator() -> None:
    """Stops the emulator that a killed `make run` has left behind; the caller holds its lock."""
    with suppress(OSError, ValueError):
        pid = int(emulator_file().read_text())
        if "cargo-lambda lambda watch" in processes.command_line(pid):
            guard.stop_session(pid, signal.SIGTERM, 5)
        emulator_file().unlink()


def start_emulator(program: Path, port: int, env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Starts the emulator of API Gateway and Lambda, which starts each function at its first call."""
    command = [program, "lambda", "watch", "--invoke-address", HOST, "--invoke-port", str(port), "--disable-cors"]
    log.write_bytes(b"")
    with log.open("ab") as output:
        return processes.start(command, env=env, cwd=clone.ROOT, output=output)


def try_out(url: str) -> list[str]:
    """Starts what `make run` starts, on an empty database, asks each function once, and ends it; answers what went wrong.

    Functions that are driven by the tests alone could run nowhere else. The caller has hired the guard.
    """
    emulator = tools.cargo_lambda()
    env = {**environment.for_cargo(url), "VERSE_ENV": "development"}
    cargo.must("build", "--bins", env=env)
    port = processes.free_port()
    log = clone.LOCAL / "try-out.log"
    watch = start_emulator(emulator, port, env, log)
    try:
        wait_until_healthy(watch, port, log)
        migrate(port, log)
        return [wrong for path, sent, wanted in CALLS if (wrong := wrong_with(port, path, sent, wanted))]
    finally:
        processes.stop(watch)


def wrong_with(port: int, path: str, sent: Any, wanted: str) -> str | None:
    """What is wrong with the answer of a function that may have to be started first; nothing if it is as wanted."""
    data = None if sent is None else json.dumps(sent).encode()
    try:
        status, body = call(port, path, data=data, end=READY_WITHIN)
    except OSError as error:
        return f"{path} did not answer: {error}"
    if status != 200 or wanted not in body:
        return f"{path} answered {status} without {wanted!r}: {body[-300:]}"
    return None


def wait_until_healthy(watch: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Waits until the first function answers."""
    last = "nothing answered"
    foreign = False
    deadline = time.monotonic() + READY_WITHIN
    while watch.poll() is None and time.monotonic() < deadline:
        try:
            status, _ = call(port, "/api/health", end=max(1.0, deadline - time.monotonic()))
            if status == 200 and len(guard.family({watch.pid})) > 1:
                return
            # An answer while ours has started no function is another program's.
            foreign = status == 200
            last = f"it answered {status}"
        except OSError as error:
            last = f"nothing answered ({error})"
        time.sleep(0.05)
    if foreign:
        raise taken(port)
    why = "cargo lambda has ended" if watch.poll() is not None else f"after {READY_WITHIN} s {last}"
    raise Failure(f"GET /api/health did not answer 200: {why}. {end_of(log)}")


def migrate(port: int, log: Path) -> str:
    """Has the `migrate` function apply the migrations, as a deployment does; answers what it did."""
    path = "/2015-03-31/functions/migrate/invocations"
    try:
        status, body = call(port, path, data=b"{}", end=MIGRATED_WITHIN)
    except OSError as error:
        raise Failure(f"The function `migrate` did not answer ({error}). {end_of(log)}") from None
    answer = parsed(body)
    if status != 200 or not isinstance(answer, dict) or not isinstance(answer.get("applied"), list):
        said = answer.get("errorMessage") if isinstance(answer, dict) else None
        raise Failure(f"The migrations could not be applied: {said or body.strip() or status}. {end_of(log)}")
    applied = answer["applied"]
    if not applied:
        return "migrations are up to date"
    return f"applied {len(applied)} migration{'s' if len(applied) > 1 else ''}"


def show_first_call(port: int) -> None:
    """Makes the first call to try, and shows it with the beginning of its answer."""
    try:
        _, body = call(port, FIRST_CALL, end=30)
    except OSError as error:
        body = f"nothing: {error}"
    answer = parsed(body)
    text = body
    with suppress(KeyError, IndexError, TypeError):
        text = str(answer["verses"][0]["text"])
    say("")
    say(f"  curl '{HOST}:{port}{FIRST_CALL}'")
    say(f"  answers: {text.strip()[:200]}")
    say("")


def follow(watch: subprocess.Popen[bytes], log: Path) -> None:
    """Shows what the functions and their builds print, until Ctrl-C."""
    with log.open("rb") as output:
        output.seek(0, os.SEEK_END)
        rest = b""
        while watch.poll() is None:
            rest += output.read()
            *lines, rest = rest.split(b"\n")
            for line in lines:
                text = line.decode(errors="replace")
                if not is_noise(text):
                    say(text)
            time.sleep(0.1)
    raise Failure(f"cargo lambda has ended by itself. {end_of(log)}")


def is_noise(line: str) -> bool:
    """Whether a line is the emulator's, cargo's or the runtime's own telling of what goes well.

    The emulator calls a function that it starts again after a change "killed".
    """
    words = ANSI.sub("", line).split()
    return not words or words[0] in NOISE or words[:3] == ["ERROR", "command", "killed"]


def call(port: int, path: str, *, data: bytes | None = None, end: float) -> tuple[int, str]:
    """One HTTP request to the emulator; answers status and body, whatever the status."""
    headers = {} if data is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", data=data, headers=headers)
    # Not through the proxy that the environment may name.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=end) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def parsed(body: str) -> Any:
    """The body as JSON; nothing if it is none."""
    with suppress(ValueError):
        return json.loads(body)
    return None


def end_of(log: Path) -> str:
    """The end of the emulator's log, as the last part of a failure."""
    return f"The log {log.relative_to(clone.ROOT)} ends with\n{last_lines(log.read_text(errors='replace'), 20)}"
