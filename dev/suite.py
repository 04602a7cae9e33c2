"""`make test` and `make bench`: the built functions, driven as Lambda drives them."""

import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cargo
import clone
import database
import leftovers
import privacy
import processes
import smoke
import tools
from output import Failure, last_lines, say, seconds, step
from pinning_check import PinningCheck

MOTO_READY_WITHIN = 60


def test(arguments: list[str]) -> int:
    """Runs every test, also after some have failed: those of dev/, those of the workspace, the smoke test.

    `arguments` go to `cargo test`, for instance the name of a test; with any, there is no smoke test.
    """
    began = time.monotonic()
    failures = []
    with step("testing dev/", "tested dev/", long=True):
        own = [sys.executable, "-m", "unittest", "discover", "-s", "tests", "-t", "."]
        if processes.run(own, cwd=clone.ROOT / "dev") != 0:
            failures.append("those of dev/")
    check = PinningCheck()
    with database.for_testing(check) as url, test_servers() as (servers, variables):
        env = {**cargo.environment(url), **variables}
        env["VERSE_BIN_DIR"] = str(cargo.target(env) / "debug")
        with step("building the functions", "built the functions", long=True):
            cargo.require("build", "--workspace", "--bins", env=env)
        with leftovers.temporary(Path(tempfile.mkdtemp(prefix="verse-test-record-"))) as record:
            env["VERSE_TEST_RECORD"] = str(record)
            with step("testing the workspace", "tested the workspace", long=True):
                if cargo.run("test", "--workspace", "--no-fail-fast", *arguments, env=env) != 0:
                    failures.append("those of the workspace")
            if not _is_private(record, whole=not arguments):
                failures.append("a log is not private")
            # A test that passes prints nothing but these.
            for figures in sorted(record.glob("*.figures")):
                for line in figures.read_text(encoding="utf-8").splitlines():
                    say(f"  {line}")
        if not arguments and not smoke.passes(url):
            failures.append("what `make run` starts")
        for log in sorted(servers.glob("*.log")):
            check.read(log)
    if _pins(check, whole=not arguments):
        failures.append("a statement pins, or none was read")
    verdict = f"tests FAILED ({'; '.join(failures)})" if failures else "all tests passed"
    say(f"  {verdict} in {seconds(time.monotonic() - began).strip()}")
    return 1 if failures else 0


@contextmanager
def test_servers() -> Iterator[tuple[Path, dict[str, str]]]:
    """Starts moto. Yields the folder for the data and the logs (`*.log`) of the servers that tests start, which is
    removed at the end, and the variables that the tests' harness reads."""
    account = clone.unprivileged()
    home = clone.postgres_home(account)
    programs = tools.postgres(home)
    with leftovers.temporary(home / f"servers-{secrets.token_hex(4)}") as folder:
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        with step("starting moto") as current:
            server, url = _start_moto(folder / "moto.txt")
            current.done = f"moto {tools.MOTO} on {url.removeprefix('http://')}"
        variables = {
            "VERSE_POSTGRES_PROGRAMS": str(programs),
            "VERSE_POSTGRES_HOME": str(folder),
            "VERSE_POSTGRES_ACCOUNT": f"{account.pw_uid}:{account.pw_gid}" if account else "",
            "VERSE_SECRETS_URL": url,
            # For the tests' own calls, so that they never use the developer's AWS account.
            "AWS_ACCESS_KEY_ID": "rehearsal",
            "AWS_SECRET_ACCESS_KEY": "rehearsal",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        try:
            yield folder, variables
        finally:
            processes.stop(server)


def _start_moto(log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Starts moto, which chooses a free port itself and prints it."""
    command = [*tools.PYTHON, "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"]
    env = {**processes.environment(), "PYTHONPATH": str(tools.moto())}
    with log.open("wb") as output:
        server = processes.start(command, env=env, cwd=clone.LOCAL, output=output)
    processes.wait_until(lambda: moto_url(log) or server.poll() is not None, MOTO_READY_WITHIN)
    if not moto_url(log):
        raise Failure(f"moto did not start. Its log ends with\n{last_lines(log.read_text(errors='replace'))}")
    return server, moto_url(log)


def moto_url(log: Path) -> str:
    """The address that moto has printed; empty until then."""
    found = re.search(r"Running on (http://127\.0\.0\.1:\d+)\s", log.read_text(errors="replace"))
    return found[1] if found else ""


def _pins(check: PinningCheck, *, whole: bool) -> bool:
    """Whether a statement would pin a session of RDS Proxy, or a whole run left no statement to read."""
    say(f"  statements of functions read: {check.statements}; that pin a session of RDS Proxy: {len(check.pins)}")
    for sql in sorted(set(check.pins))[:10]:
        say(f"    pins: {' '.join(sql.split())[:200]}")
    return bool(check.pins) or (whole and check.statements == 0)


def _is_private(record: Path, *, whole: bool) -> bool:
    """Whether no function logged a secret. A whole run must have left logs and secrets to search."""
    if privacy.recorded(record):
        return privacy.check(record)
    say("  no log was searched for secrets: none of these tests runs a function")
    return not whole


def bench(arguments: list[str]) -> int:
    """Measures the release binaries; `arguments` go to the bench."""
    with database.for_testing() as url:
        env = cargo.environment(url)
        env["VERSE_BIN_DIR"] = str(cargo.target(env) / "release")
        packages = [option for name in [*clone.functions(), "hello"] for option in ("-p", name)]
        with step("building the functions for release", "built the functions for release", long=True):
            cargo.require("build", "--release", *packages, env=env)
        return cargo.run("run", "--profile", "bench", "-p", "verse-tests", "--bin", "bench", "--", *arguments, env=env)
