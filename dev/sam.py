"""Running SAM, cfn-lint and SAM's libraries, which are installed for this clone alone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import clone
import processes
import tools
from output import Failure, last_lines

TEMPLATE = clone.ROOT / "template.yaml"
CONFIGURATION = clone.ROOT / "samconfig.toml"

# The Region of the checks when none is chosen; their result is the same for every Region.
USUAL_REGION = "us-east-1"


def sam(*arguments: str, variables: dict[str, str] | None = None) -> int:
    """Runs SAM, which prints to the terminal and reads from it; returns its exit code."""
    stdin = sys.stdin.fileno() if sys.stdin.isatty() else subprocess.DEVNULL
    command = [sys.executable, "-m", "samcli", *arguments]
    return processes.run(command, env={**_env(), **(variables or {})}, stdin=stdin)


def cfn_lint(*arguments: str) -> int:
    """Runs cfn-lint, which prints to the terminal; returns its exit code."""
    return processes.run([sys.executable, tools.sam() / "bin" / "cfn-lint", *arguments], env=_env())


def call(function: str, **arguments: Any) -> Any:
    """Calls a function of `sam_worker.py`, which runs with SAM's libraries."""
    command = [sys.executable, str(Path(__file__).with_name("sam_worker.py")), function]
    code, output = processes.capture(command, given=json.dumps(arguments), env=_env())
    for line in output.splitlines():
        if code == 0 and line.startswith("answer: "):
            return json.loads(line.removeprefix("answer: "))
    raise Failure(f"SAM's libraries failed ({function}):\n{last_lines(output, 6)}")


def transform(*templates: str) -> list[dict[str, Any]]:
    """The templates, without an argument template.yaml, as CloudFormation receives them."""
    answers: list[dict[str, Any]] = call("transform", templates=templates or [TEMPLATE.read_text()])
    return answers


def _env() -> dict[str, str]:
    env = {
        **processes.environment(),
        "PYTHONPATH": str(tools.sam()),
        "SAM_CLI_TELEMETRY": "0",
        "PYTHONWARNINGS": "ignore",
    }
    if "AWS_REGION" not in env:
        env.setdefault("AWS_DEFAULT_REGION", USUAL_REGION)
    return env
