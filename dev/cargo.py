"""Running cargo in this workspace."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import processes
from output import Failure


def run(*arguments: str, env: Mapping[str, str]) -> int:
    """Runs cargo, which prints to the terminal; returns its exit code."""
    return processes.run(["cargo", *arguments], env=env)


def require(*arguments: str, env: Mapping[str, str]) -> None:
    """Like `run`, but an exit code other than 0 is a `Failure`."""
    if run(*arguments, env=env) != 0:
        raise Failure(f"cargo {' '.join(arguments)} failed; see above.")


def target(env: Mapping[str, str]) -> Path:
    """The folder for cargo's builds."""
    command = ["cargo", "metadata", "--quiet", "--no-deps", "--format-version", "1"]
    code, output = processes.capture(command, env=env)
    for line in output.splitlines():
        if code == 0 and line.startswith("{"):
            return Path(json.loads(line)["target_directory"])
    raise Failure(f"cargo cannot read this workspace:\n{output.strip()}")


def runner(command: str) -> dict[str, str]:
    """The variable by which `cargo run` starts a program with this command, whose words have no spaces."""
    output = processes.require(["rustc", "--version", "--verbose"], "rustc does not print its version")
    found = re.search(r"^host: (\S+)$", output, re.MULTILINE)
    if not found:
        raise Failure(f"rustc does not print its platform:\n{output.strip()}")
    return {f"CARGO_TARGET_{found[1].upper().replace('-', '_')}_RUNNER": command}


def environment(database_url: str | None = None, *, offline: bool = True) -> dict[str, str]:
    """The environment of cargo. It is the same for every build: a difference would make cargo build again.

    Queries are checked with the committed `.sqlx`, not with the running database, whose address changes. Only `prepare`
    and its check use a database (`offline=False`).
    """
    env = {**processes.environment(), "SQLX_OFFLINE": "true" if offline else "false"}
    if database_url is not None:
        env["DATABASE_URL"] = database_url
    return env


def with_programs(env: dict[str, str], *programs: Path) -> dict[str, str]:
    """Adds the programs to PATH, so that cargo finds them as its subcommands."""
    folders = [str(program.parent) for program in programs]
    return {**env, "PATH": os.pathsep.join([*folders, env.get("PATH", os.defpath)])}
