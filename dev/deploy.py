"""`make build` and `make deploy`: the functions as Lambda runs them, and the stack that holds them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import cargo
import clone
import environment
import sam
import template
import tools
from steps import Failure, say, step

# What cargo-lambda builds for, with the newest glibc that may be linked against: Amazon Linux 2023 has 2.34.
GLIBC = (2, 34)
TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu"}
# Source: the ELF specification's `e_machine`.
MACHINES = {"x86_64": 62, "arm64": 183}

# Where `sam build` would put the same, and `sam deploy` looks first.
BUILT = clone.ROOT / ".aws-sam" / "build"

ENVIRONMENTS = ("dev", "prod")
# What a stack is to remember where samconfig.toml does not say it: without its snapshot, the database would be made anew.
REMEMBERED = {"DatabaseSnapshot"}


def build(arguments: list[str], description: str | None = None) -> int:
    """Builds all functions at once, and lays them out for `sam deploy`, with `description` for each."""
    architecture = arguments[0] if arguments else "x86_64"
    if architecture not in TARGETS or len(arguments) > 1:
        raise Failure(f"A build is for one of {', '.join(TARGETS)}: make build ARCH=arm64.")
    env = _for_building()
    functions = sorted(folder.name for folder in (clone.ROOT / "functions").iterdir() if folder.is_dir())
    packages = [option for name in functions for option in ("--package", name)]
    target = f"{TARGETS[architecture]}.{GLIBC[0]}.{GLIBC[1]}"
    with step(f"building {len(functions)} functions for {target}", f"built {len(functions)} functions", long=True):
        cargo.must("lambda", "build", "--release", "--locked", "--target", target, *packages, env=env)
    binaries = {name: cargo.target(env) / "lambda" / name / "bootstrap" for name in functions}
    for name, binary in binaries.items():
        examine(binary, architecture)
        say(f"  {name:<14}{binary.stat().st_size / 1e6:8.1f} MB")
    with step("laying them out for sam deploy", f"laid out in {BUILT.relative_to(clone.ROOT)}"):
        _lay_out(binaries, description)
    return 0


def examine(binary: Path, architecture: str) -> None:
    """Refuses what Lambda could not start: another processor's, or one that wants a newer glibc."""
    content = binary.read_bytes()
    if content[:4] != b"\x7fELF" or int.from_bytes(content[18:20], "little") != MACHINES[architecture]:
        raise Failure(f"{binary} is no program for {architecture}.")
    wanted = max(((2, int(minor)) for minor in re.findall(rb"\0GLIBC_2\.(\d+)", content)), default=(2, 0))
    if wanted > GLIBC:
        raise Failure(
            f"{binary} wants glibc {wanted[0]}.{wanted[1]}; Lambda's provided.al2023 has {GLIBC[0]}.{GLIBC[1]}. "
            "Was it built without zig?"
        )


def deploy(arguments: list[str]) -> int:
    """Checks, builds and deploys; then asks the API whether it is ready."""
    if len(arguments) != 1 or arguments[0] not in ENVIRONMENTS:
        raise Failure("Which environment? make deploy ENV=dev, or ENV=prod; samconfig.toml says what each is.")
    settings = sam.ask("configuration", text=sam.CONFIGURATION.read_text())[arguments[0]]
    stack, region = settings["stack_name"], settings["region"]
    if os.environ.get("AWS_REGION") not in (None, "", region):
        raise Failure(
            f"AWS_REGION is {os.environ['AWS_REGION']}, and samconfig.toml puts {stack} in {region}. "
            "Unset the first, or change every `region` of the second: `sam delete` reads it, too."
        )
    # First what takes a second: a build takes minutes, and is for nothing without an account.
    who = sam.ask("account", profile=os.environ.get("AWS_PROFILE"), region=region)
    if "error" in who:
        raise Failure(
            f"There are no credentials for AWS at hand: {who['error']}\n"
            "`aws configure sso` or `aws configure` sets them up; AWS_PROFILE names which to use."
        )
    say(f"  {stack} in {region}, account {who['account']}, as {who['who']}")
    # The code was checked when it was made. An old release must not fail, when it is gone back to, by a lint or an
    # advisory of today.
    if not template.check():
        raise Failure("What fails its checks is not deployed.")
    text = sam.TEMPLATE.read_text()
    parameters = every_parameter(sam.ask("transform", templates=[text])[0]["Parameters"], settings["parameter_overrides"])
    build([parameters["Architecture"]], description_of(parameters, text))
    before = _described(stack, region)
    given = sys.stdin.fileno() if sys.stdin.isatty() else None
    if sam.sam("deploy", *deploy_options(arguments[0], region, parameters), given=given) != 0:
        raise Failure("SAM could not deploy; see above. What was running is still running.")
    after = _described(stack, region)
    if not after:
        raise Failure(f"Nothing was deployed: there is no stack {stack}.")
    if after["changed"] == before.get("changed"):
        say(f"  nothing was changed: {stack} is what it was before")
    return _ask_whether_ready(after["outputs"])


