"""The account Postgres runs as: it refuses root."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steps import Failure


@dataclass(frozen=True)
class Account:
    """An unprivileged account that root lends to Postgres."""

    name: str
    uid: int
    gid: int

    def identity(self) -> dict[str, Any]:
        """The arguments of `subprocess.Popen` that start a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Makes the account own a file or folder that root has just made."""
        os.chown(path, self.uid, self.gid)


def unprivileged() -> Account | None:
    """`nobody` for root; nothing for everyone else, who run Postgres as themselves."""
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
