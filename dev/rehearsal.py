"""What the tests rehearse AWS with: moto as Secrets Manager, and Postgres' programs to start servers of their own with."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import clone
import environment
import guard
import processes
import tools
from account import Account, unprivileged
from steps import Failure, last_lines, step

READY_WITHIN = 60


@dataclass
class Parts:
    """Where the parts are."""

    folder: Path
    programs: Path
    account: Account | None
    secrets_url: str

    def environment(self) -> dict[str, str]:
        """As the tests' harness reads it."""
        account = f"{self.account.uid}:{self.account.gid}" if self.account else ""
        return {
            "VERSE_POSTGRES_PROGRAMS": str(self.programs),
            "VERSE_POSTGRES_HOME": str(self.folder),
            "VERSE_POSTGRES_ACCOUNT": account,
            "VERSE_SECRETS_URL": self.secrets_url,
            # For the tests' own calls: nothing of the developer's AWS account is asked for, or sent.
            "AWS_ACCESS_KEY_ID": "rehearsal",
            "AWS_SECRET_ACCESS_KEY": "rehearsal",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def logs(self) -> list[Path]:
        """The logs of the servers that tests have started."""
        return sorted(self.folder.glob("*.log"))


@contextmanager
def parts() -> Iterator[Parts]:
    """Starts what tests share, and takes away what they leave. The caller has hired the guard."""
    account = unprivileged()
    home = clone.postgres_home(account)
    folder = home / f"rehearsal-{secrets.token_hex(4)}"
    programs = tools.postgres(home)
    packages = tools.moto()
    guard.remove(folder)
    folder.mkdir(mode=0o700)
    if account:
        account.give(folder)
    server = None
    try:
        with step("starting moto") as current:
            server, port = _start_moto(packages)
            current.done = f"moto {tools.MOTO} on 127.0.0.1:{port}"
        yield Parts(folder, programs, account, f"http://127.0.0.1:{port}")
    finally:
        if server is not None:
            processes.stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def _start_moto(packages: Path) -> tuple[subprocess.Popen[bytes], int]:
    port = processes.free_port()
    log = clone.LOCAL / "moto.log"
    with log.open("wb") as output:
        server = processes.start(
            [*tools.python(), "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
            env={**environment.plain(), "PYTHONPATH": str(packages)},
            cwd=clone.LOCAL,
            output=output,
        )
    processes.wait_until(lambda: _listens(port) or server.poll() is not None, READY_WITHIN)
    if server.poll() is None and _listens(port):
        return server, port
    processes.stop(server)
    raise Failure(f"moto did not start. Its log ({log}) ends with\n{last_lines(log.read_text(errors='replace'))}")


def _listens(port: int) -> bool:
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
        return True
    return False