def every_parameter(known: dict[str, dict[str, str]], chosen: dict[str, str]) -> dict[str, str]:
    """Each parameter of the template with its value. Of one that it is not told, SAM keeps what the stack had.

    So a line that is taken out of samconfig.toml, and a default that is changed, would have no effect.
    """
    defaults = {name: str(its["Default"]) for name, its in known.items() if "Default" in its and name not in REMEMBERED}
    return {**defaults, **chosen}


def deploy_options(name: str, region: str, parameters: dict[str, str]) -> list[str]:
    """What `sam deploy` is told. SAM would look for samconfig.toml beside the built template, and go on without one."""
    files = ["--config-file", str(sam.CONFIGURATION), "--template-file", str(BUILT / "template.yaml")]
    overrides = [f"{each}={json.dumps(value, ensure_ascii=False)}" for each, value in parameters.items()]
    return ["--config-env", name, "--region", region, *files, "--parameter-overrides", *overrides]


def description_of(parameters: dict[str, str], text: str) -> str:
    """Says in a function's description which parameters and template it is deployed with.

    SAM publishes a new version when the text of a function changes, and a parameter's value is not part of that text: the
    alias would stay at the version with the old settings. Where it does publish one, as for another number of reserved
    executions, Lambda refuses a version in which it sees no change: a description is one.
    """
    chosen = json.dumps([parameters, text], sort_keys=True).encode()
    return f"With the parameters {hashlib.sha256(chosen).hexdigest()[:16]}"


def passed_on(arguments: list[str]) -> int:
    """SAM itself, as this clone has it; `sam build` finds what it builds with."""
    also = _for_building() if arguments[:1] == ["build"] else {}
    return sam.sam(*arguments, also=also, given=sys.stdin.fileno() if sys.stdin.isatty() else None)


def _for_building() -> dict[str, str]:
    env = environment.with_programs(environment.for_cargo(), tools.cargo_lambda())
    return {**env, "CARGO_ZIGBUILD_ZIG_PATH": str(tools.zig())}


def _lay_out(binaries: dict[str, Path], description: str | None) -> None:
    """As `sam build` does: a folder a function, and the template that points at them."""
    text = sam.TEMPLATE.read_text()
    built = sam.ask("transform", templates=[text])[0]
    if "error" in built:
        raise Failure(f"template.yaml: {built['error']}")
    shutil.rmtree(BUILT, ignore_errors=True)
    names = {its["BuildProperties"]["Binary"]: logical for logical, its in built["Built"].items()}
    for binary, path in binaries.items():
        folder = BUILT / names[binary]
        folder.mkdir(parents=True)
        shutil.copy2(path, folder / "bootstrap")
    folders = {logical: logical for logical in names.values()}
    pointed = sam.ask("point", template=text, folders=folders, description=description)
    (BUILT / "template.yaml").write_text(pointed)


def _described(stack: str, region: str) -> dict[str, Any]:
    return sam.ask("stack", name=stack, profile=os.environ.get("AWS_PROFILE"), region=region)


def _ask_whether_ready(outputs: dict[str, str]) -> int:
    url = outputs.get("ApiUrl", "") + "api/health/ready"
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            say(f"  {url} answers {answer.status}")
            return 0
    except (OSError, ValueError, urllib.error.URLError) as error:
        say(f"  {url}: {error}")
        say("  It is deployed and not ready; docs/operations.md, \"When it is not ready\", says where to look.")
        return 1
