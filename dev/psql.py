"""Statements for a database, through `psql`."""

from __future__ import annotations

import shutil
from pathlib import Path

import clone
import environment
import processes
import tools
from account import unprivileged


def program() -> Path:
    """`psql` of this machine, or the one that comes with this clone's Postgres."""
    found = shutil.which("psql")
    if found:
        return Path(found)
    return tools.postgres(clone.postgres_home(unprivileged())) / "psql"


def need(url: str, sql: str, what: str) -> str:
    """Runs `sql`, which has to succeed; answers the rows it gives, columns apart by `|`."""
    return processes.need(_command(url), what, env=environment.plain(), cwd=clone.ROOT, given=sql).strip()


def attempt(url: str, sql: str) -> tuple[bool, str]:
    """Runs `sql`; answers whether it succeeded, and its rows or what went wrong."""
    code, output = processes.capture(_command(url), env=environment.plain(), cwd=clone.ROOT, given=sql)
    return code == 0, output.strip()


def _command(url: str) -> list[str | Path]:
    return [program(), "--no-psqlrc", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url]
