"""Calling cargo on this workspace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import clone
import processes
from steps import Failure


def cargo(*arguments: str, env: Mapping[str, str]) -> int:
    """Runs cargo before the developer's eyes; answers its exit code."""
    return processes.run(["cargo", *arguments], env=env, cwd=clone.ROOT)


def must(*arguments: str, env: Mapping[str, str]) -> None:
    """Runs cargo, which has to succeed; cargo itself has said what is wrong otherwise."""
    if cargo(*arguments, env=env) != 0:
        raise Failure(f"cargo {' '.join(arguments)} failed; see above.")


def target(env: Mapping[str, str]) -> Path:
    """The folder cargo builds into."""
    code, output = processes.capture(
        ["cargo", "metadata", "--quiet", "--no-deps", "--format-version", "1"], env=env, cwd=clone.ROOT
    )
    for line in output.splitlines():
        if code == 0 and line.startswith("{"):
            return Path(json.loads(line)["target_directory"])
    raise Failure(f"cargo does not understand this workspace:\n{output.strip()}")
