"""Processes and folders of a killed command: the next command stops and removes them.

Each command holds the lock of a file in `.local/commands/` and writes into it every process that it starts and every
folder that it must remove. When nothing holds the lock of such a file, its command was killed.
"""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TextIO

import clone
import sessions
from output import Failure, say

PATIENCE = 20

_record: TextIO | None = None


@contextmanager
def recorded() -> Iterator[None]:
    """Cleans up after killed commands, then keeps this command's record until the block has ended and cleaned up."""
    global _record
    folder = clone.LOCAL / "commands"
    folder.mkdir(exist_ok=True)
    # A second command waits until the first has cleaned up, and never finds a record that is not locked yet.
    with clone.lock(clone.LOCAL / "commands.lock", wait=True) or nullcontext():
        for path in sorted(folder.iterdir()):
            if killed := clone.lock(path):
                say("  cleaning up after a command that was killed")
                _clean_up(path.read_text())
                path.unlink()
                killed.close()
        own = folder / secrets.token_hex(8)
        _record = clone.lock(own)
    try:
        yield
    finally:
        own.unlink(missing_ok=True)
        if _record:
            _record.close()
        _record = None


def record(*words: object) -> None:
    """Records a session (its number, start time and signal to stop it) or a folder (its path)."""
    if _record:
        print(json.dumps(words), file=_record, flush=True)


@contextmanager
def temporary(folder: Path) -> Iterator[Path]:
    """Removes `folder` when the block ends; after a kill, the next command removes it."""
    record("folder", str(folder))
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
