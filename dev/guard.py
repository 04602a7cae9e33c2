"""A second process that cleans up when the command itself is killed and cannot.

`python3 guard.py` reads from a pipe which sessions and folders there are; when the pipe closes
without a word of farewell, it stops the sessions, newest first, and removes the folders. It holds
the command's locks meanwhile, so that the next command waits for it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

_pipe: int | None = None


def hire(locks: list[int]) -> None:
    """Starts the guard; `locks` are the descriptors of locks that it shall hold as well."""
    global _pipe
    reading, _pipe = os.pipe()
    subprocess.Popen(
        [sys.executable, __file__],
        stdin=reading,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        pass_fds=locks,
    )
    os.close(reading)


def dismiss() -> None:
    """Tells the guard that all has been cleaned up."""
    global _pipe
    _tell("done")
    if _pipe is not None:
        os.close(_pipe)
    _pipe = None


def watch(session: int, first: int = signal.SIGTERM) -> None:
    """A session to stop, by this signal first."""
    _tell("watch", session, int(first))


def forget(session: int) -> None:
    """A session that has ended."""
    _tell("forget", session)


def remove(folder: Path) -> None:
    """A folder to remove after all sessions have ended."""
    _tell("remove", str(folder))


def _tell(*words: object) -> None:
    if _pipe is not None:
        with suppress(BrokenPipeError):
            os.write(_pipe, json.dumps(words).encode() + b"\n")


def family(sessions: set[int]) -> list[int]:
    """The living processes of the sessions and of all that these have started.

    Descendants may have begun sessions of their own, as the emulator's functions do; those are
    added to `sessions`, so that they are found again when their parents have gone.
    """
    living = _processes()
    found: dict[int, int] = {}
    grown = True
    while grown:
        grown = False
        for pid, (parent, session) in living.items():
            if pid not in found and (session in sessions or parent in found):
                found[pid] = session
                sessions.add(session)
                grown = True
    return list(found)


def _processes() -> dict[int, tuple[int, int]]:
    """Every living process with its parent and its session."""
    rows = []
    if Path("/proc/self/stat").exists():
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with suppress(OSError):
                    stat = Path("/proc", entry, "stat").read_text(errors="replace")
                    state, parent = stat.rpartition(")")[2].split()[:2]
                    rows.append((int(entry), int(parent), state))
    else:
        command = ["ps", "-A", "-o", "pid=,ppid=,stat="]
        listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        for line in listing.splitlines():
            pid, parent, state = line.split()[:3]
            rows.append((int(pid), int(parent), state))
    living = {}
    for number, above, state in rows:
        with suppress(OSError):
            if not state.startswith("Z"):
                living[number] = (above, os.getsid(number))
    return living


def stop_session(
    session: int, first: int, patience: float, leader: subprocess.Popen[bytes] | None = None
) -> None:
    """Signals a session, and kills after `patience` seconds what is left of it and its descendants.

    Descendants in sessions of their own are their parents' to end: Postgres' would take the signal
    for another order.
    """
    sessions = {session}
    for number, end in ((first, patience), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + end
        told: set[int] = set()
        while time.monotonic() < deadline:
            if leader is not None:
                leader.poll()
            living = family(sessions)
            if not living:
                return
            for pid in set(living) - told:
                with suppress(OSError):
                    if number == signal.SIGKILL or os.getsid(pid) == session:
                        os.kill(pid, number)
                told.add(pid)
            time.sleep(0.02)


def _main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sessions: dict[int, int] = {}
    folders: list[str] = []
    for line in sys.stdin:
        word, *rest = json.loads(line)
        if word == "watch":
            sessions[rest[0]] = rest[1]
        elif word == "forget":
            sessions.pop(rest[0], None)
        elif word == "remove":
            folders.append(rest[0])
        elif word == "done":
            return
    for session, first in reversed(list(sessions.items())):
        stop_session(session, first, 10)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _main()
