"""The processes of a session and their descendants: how to find and stop them."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

HAS_PROC = Path("/proc/self/stat").exists()


def family(sessions: set[int]) -> list[int]:
    """The living processes of the sessions, and all descendants of these processes.

    A descendant may have started a session of its own, as the emulator's functions do. Such sessions are added to
    `sessions`, so that a later call finds them when their parents have ended.
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


def stop(session: int, first: int, patience: float, leader: subprocess.Popen[bytes] | None = None) -> None:
    """Sends the signal `first` to a session, and SIGKILL after `patience` seconds to it and its descendants.

    Only SIGKILL is sent to descendants with a session of their own: to Postgres' processes, `first` would be another
    command than to Postgres.
    """
    sessions = {session}
    for number, end in ((first, patience), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + end
        signalled: set[int] = set()
        while time.monotonic() < deadline:
            if leader is not None:
                leader.poll()
            living = family(sessions)
            if not living:
                return
            for pid in set(living) - signalled:
                with suppress(OSError):
                    if number == signal.SIGKILL or os.getsid(pid) == session:
                        os.kill(pid, number)
                signalled.add(pid)
            time.sleep(0.02)


def started_at(pid: int) -> str:
    """When a process started; empty when there is no such process. It distinguishes two processes with one number."""
    return next((started for _, _, _, started in _stats(pid)), "")


def command_line(pid: int) -> str:
    """The command line of a running process; empty when there is no such process."""
    with suppress(OSError):
        if HAS_PROC:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return _ps("-o", "command=", "-p", str(pid))
    return ""


def _processes() -> dict[int, tuple[int, int]]:
    """The parent and the session of every living process."""
    living = {}
    for pid, state, parent, _ in _stats():
        with suppress(OSError):
            if not state.startswith("Z"):
                living[pid] = (parent, os.getsid(pid))
    return living


def _stats(pid: int | None = None) -> Iterator[tuple[int, str, int, str]]:
    """Number, state, parent and start time of all processes, or of one."""
    if HAS_PROC:
        for path in Path("/proc").glob(f"{pid or '[0-9]*'}/stat"):
            with suppress(OSError):
                fields = path.read_text(errors="replace").rpartition(")")[2].split()
                yield int(path.parent.name), fields[0], int(fields[1]), fields[19]
    else:
        which = ["-p", str(pid)] if pid else ["-A"]
        for line in _ps(*which, "-o", "pid=,stat=,ppid=,lstart=").splitlines():
            number, state, parent, started = line.split(maxsplit=3)
            yield int(number), state, int(parent), started.strip()


def _ps(*arguments: str) -> str:
    return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout
