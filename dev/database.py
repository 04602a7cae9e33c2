"""The database of a command: that of `DATABASE_URL`, or a Postgres of this clone."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import clone
import leftovers
import pinning_check
import processes
import tools
from output import Failure, say, step
from postgres import DATABASE, TEMPORARY, Cluster


def given() -> str | None:
    """The developer's own database."""
    return os.environ.get("DATABASE_URL") or None


def reset() -> int:
    """Removes the data of `make run`, which must not be running."""
    clone.take_run_lock("`make run` is running (process {pid}): stop it first, then reset.")
    folder = clone.postgres_home(clone.unprivileged()) / "data"
    if folder.exists():
        shutil.rmtree(folder)
        say("  the data is removed")
    else:
        say("  there is no data to remove")
    return 0


@contextmanager
def for_running(settings: dict[str, str] | None = None) -> Iterator[str]:
    """The address of the database of `make run`. The caller holds the run lock."""
    url = given()
    if url is not None:
        say("  postgres from DATABASE_URL")
        yield url
        return
    with _started(_cluster("data", settings)) as cluster:
        yield cluster.url(DATABASE)


@contextmanager
def for_testing(check: pinning_check.PinningCheck | None = None) -> Iterator[str]:
    """The address of a database whose role may create others, in a temporary cluster.

    At the end `check` reads the log of the cluster. With DATABASE_URL there is no log to read.
    """
    url = given()
    if url is not None:
        say("  postgres from DATABASE_URL")
        sql = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        if query(url, sql, "The database of DATABASE_URL does not answer") != "t":
            raise Failure(
                "The role of DATABASE_URL may not create databases, and each test makes one of its own: "
                "ALTER ROLE … CREATEDB, or unset DATABASE_URL."
            )
        yield url
        return
    with temporary(pinning_check.SETTINGS if check else {}) as cluster:
        yield cluster.url("postgres")
        if check:
            check.read(cluster.log)


@contextmanager
def temporary(settings: dict[str, str]) -> Iterator[Cluster]:
    """A running cluster that is removed when the block ends."""
    cluster = _cluster(f"temporary-{secrets.token_hex(4)}", {**TEMPORARY, **settings})
    with leftovers.temporary(cluster.folder), _started(cluster):
        yield cluster


def _cluster(folder: str, settings: dict[str, str] | None = None) -> Cluster:
    account = clone.unprivileged()
    home = clone.postgres_home(account)
    return Cluster(home / folder, tools.postgres(home), account, settings or {})


@contextmanager
def _started(cluster: Cluster) -> Iterator[Cluster]:
    try:
        with step("starting postgres") as current:
            cluster.make()
            cluster.start()
            current.done = f"postgres on 127.0.0.1:{cluster.port}"
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def migrated(server: str, prefix: str) -> Iterator[str]:
    """The address of a new database that has the migrations, removed at the end. `server` may create databases."""
    name = f"{prefix}_{secrets.token_hex(4)}"
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    query(server, f"CREATE DATABASE {name}")
    try:
        for migration in sorted((clone.ROOT / "migrations").glob("*.sql")):
            query(url, migration.read_text(), f"{migration.name} failed")
        yield url
    finally:
        query(server, f"DROP DATABASE {name} WITH (FORCE)")


def query(url: str, sql: str, failure: str = "A query failed") -> str:
    """Runs `sql`; returns its rows, with `|` between columns. An error is a `Failure` that begins with `failure`."""
    command = [*_psql(), "-v", "ON_ERROR_STOP=1", url]
    return processes.require(command, failure, given=sql, env=_psql_environment()).strip()


def rows_of_script(url: str, script: str) -> str:
    """Runs a script that goes on after an error; returns the rows of all its statements."""
    env = _psql_environment()
    return subprocess.run([*_psql(), url], input=script, capture_output=True, text=True, env=env, check=False).stdout


def _psql() -> list[str]:
    program = shutil.which("psql") or str(tools.postgres(clone.postgres_home(clone.unprivileged())) / "psql")
    return [program, "--no-psqlrc", "-q", "-A", "-t"]


def _psql_environment() -> dict[str, str]:
    return {"PGCONNECT_TIMEOUT": "10", **processes.environment()}
