"""Calling SAM, cfn-lint and SAM's translator, which are installed for this clone alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import clone
import environment
import processes
import tools
from steps import Failure, last_lines

TEMPLATE = clone.ROOT / "template.yaml"
CONFIGURATION = clone.ROOT / "samconfig.toml"

# The Region that a template is checked for when none is chosen; what it answers holds for every one.
USUAL_REGION = "us-east-1"


def sam(*arguments: str, also: dict[str, str] | None = None, given: int | None = None) -> int:
    """Runs SAM before the developer's eyes; answers its exit code.

    `also` is added to its environment, and `given` is what it reads answers from.
    """
    command = [sys.executable, "-m", "samcli", *arguments]
    return processes.run(command, env={**_env(), **(also or {})}, cwd=clone.ROOT, given=given)


def cfn_lint(*arguments: str) -> int:
    """Runs cfn-lint before the developer's eyes; answers its exit code."""
    return processes.run([sys.executable, tools.sam() / "bin" / "cfn-lint", *arguments], env=_env(), cwd=clone.ROOT)


def ask(question: str, **given: Any) -> Any:
    """Asks `sam_side.py`, which runs with SAM's libraries, one of its questions."""
    script = Path(__file__).with_name("sam_side.py")
    code, output = processes.capture(
        [sys.executable, script, question], env=_env(), cwd=clone.ROOT, given=json.dumps(given)
    )
    for line in output.splitlines():
        if code == 0 and line.startswith("answer: "):
            return json.loads(line[len("answer: ") :])
    raise Failure(f"SAM's libraries cannot answer ({question}):\n{last_lines(output, 6)}")


def _env() -> dict[str, str]:
    env = {**environment.plain(), "PYTHONPATH": str(tools.sam()), "SAM_CLI_TELEMETRY": "0", "PYTHONWARNINGS": "ignore"}
    if "AWS_REGION" not in env:
        env.setdefault("AWS_DEFAULT_REGION", USUAL_REGION)
    return env
