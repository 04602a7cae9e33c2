"""Starting and stopping programs; Ctrl-C, SIGTERM and SIGHUP.

Every program gets a session of its own: the terminal's Ctrl-C does not reach it, and its descendants can be found by
the session after it has ended. Each of the three signals ends the command and all programs that it started.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

import leftovers
import sessions
from clone import ROOT, Account
from output import Failure, last_lines

Command = Sequence[str | Path]

# The running programs, and the signal that stops each.
_started: dict[int, tuple[subprocess.Popen[bytes], int]] = {}
_shields = 0
_interrupted = False


def handle_signals() -> None:
    """Turns the three signals into `KeyboardInterrupt` in the main thread. `nohup make run` keeps SIGHUP ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)
    if os.environ.get("MAKELEVEL"):
        threading.Thread(target=_end_with_make, args=(os.getppid(),), daemon=True).start()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    global _interrupted
    if not _shields:
        raise KeyboardInterrupt
    _interrupted = True


def _end_with_make(make: int) -> None:
    """Ends this command when `make` was killed: the terminal's Ctrl-C no longer reaches the command then."""
    while os.getppid() == make:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def shield() -> Iterator[None]:
    """Delays an interrupt until the block has ended, for instance between starting a process and recording it."""
    global _shields, _interrupted
    _shields += 1
    try:
        yield
    finally:
        _shields -= 1
    if not _shields and _interrupted:
        _interrupted = False
        raise KeyboardInterrupt


def start(
    command: Command,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    account: Account | None = None,
    output: IO[Any] | int | None = None,
    stdin: int = subprocess.DEVNULL,
    stop_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a program in a session of its own. Without `output`, its output and errors go to the terminal."""
    with shield():
        try:
            child = subprocess.Popen(
                [str(part) for part in command],
                env=environment() if env is None else env,
                # The account may not be able to enter the clone.
                cwd="/" if account else cwd,
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT if output is not None else None,
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
        except (OSError, subprocess.SubprocessError) as error:
            by = f" as {account.pw_name}" if account else ""
            raise Failure(f"{command[0]} could not be started{by}: {error}.") from None
        _started[child.pid] = (child, stop_signal)
        leftovers.record("session", child.pid, sessions.started_at(child.pid), int(stop_signal))
    return child


def stop(child: subprocess.Popen[bytes], patience: float = 5) -> None:
    """Stops a program and its whole session, by SIGKILL after `patience` seconds."""
    with shield():
        _, stop_signal = _started.pop(child.pid, (child, signal.SIGTERM))
        sessions.stop(child.pid, stop_signal, patience, child)


def stop_all() -> None:
    """Stops the running programs, the newest first."""
    with shield():
        for child, _ in reversed(list(_started.values())):
            stop(child)


def environment() -> dict[str, str]:
    """The developer's environment without the variables of `make`, in which cargo would look for a job server."""
    return {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


def run(
    command: Command, *, env: Mapping[str, str] | None = None, cwd: Path = ROOT, stdin: int = subprocess.DEVNULL
) -> int:
    """Runs a program that prints to the terminal; returns its exit code."""
    child = start(command, env=env, cwd=cwd, stdin=stdin)
    try:
        return child.wait()
    finally:
        stop(child)


def capture(
    command: Command,
    *,
    given: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    account: Account | None = None,
) -> tuple[int, str]:
    """Runs a program with `given` on its standard input; returns its exit code and both of its output streams."""
    child = start(command, env=env, cwd=cwd, account=account, output=subprocess.PIPE, stdin=subprocess.PIPE)
    try:
        output, _ = child.communicate(given.encode())
        return child.returncode, output.decode(errors="replace")
    finally:
        stop(child)


def require(
    command: Command,
    failure: str,
    *,
    given: str = "",
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
) -> str:
    """Like `capture`, but an exit code other than 0 is a `Failure` that begins with the text `failure`."""
    code, output = capture(command, given=given, env=env, account=account)
    if code != 0:
        raise Failure(f"{failure} (exit code {code}):\n{last_lines(output)}")
    return output


def wait_until(condition: Callable[[], object], end: float, pause: float = 0.02) -> bool:
    """Waits until `condition()` is true; returns false after `end` seconds."""
    deadline = time.monotonic() + end
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
