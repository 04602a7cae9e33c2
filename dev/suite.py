"""`make test` and `make bench`: the functions built, and driven as Lambda drives them."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import audit
import cargo
import clone
import database
import environment
import privacy
import processes
import rehearsal
import run
from steps import Failure, say, seconds, step


def test(arguments: list[str]) -> int:
    """Runs every test: those of this folder, then the workspace's, also after the first have failed; then tries `make run`.

    `arguments` go to `cargo test`, for instance the name of a test; with any, nothing is tried.
    """
    began = time.monotonic()
    with step("testing dev/", "tested dev/", long=True):
        own = [sys.executable, "-m", "unittest", "discover", "-s", "tests", "-t", "."]
        own_code = processes.run(own, env=environment.plain(), cwd=clone.ROOT / "dev")
    said = audit.Audit()
    with database.for_testing(said) as url, rehearsal.parts() as parts:
        env = {**environment.for_cargo(url), **parts.environment()}
        env["VERSE_BIN_DIR"] = str(cargo.target(env) / "debug")
        with step("building the functions", "built the functions", long=True):
            cargo.must("build", "--workspace", "--bins", env=env)
        with tempfile.TemporaryDirectory(prefix="verse-test-record-") as record:
            env["VERSE_TEST_RECORD"] = record
            with step("testing the workspace", "tested the workspace", long=True):
                code = cargo.cargo("test", "--workspace", "--no-fail-fast", *arguments, env=env)
            is_private = _is_private(Path(record), whole=not arguments)
            _tell(Path(record))
        runs = bool(arguments) or _is_running(url)
        for log in parts.logs():
            said.read(log)
    is_pinning = _report(said, whole=not arguments)
    passed = own_code == code == 0 and runs and is_private and not is_pinning
    verdict = "all tests passed" if passed else "tests FAILED"
    if own_code != 0:
        verdict += " (those of dev/)"
    if not runs:
        verdict += " (`make run` does not do what it should)"
    if not is_private:
        verdict += " (their log is not private)"
    if is_pinning:
        verdict += " (a statement pins)"
    say(f"  {verdict} in {seconds(time.monotonic() - began).strip()}")
    return 0 if passed else 1


def _is_running(url: str) -> bool:
    """Whether what `make run` starts answers."""
    try:
        with step("trying what make run starts", "tried what make run starts", long=True):
            wrong = run.try_out(url)
    except Failure as failure:
        wrong = [str(failure)]
    for line in wrong:
        say(f"    {line}")
    return not wrong


def _tell(record: Path) -> None:
    """Says the figures that tests have left: what passes prints nothing else."""
    for path in sorted(record.glob("*.figures")):
        for line in path.read_text(encoding="utf-8").splitlines():
            say(f"  {line}")


def _report(said: audit.Audit, *, whole: bool) -> bool:
    """Says what the functions said to Postgres; answers whether any of it pins a session behind RDS Proxy, or nothing was
    heard of a whole run."""
    say(f"  statements of functions read: {said.statements}; that pin a session of RDS Proxy: {len(said.pins)}")
    for sql in sorted(set(said.pins))[:10]:
        say(f"    pins: {' '.join(sql.split())[:200]}")
    return bool(said.pins) or (whole and said.statements == 0)


def _is_private(record: Path, *, whole: bool) -> bool:
    """Whether no function logged a secret while the tests ran. A whole run must have left something to search."""
    if privacy.recorded(record):
        return privacy.check(record)
    say("  no log was searched for secrets: none of these tests runs a function")
    return not whole


def bench(arguments: list[str]) -> int:
    """Measures the release binaries; `arguments` go to the bench."""
    with database.for_testing() as url:
        env = environment.for_cargo(url)
        env["VERSE_BIN_DIR"] = str(cargo.target(env) / "release")
        functions = [folder.name for folder in sorted((clone.ROOT / "functions").iterdir())]
        packages = [option for name in [*functions, "hello"] for option in ("-p", name)]
        with step("building the functions for release", "built the functions for release", long=True):
            cargo.must("build", "--release", *packages, env=env)
        bench = ["--profile", "bench", "-p", "verse-tests", "--bin", "bench"]
        return cargo.cargo("run", *bench, "--", *arguments, env=env)
