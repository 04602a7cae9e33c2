"""Where things lie in this clone, and which command holds what.

`.local/` is git-ignored and holds tools, logs and data. What Postgres needs as root lies under
`/var/tmp`, because its account may not be able to enter the clone; the folder's name holds a number
of this clone, so that a new clone in the same place begins without the old one's data.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import processes
from account import Account
from steps import Failure

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"


def prepare_local() -> None:
    """Makes `.local/`; says so where it cannot be written."""
    try:
        LOCAL.mkdir(exist_ok=True)
        probe = LOCAL / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Failure(
            f"{LOCAL} cannot be written ({error.strerror}). "
            "Was it made by another user, perhaps by root? Remove it, or run as that user."
        ) from None


def postgres_home(account: Account | None) -> Path:
    """The folder that holds Postgres and its data, made if missing, closed to all other users."""
    if account is None:
        return LOCAL
    number = LOCAL / "clone"
    if not number.exists():
        number.write_text(secrets.token_hex(16))
    name = hashlib.sha256(f"{ROOT}\n{number.read_text()}".encode()).hexdigest()[:16]
    home = Path("/var/tmp") / f"verse-{name}"
    with suppress(FileExistsError):
        home.mkdir(mode=0o700)
    entry = home.lstat()
    # Anybody may make folders in /var/tmp: one that root did not make is a trap.
    if not stat.S_ISDIR(entry.st_mode) or entry.st_uid != 0:
        raise Failure(f"{home} is not a folder of root's: remove it and try again.")
    # Root owns it and the programs in it; the account only passes through, by its group.
    os.chown(home, 0, account.gid)
    home.chmod(0o710)
    return home


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block succeeds and vanishes otherwise.

    What stands under its own name is therefore always complete; when two do the same at once,
    the first to end wins.
    """
    work = target.with_name(f"{target.name}.{secrets.token_hex(4)}.new")
    work.mkdir(parents=True)
    try:
        yield work
        with suppress(OSError):
            work.rename(target)
        if not target.is_dir():
            raise Failure(f"{target} could not be made.")
    finally:
        shutil.rmtree(work, ignore_errors=True)


class Lock:
    """A file that one command holds; the system lets go of it when all holders have died."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor: int | None = None

    def take(self) -> bool:
        """Takes the lock if nobody holds it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The file may have been removed between opening and locking.
            if os.fstat(descriptor).st_ino != self.path.stat().st_ino:
                raise BlockingIOError
        except OSError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self.descriptor = descriptor
        return True

    def take_after_a_crash(self, end: float = 30) -> bool:
        """Like `take`, but waits while only the guard of a killed command still cleans up."""
        deadline = time.monotonic() + end
        while not self.take():
            if processes.is_alive(self.holder()) or time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def holder(self) -> int:
        """The process that took the lock last; the largest number no process has if unknown."""
        with suppress(OSError, ValueError):
            return int(self.path.read_text())
        return 2**31 - 1

    def release(self, *, remove: bool = False) -> None:
        """Lets go of the lock."""
        if self.descriptor is not None:
            if remove:
                self.path.unlink(missing_ok=True)
            os.close(self.descriptor)
            self.descriptor = None


def run_lock() -> Lock:
    """Held by `make run` for as long as it runs, and by `make reset`."""
    return Lock(LOCAL / "run.lock")
