"""The folders of this clone, the account of Postgres, and locks between commands.

`.local/` is git-ignored and holds tools, logs and data. When root runs the command, Postgres and its data are in
`/var/tmp`, because the account of Postgres may not be able to enter the clone. The name of that folder depends on a
random number of this clone: a new clone at the same path starts without the data of the old one.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from output import Failure

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"


@dataclass(frozen=True)
class Account:
    """An unprivileged account, under which root starts Postgres."""

    name: str
    uid: int
    gid: int

    def give(self, path: Path) -> None:
        """Makes the account the owner of a file or folder."""
        os.chown(path, self.uid, self.gid)


def unprivileged() -> Account | None:
    """`nobody` when root runs the command; otherwise none, and Postgres runs as the developer."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise Failure(
            "Postgres does not run as root, and there is no account `nobody` to run it as: "
            "run make as an ordinary user, or set DATABASE_URL."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def prepare_local() -> None:
    """Makes `.local/`; fails when it cannot be written."""
    try:
        LOCAL.mkdir(exist_ok=True)
        probe = LOCAL / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Failure(
            f"{LOCAL} cannot be written ({error.strerror}). "
            "Did another user make it, perhaps root? Remove it, or run make as that user."
        ) from None


def functions() -> list[str]:
    """The names of the Lambda functions, which are the folders of `functions/`."""
    return sorted(folder.name for folder in (ROOT / "functions").iterdir() if folder.is_dir())


def postgres_home(account: Account | None) -> Path:
    """The folder for Postgres and its data, which no other user can enter. It is made when it is missing."""
    if account is None:
        return LOCAL
    name = hashlib.sha256(f"{ROOT}\n{_clone_number()}".encode()).hexdigest()[:16]
    home = Path("/var/tmp") / f"verse-{name}"
    with suppress(FileExistsError):
        home.mkdir(mode=0o700)
    entry = home.lstat()
    # Every user may make folders in /var/tmp: a folder of another user may be an attack.
    if not stat.S_ISDIR(entry.st_mode) or entry.st_uid != 0:
        raise Failure(f"{home} does not belong to root: remove it and try again.")
    # Root owns the folder and the programs in it; the account may only pass through, by its group.
    os.chown(home, 0, account.gid)
    home.chmod(0o710)
    return home


def _clone_number() -> str:
    """The random number of this clone. Two first commands at once get the same one."""
    path = LOCAL / "clone"
    if not path.exists():
        new = path.with_name(f"clone.{secrets.token_hex(4)}")
        new.write_text(secrets.token_hex(16))
        with suppress(FileExistsError):
            os.link(new, path)
        new.unlink()
    return path.read_text()


class Lock:
    """A locked file. The system releases the lock when the process that holds it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor: int | None = None

    def take(self, *, wait: bool = False) -> bool:
        """Takes the lock; false when another process holds it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            # The file may have been removed between opening and locking.
            if os.fstat(descriptor).st_ino != self.path.stat().st_ino:
                raise BlockingIOError
        except OSError:
            os.close(descriptor)
            return False
        self.descriptor = descriptor
        return True

    def read(self) -> str:
        """The text of the file; a process that does not hold the lock may read it, too."""
        return self.path.read_text()

    def write(self, text: str) -> None:
        """Appends to the file."""
        assert self.descriptor is not None
        os.write(self.descriptor, text.encode())

    def release(self, *, remove: bool = False) -> None:
        """Releases the lock."""
        if self.descriptor is not None:
            if remove:
                self.path.unlink(missing_ok=True)
            os.close(self.descriptor)
            self.descriptor = None


def take_run_lock(refusal: str) -> Lock:
    """The lock of the data of `make run`. Fails with `refusal`, in which `{pid}` is the process that holds it."""
    lock = Lock(LOCAL / "run.lock")
    if not lock.take():
        raise Failure(refusal.format(pid=lock.read().strip() or "unknown"))
    os.truncate(lock.path, 0)
    lock.write(str(os.getpid()))
    return lock
