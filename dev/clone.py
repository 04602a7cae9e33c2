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
from pathlib import Path
from typing import TextIO

from output import Failure

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"


# An unprivileged account, under which root starts Postgres.
Account = pwd.struct_passwd


def unprivileged() -> Account | None:
    """`nobody` when root runs the command; otherwise none, and Postgres runs as the developer."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise Failure(
            "Postgres does not run as root, and there is no account `nobody` to run it as: "
            "run make as an ordinary user, or set DATABASE_URL."
        ) from None


def prepare_local() -> None:
    """Makes `.local/`; fails when it cannot be written."""
    with suppress(OSError):
        LOCAL.mkdir(exist_ok=True)
    if not os.access(LOCAL, os.W_OK | os.X_OK):
        raise Failure(
            f"{LOCAL} cannot be written. Did another user make it, perhaps root? Remove it, or run make as that user."
        )


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
    os.chown(home, 0, account.pw_gid)
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


def lock(path: Path, *, wait: bool = False) -> TextIO | None:
    """Opens and locks a file, which is unlocked when it is closed or its process dies.

    None when another process holds the lock, which does not prevent reading.
    """
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        # The file may have been removed between opening and locking.
        if os.fstat(file.fileno()).st_ino == path.stat().st_ino:
            return file
    except OSError:
        pass
    file.close()
    return None


# Keeps the lock of the data until the command ends.
_run_lock: TextIO | None = None


def take_run_lock(refusal: str) -> TextIO:
    """Locks the data of `make run`. Fails with `refusal`, in which `{pid}` is the process that holds the lock."""
    global _run_lock
    path = LOCAL / "run.lock"
    _run_lock = lock(path)
    if _run_lock is None:
        raise Failure(refusal.format(pid=path.read_text().strip() or "unknown"))
    _run_lock.truncate(0)
    print(os.getpid(), file=_run_lock, flush=True)
    return _run_lock
