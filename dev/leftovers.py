"""Processes and folders of a killed command: the next command stops and removes them.

Each command holds the lock of a file in `.local/commands/` and writes into it every process that it starts and every
folder that it must remove. When nothing holds the lock of such a file, its command was killed.
"""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import clone
import sessions
from output import Failure, say

PATIENCE = 20

_record: clone.Lock | None = None


def begin() -> None:
    """Cleans up after killed commands, then opens this command's record."""
    global _record
    folder = clone.LOCAL / "commands"
    folder.mkdir(exist_ok=True)
    # A second command waits until the first has cleaned up, and never finds a record that is not locked yet.
    alone = clone.Lock(clone.LOCAL / "commands.lock")
    alone.take(wait=True)
    for path in sorted(folder.iterdir()):
        killed = clone.Lock(path)
        if killed.take():
            say("  cleaning up after a command that was killed")
            _clean_up(killed.read())
            killed.release(remove=True)
    _record = clone.Lock(folder / secrets.token_hex(8))
    _record.take()
    alone.release()


def end() -> None:
    """Removes the record: this command has cleaned up."""
    global _record
    if _record is not None:
        _record.release(remove=True)
    _record = None


def record_session(session: int, stop_signal: int) -> None:
    """Records the first process of a session, and the signal that stops it."""
    _write("session", session, sessions.started_at(session), int(stop_signal))


@contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """Removes `folder` when the block ends; after a kill, the next command removes it."""
    _write("folder", str(folder))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """A new folder that is renamed to `target` when the block succeeds and removed when it fails.

    So `target` is always complete. When two commands do the same at once, the first rename wins.
    """
    with temporary(target.with_name(f"{target.name}.{secrets.token_hex(4)}.new")) as work:
        work.mkdir(parents=True)
        yield work
        with suppress(OSError):
            work.rename(target)
        if not target.is_dir():
            raise Failure(f"{target} could not be made.")


def _write(*words: object) -> None:
    if _record is not None:
        _record.write(json.dumps(words) + "\n")


def _clean_up(record: str) -> None:
    """Stops the recorded sessions, the newest first, then removes the recorded folders."""
    entries = []
    for line in record.splitlines():
        # The command may have been killed in the middle of a line.
        with suppress(ValueError):
            entries.append(json.loads(line))
    for kind, *words in reversed(entries):
        # Another process may have the number by now; its start time is another one.
        if kind == "session" and words[1] and sessions.started_at(words[0]) == words[1]:
            sessions.stop(words[0], words[2], PATIENCE)
    for kind, *words in entries:
        if kind == "folder":
            shutil.rmtree(words[0], ignore_errors=True)
