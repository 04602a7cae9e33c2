"""`make check` and `make prepare`: every check of the code besides its tests."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cargo
import clone
import database
import docs_check
import processes
import template_check
import tools
from output import Failure, last_lines, say, seconds, step

# What cargo-deny prints when it cannot download the database; it prints none of this for a finding.
NOT_FETCHED = (
    "failed to fetch advisory database",
    "failed to open advisory database",
    "failed to load advisory database",
    "unable to fetch",
)


def check() -> int:
    """Runs every check, also after one has failed; returns 1 if any has."""
    results: list[tuple[str, str, float]] = []
    for name, function in CHECKS:
        say(f"\n  {name} …")
        began = time.monotonic()
        try:
            result = function()
            verdict = result if isinstance(result, str) else "ok" if result else "FAILED"
        except Failure as failure:
            say(f"  {failure}")
            verdict = "FAILED"
        results.append((name, verdict, time.monotonic() - began))
    say("")
    for name, verdict, elapsed in results:
        say(f"  {name:<34} {verdict:<28} {seconds(elapsed)}")
    return 1 if any(verdict == "FAILED" for _, verdict, _ in results) else 0


def prepare() -> int:
    """Writes `.sqlx`, with which builds check their queries."""
    with migrated_database() as env, step("preparing .sqlx", "prepared .sqlx", long=True):
        cargo.require("sqlx", "prepare", "--workspace", "--", "--all-targets", env=env)
    return 0


def _cargo(*arguments: str) -> Callable[[], bool]:
    return lambda: cargo.run(*arguments, env=cargo.environment()) == 0


def _prepared_queries() -> bool:
    with migrated_database() as env:
        arguments = ["sqlx", "prepare", "--check", "--workspace", "--", "--all-targets"]
        if cargo.run(*arguments, env=env) == 0:
            return True
        say("  If .sqlx is out of date: `make prepare`, and commit it.")
        return False


def _rustdoc() -> bool:
    env = cargo.environment()
    env["RUSTDOCFLAGS"] = f"{env.get('RUSTDOCFLAGS', '')} -Dwarnings".strip()
    return cargo.run("doc", "--workspace", "--no-deps", env=env) == 0


def _python() -> bool:
    """ruff and mypy, as dev/pyproject.toml configures them."""
    packages = tools.python_checkers()
    env = {**processes.environment(), "PYTHONPATH": str(packages)}
    ruff, mypy = packages / "bin" / "ruff", [*tools.PYTHON, "-m", "mypy"]
    commands: list[list[str | Path]] = [[ruff, "format", "--check"], [ruff, "check"], [*mypy, "."]]
    codes = [processes.run(command, env=env, cwd=clone.ROOT / "dev") for command in commands]
    return not any(codes)


def _dependencies() -> bool:
    env = cargo.with_programs(cargo.environment(), tools.cargo_deny())
    return cargo.run("deny", "check", "bans", "licenses", "sources", env=env) == 0


def _advisories() -> bool | str:
    env = cargo.with_programs(cargo.environment(), tools.cargo_deny())
    code, output = processes.capture(["cargo", "deny", "check", "advisories"], env=env)
    if code != 0 and any(sign in output for sign in NOT_FETCHED):
        say(last_lines(output, 4))
        say("  advisories: NOT CHECKED, the advisory database could not be downloaded (see above)")
        return "NOT CHECKED: no database"
    say(output.rstrip())
    return code == 0


# A check returns whether it passed, or another verdict that does not fail `make check`.
CHECKS: list[tuple[str, Callable[[], bool | str]]] = [
    ("formatting", _cargo("fmt", "--all", "--check")),
    ("clippy", _cargo("clippy", "--workspace", "--all-targets", "--", "-D", "warnings")),
    ("dev/ (ruff, mypy)", _python),
    ("prepared queries (.sqlx)", _prepared_queries),
    ("rustdoc", _rustdoc),
    ("README.md and docs/", docs_check.check),
    ("template.yaml", template_check.check),
    ("bans, licences, sources", _dependencies),
    ("advisories", _advisories),
]


@contextmanager
def migrated_database() -> Iterator[dict[str, str]]:
    """The environment of cargo with a new database that has the migrations, removed at the end."""
    with database.for_testing() as server, database.migrated(server, "verse_check") as url:
        yield cargo.with_programs(cargo.environment(url, offline=False), tools.sqlx_cli())
