"""Servers for tests that rehearse AWS: moto as Secrets Manager, and Postgres' programs for servers of their own."""

import re
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import clone
import leftovers
import processes
import tools
from clone import unprivileged
from output import Failure, last_lines, step

READY_WITHIN = 60


@contextmanager
def started() -> Iterator[tuple[Path, dict[str, str]]]:
    """Starts moto. Yields the folder for the data and the logs (`*.log`) of the servers that tests start, which is
    removed at the end, and the variables that the tests' harness reads."""
    account = unprivileged()
    home = clone.postgres_home(account)
    programs = tools.postgres(home)
    with leftovers.temporary(home / f"servers-{secrets.token_hex(4)}") as folder:
        folder.mkdir(mode=0o700)
        if account:
            account.give(folder)
        with step("starting moto") as current:
            server, url = _start_moto(folder / "moto.txt")
            current.done = f"moto {tools.MOTO} on {url.removeprefix('http://')}"
        try:
            yield (
                folder,
                {
                    "VERSE_POSTGRES_PROGRAMS": str(programs),
                    "VERSE_POSTGRES_HOME": str(folder),
                    "VERSE_POSTGRES_ACCOUNT": f"{account.uid}:{account.gid}" if account else "",
                    "VERSE_SECRETS_URL": url,
                    # For the tests' own calls, so that they never use the developer's AWS account.
                    "AWS_ACCESS_KEY_ID": "rehearsal",
                    "AWS_SECRET_ACCESS_KEY": "rehearsal",
                    "AWS_REGION": "us-east-1",
                    "AWS_EC2_METADATA_DISABLED": "true",
                },
            )
        finally:
            processes.stop(server)


def _start_moto(log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Starts moto, which chooses a free port itself and prints it."""
    command = [*tools.python(), "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"]
    env = {**processes.environment(), "PYTHONPATH": str(tools.moto())}
    with log.open("wb") as output:
        server = processes.start(command, env=env, cwd=clone.LOCAL, output=output)
    processes.wait_until(lambda: moto_url(log) or server.poll() is not None, READY_WITHIN)
    if not moto_url(log):
        raise Failure(f"moto did not start. Its log ends with\n{last_lines(log.read_text(errors='replace'))}")
    return server, moto_url(log)


def moto_url(log: Path) -> str:
    """The address that moto has printed; empty until then."""
    found = re.search(r"Running on (http://127\.0\.0\.1:\d+)\s", log.read_text(errors="replace"))
    return found[1] if found else ""
