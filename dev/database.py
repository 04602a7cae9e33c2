"""The database of a command: that of `DATABASE_URL`, or a Postgres of this clone."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import clone
import leftovers
import pinning_check
import processes
import tools
from clone import unprivileged
from output import Failure, say, step
from postgres import DATABASE, TEMPORARY, Cluster


def given() -> str | None:
    """The developer's own database."""
    return os.environ.get("DATABASE_URL") or None


@contextmanager
def for_running() -> Iterator[str]:
    """The address of the database of `make run`. The caller holds the run lock."""
    url = given()
    if url is not None:
        say("  postgres from DATABASE_URL")
        yield url
        return
    account = unprivileged()
    home = clone.postgres_home(account)
    with _started(Cluster(home / "data", tools.postgres(home), account)) as cluster:
        yield cluster.url(DATABASE)


@contextmanager
def for_testing(check: pinning_check.PinningCheck | None = None) -> Iterator[str]:
    """The address of a database whose role may create others, in a temporary cluster.

    At the end `check` reads the log of the cluster. With DATABASE_URL there is no log to read.
    """
    url = given()
    if url is not None:
        say("  postgres from DATABASE_URL")
        _require_createdb(url)
        yield url
        return
    with temporary(pinning_check.SETTINGS if check else {}) as cluster:
        yield cluster.url("postgres")
        if check:
            check.read(cluster.log)


@contextmanager
def temporary(settings: dict[str, str]) -> Iterator[Cluster]:
    """A running cluster that is removed when the block ends."""
    account = unprivileged()
    home = clone.postgres_home(account)
    programs = tools.postgres(home)
    with leftovers.temporary(home / f"temporary-{secrets.token_hex(4)}") as folder:
        with _started(Cluster(folder, programs, account, {**TEMPORARY, **settings})) as cluster:
            yield cluster


@contextmanager
def _started(cluster: Cluster) -> Iterator[Cluster]:
    try:
        with step("starting postgres") as current:
            cluster.make()
            cluster.start()
            current.done = f"postgres {cluster.version()} on 127.0.0.1:{cluster.port}"
        yield cluster
    finally:
        cluster.stop()


def remove_data() -> bool:
    """Removes the data of `make run`; false when there is none. The caller holds the run lock."""
    folder = clone.postgres_home(unprivileged()) / "data"
    if not folder.exists():
        return False
    shutil.rmtree(folder)
    return True


def _require_createdb(url: str) -> None:
    """Fails when the role may not create databases. Without `psql` the first test fails instead."""
    if shutil.which("psql") is None:
        say("  each test makes a database of its own: this role needs the right to CREATE DATABASE")
        return
    sql = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    if query(url, sql, "The database of DATABASE_URL does not answer") != "t":
        raise Failure(
            "The role of DATABASE_URL may not create databases, and each test makes one of its own: "
            "ALTER ROLE … CREATEDB, or unset DATABASE_URL."
        )


def query(url: str, sql: str, failure: str) -> str:
    """Runs `sql`; returns its rows, with `|` between columns. An error is a `Failure` that begins with `failure`."""
    command = [*_psql(), "-v", "ON_ERROR_STOP=1", url]
    return processes.require(command, failure, env=_psql_environment(), cwd=clone.ROOT, given=sql).strip()


def rows_of_script(url: str, script: str) -> str:
    """Runs a script that goes on after an error; returns the rows of all its statements."""
    env = _psql_environment()
    return subprocess.run([*_psql(), url], input=script, capture_output=True, text=True, env=env, check=False).stdout


def _psql() -> list[str]:
    program = shutil.which("psql") or str(tools.postgres(clone.postgres_home(unprivileged())) / "psql")
    return [program, "--no-psqlrc", "-q", "-A", "-t"]


def _psql_environment() -> dict[str, str]:
    return {"PGCONNECT_TIMEOUT": "10", **processes.environment()}
