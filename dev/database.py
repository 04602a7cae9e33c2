"""Which database a command works on: the one `DATABASE_URL` names, or a Postgres of this clone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import audit
import clone
import environment
import guard
import postgres
import tools
from account import unprivileged
from steps import Failure, say, step


def given() -> str | None:
    """The developer's own database."""
    return os.environ.get("DATABASE_URL") or None


@contextmanager
def for_running() -> Iterator[str]:
    """The address of the database that `make run` keeps; the caller holds the run lock."""
    url = given()
    if url is not None:
        say("  postgres from DATABASE_URL")
        yield url
        return
    cluster = kept()
    try:
        started(cluster)
        yield cluster.url(postgres.DATABASE)
    finally:
        cluster.stop()


@contextmanager
def for_testing(said: audit.Audit | None = None) -> Iterator[str]:
    """The address of a database whose role may create others, in a cluster of this command's own.

    `said`, if there, reads at the end what was said to the cluster; a server of the developer's keeps that to itself.
    """
    url = given()
    if url is not None:
        say("  postgres from DATABASE_URL")
        _require_createdb(url)
        guard.hire([])
        yield url
        return
    account = unprivileged()
    lock = postgres.reserve(clone.postgres_home(account))
    guard.hire([lock.descriptor or 0])
    with postgres.ephemeral(lock, account) as cluster:
        if said is not None:
            cluster.settings = {**cluster.settings, **audit.SETTINGS}
        started(cluster)
        yield cluster.url("postgres")
        if said is not None:
            said.read(cluster.log)


def started(cluster: postgres.Cluster) -> None:
    """Makes the cluster if need be and starts it, as one step."""
    with step("starting postgres") as current:
        cluster.make()
        cluster.start()
        current.done = f"postgres {cluster.version()} on 127.0.0.1:{cluster.port}"


def kept() -> postgres.Cluster:
    """The cluster of `make run`, which keeps its data."""
    account = unprivileged()
    home = clone.postgres_home(account)
    programs = tools.postgres(home)
    postgres.sweep(home, programs, account)
    return postgres.Cluster(home / "data", programs, account)


def forget() -> bool:
    """Removes the data of `make run`; false when there was none. The caller holds the run lock."""
    account = unprivileged()
    folder = clone.postgres_home(account) / "data"
    if not folder.exists():
        return False
    # No program is needed to stop what a killed run has left.
    postgres.Cluster(folder, folder, account).stop_stale()
    shutil.rmtree(folder)
    return True


def _require_createdb(url: str) -> None:
    """Each test makes a database of its own; without `psql` the first of them finds out."""
    psql = shutil.which("psql")
    if psql is None:
        say("  each test makes a database of its own: this role needs the right to CREATE DATABASE")
        return
    question = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    with suppress(subprocess.TimeoutExpired):
        asked = subprocess.run(
            [psql, "--no-psqlrc", "-XAtc", question, url],
            env=environment.plain(),
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if asked.returncode != 0:
            raise Failure(f"The database of DATABASE_URL does not answer: {asked.stderr.strip()}")
        if asked.stdout.strip() != "t":
            raise Failure(
                "The role of DATABASE_URL may not create databases, and each test makes one of its own: "
                "ALTER ROLE … CREATEDB, or unset DATABASE_URL."
            )
        return
    raise Failure("The database of DATABASE_URL did not answer within 10 s.")
