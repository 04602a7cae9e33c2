"""The environment variables that programs are started with."""

from __future__ import annotations

import os
from pathlib import Path


def plain() -> dict[str, str]:
    """The developer's environment without what `make` adds for its own sub-makes.

    cargo would take the variables for a job server that it can no longer reach.
    """
    return {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}


def for_cargo(database_url: str | None = None, *, offline: bool = True) -> dict[str, str]:
    """What cargo builds and runs with: the same for every build, or it would build again.

    Queries are checked against the committed `.sqlx`, never against the database at hand, whose
    address changes from start to start; only `prepare` asks a database (`offline=False`).
    """
    env = plain()
    if offline:
        env["SQLX_OFFLINE"] = "true"
    else:
        env.pop("SQLX_OFFLINE", None)
    if database_url is not None:
        env["DATABASE_URL"] = database_url
    return env


def with_programs(env: dict[str, str], *programs: Path) -> dict[str, str]:
    """Lets cargo find the programs as its subcommands."""
    folders = [str(program.parent) for program in programs]
    return {**env, "PATH": os.pathsep.join([*folders, env.get("PATH", os.defpath)])}


def for_postgres() -> dict[str, str]:
    """What Postgres' programs are started with: nothing of the developer's own Postgres settings."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
