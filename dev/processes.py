"""Starting programs, and stopping all they started.

Every program gets a session of its own: the terminal's Ctrl-C does not reach it, and whatever it
starts in turn can be found by that session, also after it has gone.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import guard
from account import Account
from interrupts import shield
from steps import Failure, last_lines

_started: dict[int, tuple[subprocess.Popen[bytes], int]] = {}


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
    output: IO[Any] | int | None = None,
    given: int = subprocess.DEVNULL,
    farewell: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a program in a session of its own, watched by the guard.

    `output` takes both of its streams; without it they stay the developer's. `farewell` is the
    signal that asks it to end.
    """
    with shield():
        try:
            child = subprocess.Popen(
                [str(part) for part in command],
                env=dict(env),
                cwd=cwd,
                stdin=given,
                stdout=output,
                stderr=subprocess.STDOUT if output is not None else None,
                start_new_session=True,
                **(account.identity() if account else {}),
            )
        except FileNotFoundError:
            raise missing(str(command[0])) from None
        except (OSError, subprocess.SubprocessError) as error:
            whom = f" as {account.name}" if account else ""
            raise Failure(f"{command[0]} could not be started{whom}: {error}.") from None
        _started[child.pid] = (child, farewell)
        guard.watch(child.pid, farewell)
    return child


def free_port() -> int:
    """A port of the loopback that nobody listens at, at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop(child: subprocess.Popen[bytes], patience: float = 5) -> None:
    """Ends a program and its whole session, by SIGKILL when its patience is over."""
    with shield():
        _, farewell = _started.pop(child.pid, (child, signal.SIGTERM))
        guard.stop_session(child.pid, farewell, patience, child)
        guard.forget(child.pid)


def stop_all() -> None:
    """Ends what is still running, the newest first."""
    with shield():
        for child, _ in reversed(list(_started.values())):
            stop(child)


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
    given: int | None = None,
) -> int:
    """Runs a program to its end before the developer's eyes, with `given` to read; answers its exit code."""
    child = start(command, env=env, cwd=cwd, account=account, given=subprocess.DEVNULL if given is None else given)
    try:
        return child.wait()
    finally:
        stop(child)


def capture(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
    given: str = "",
) -> tuple[int, str]:
    """Runs a program to its end, with `given` to read.

    Answers its exit code and what it printed on either stream.
    """
    child = start(
        command, env=env, cwd=cwd, account=account, output=subprocess.PIPE, given=subprocess.PIPE
    )
    try:
        output, _ = child.communicate(given.encode())
        return child.returncode, output.decode(errors="replace")
    finally:
        stop(child)


def need(
    command: Sequence[str | Path],
    what: str,
    *,
    env: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
    given: str = "",
) -> str:
    """Like `capture`, for a program that has to succeed; `what` says what failed otherwise."""
    code, output = capture(command, env=env, cwd=cwd, account=account, given=given)
    if code != 0:
        raise Failure(f"{what} (exit code {code}):\n{last_lines(output)}")
    return output


def missing(program: str) -> Failure:
    """What to say when a program is not there."""
    if program == "cargo":
        return Failure("cargo was not found on PATH: install Rust from https://rustup.rs and try again.")
    return Failure(f"{program} was not found.")


def command_line(pid: int) -> str:
    """The command line of a running process; empty when there is no such process."""
    entry = Path(f"/proc/{pid}/cmdline")
    with suppress(OSError):
        return entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if Path("/proc/self").exists():
        return ""
    with suppress(OSError):
        return subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout
    return ""


def is_alive(pid: int) -> bool:
    """Whether a process of this number runs, whosever it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until(condition: Callable[[], object], end: float, pause: float = 0.02) -> bool:
    """Asks until `condition()` holds; false when `end` seconds have passed."""
    deadline = time.monotonic() + end
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
