"""`make check` and `make prepare`: everything that is asked of the code besides its tests."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import cargo
import clone
import database
import environment
import processes
import template
import tools
from steps import Failure, last_lines, say, seconds, step

# What cargo-deny says when it cannot fetch the database, and not when it finds something in it.
NOT_FETCHED = (
    "failed to fetch advisory database",
    "failed to open advisory database",
    "failed to load advisory database",
    "unable to fetch",
)

SUMMARY_WIDTH = 34


def check() -> int:
    """Runs every check, also after one has failed; 1 if any has."""
    results: list[tuple[str, str, float]] = []
    for name, function in CHECKS:
        say(f"\n  {name} …")
        began = time.monotonic()
        try:
            verdict = function()
        except Failure as failure:
            say(f"  {failure}")
            verdict = "FAILED"
        results.append((name, verdict, time.monotonic() - began))
    say("")
    for name, verdict, elapsed in results:
        say(f"  {name:<{SUMMARY_WIDTH}} {verdict:<28} {seconds(elapsed)}")
    return 1 if any(verdict == "FAILED" for _, verdict, _ in results) else 0


def prepare() -> int:
    """Writes anew the `.sqlx` that builds check their queries against."""
    with migrated_database() as env:
        with step("preparing .sqlx", "prepared .sqlx", long=True):
            cargo.must("sqlx", "prepare", "--workspace", "--", "--all-targets", env=env)
    return 0


def _formatting() -> str:
    return _verdict(cargo.cargo("fmt", "--all", "--check", env=environment.for_cargo()))


def _clippy() -> str:
    arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]
    return _verdict(cargo.cargo(*arguments, env=environment.for_cargo()))


def _prepared_queries() -> str:
    with migrated_database() as env:
        arguments = ["sqlx", "prepare", "--check", "--workspace", "--", "--all-targets"]
        if cargo.cargo(*arguments, env=env) == 0:
            return "ok"
        say("  If .sqlx is out of date: `make prepare`, and commit it.")
        return "FAILED"


def _docs() -> str:
    env = environment.for_cargo()
    env["RUSTDOCFLAGS"] = f"{env.get('RUSTDOCFLAGS', '')} -Dwarnings".strip()
    return _verdict(cargo.cargo("doc", "--workspace", "--no-deps", env=env))


def _dependencies() -> str:
    env = environment.with_programs(environment.for_cargo(), tools.cargo_deny())
    return _verdict(cargo.cargo("deny", "check", "bans", "licenses", "sources", env=env))


def _template() -> str:
    return _verdict(0 if template.check() else 1)


def _advisories() -> str:
    env = environment.with_programs(environment.for_cargo(), tools.cargo_deny())
    code, output = processes.capture(["cargo", "deny", "check", "advisories"], env=env, cwd=clone.ROOT)
    if code != 0 and any(sign in output for sign in NOT_FETCHED):
        say(last_lines(output, 4))
        say("  advisories: NOT CHECKED, the advisory database could not be fetched (see above)")
        return "NOT CHECKED: no database"
    say(output.rstrip())
    return _verdict(code)


CHECKS: list[tuple[str, Callable[[], str]]] = [
    ("formatting", _formatting),
    ("clippy", _clippy),
    ("prepared queries (.sqlx)", _prepared_queries),
    ("docs", _docs),
    ("template.yaml", _template),
    ("bans, licences, sources", _dependencies),
    ("advisories", _advisories),
]


def _verdict(code: int) -> str:
    return "ok" if code == 0 else "FAILED"


@contextmanager
def migrated_database() -> Iterator[dict[str, str]]:
    """The environment of a database of its own, with the migrations applied, gone afterwards."""
    program = tools.sqlx_cli()
    with database.for_testing() as url:
        own = urlunsplit(urlsplit(url)._replace(path=f"/verse_check_{secrets.token_hex(4)}"))
        env = environment.with_programs(environment.for_cargo(own, offline=False), program)
        _sqlx(program, env, "database", "create")
        try:
            _sqlx(program, env, "migrate", "run", "--source", "migrations")
            yield env
        finally:
            _sqlx(program, env, "database", "drop", "-y", "--force")


def _sqlx(program: Path, env: dict[str, str], *arguments: str) -> None:
    processes.need(
        [program, "sqlx", *arguments], f"sqlx {' '.join(arguments[:2])} failed", env=env, cwd=clone.ROOT
    )
