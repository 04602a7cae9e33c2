"""`make build` and `make deploy`: the functions for Lambda, and their stack."""

import hashlib
import json
import os
import re
import shutil
import urllib.request
from pathlib import Path
from typing import Any

import cargo
import clone
import sam
import template_check
import tools
from output import Failure, say, step

# The newest glibc that a program may link against: Amazon Linux 2023 has 2.34.
GLIBC = (2, 34)
TARGETS = {"x86_64": "x86_64-unknown-linux-gnu", "arm64": "aarch64-unknown-linux-gnu"}
# Source: the ELF specification's `e_machine`.
MACHINES = {"x86_64": 62, "arm64": 183}

# The folder of `sam build`, in which `sam deploy` looks first.
BUILT = clone.ROOT / ".aws-sam" / "build"

ENVIRONMENTS = ("dev", "prod")
# A parameter that keeps the stack's value when samconfig.toml does not set it: without its snapshot, an empty database
# would replace the old one.
KEPT_BY_THE_STACK = {"DatabaseSnapshot"}


def build(arguments: list[str], description: str | None = None) -> int:
    """Builds all functions at once and copies them for `sam deploy`, each with the description if there is one."""
    architecture = arguments[0] if arguments else "x86_64"
    if architecture not in TARGETS or len(arguments) > 1:
        raise Failure(f"ARCH must be one of {', '.join(TARGETS)}: make build ARCH=arm64.")
    env = _build_environment()
    functions = clone.functions()
    packages = [option for name in functions for option in ("--package", name)]
    target = f"{TARGETS[architecture]}.{GLIBC[0]}.{GLIBC[1]}"
    with step(f"building {len(functions)} functions for {target}", f"built {len(functions)} functions", long=True):
        cargo.require("lambda", "build", "--release", "--locked", "--target", target, *packages, env=env)
    binaries = {name: cargo.target(env) / "lambda" / name / "bootstrap" for name in functions}
    for name, binary in binaries.items():
        check_binary(binary, architecture)
        say(f"  {name:<14}{binary.stat().st_size / 1e6:8.1f} MB")
    with step("copying them for sam deploy", f"copied to {BUILT.relative_to(clone.ROOT)}"):
        _copy(binaries, description)
    return 0


def check_binary(binary: Path, architecture: str) -> None:
    """Refuses a program that Lambda cannot start: for another processor, or for a newer glibc."""
    content = binary.read_bytes()
    if content[:4] != b"\x7fELF" or int.from_bytes(content[18:20], "little") != MACHINES[architecture]:
        raise Failure(f"{binary} is not a program for {architecture}.")
    needed = max(((2, int(minor)) for minor in re.findall(rb"\0GLIBC_2\.(\d+)", content)), default=(2, 0))
    if needed > GLIBC:
        raise Failure(
            f"{binary} needs glibc {needed[0]}.{needed[1]}; Lambda's provided.al2023 has {GLIBC[0]}.{GLIBC[1]}. "
            "Was it built without zig?"
        )


def deploy(arguments: list[str]) -> int:
    """Checks, builds and deploys; then calls the API's readiness check."""
    if len(arguments) != 1 or arguments[0] not in ENVIRONMENTS:
        raise Failure("Which environment? make deploy ENV=dev, or ENV=prod; samconfig.toml describes both.")
    settings = sam.call("configuration", text=sam.CONFIGURATION.read_text())[arguments[0]]
    stack, region = settings["stack_name"], settings["region"]
    if os.environ.get("AWS_REGION") not in (None, "", region):
        raise Failure(
            f"AWS_REGION is {os.environ['AWS_REGION']}, and samconfig.toml puts {stack} in {region}. "
            "Unset the first, or change every `region` of the second: `sam delete` reads it, too."
        )
    # The credentials come first: this takes a second, the build takes minutes.
    identity = sam.call("account", profile=os.environ.get("AWS_PROFILE"), region=region)
    if "error" in identity:
        raise Failure(
            f"There are no usable AWS credentials: {identity['error']}\n"
            "`aws configure sso` or `aws configure` sets them up; AWS_PROFILE chooses among them."
        )
    say(f"  {stack} in {region}, account {identity['account']}, as {identity['arn']}")
    # Only the template is checked. The code was checked when it was committed; a rollback to an old release must not
    # fail because of a lint or an advisory of today.
    if not template_check.check():
        raise Failure("The template failed its checks and is not deployed.")
    text = sam.TEMPLATE.read_text()
    parameters = all_parameters(sam.transform(text)[0]["Parameters"], settings["parameter_overrides"])
    build([parameters["Architecture"]], description_of(parameters, text))
    before = _described(stack, region)
    if sam.sam("deploy", *deploy_options(arguments[0], region, parameters)) != 0:
        raise Failure("SAM could not deploy; see above. The former version is still running.")
    after = _described(stack, region)
    if not after:
        raise Failure(f"Nothing was deployed: there is no stack {stack}.")
    if after["changed"] == before.get("changed"):
        say(f"  nothing was changed in {stack}")
    return _check_readiness(after["outputs"])


def all_parameters(known: dict[str, dict[str, str]], chosen: dict[str, str]) -> dict[str, str]:
    """Every parameter of the template with its value. SAM keeps the stack's value of a parameter that is left out.

    Without this, a line removed from samconfig.toml and a changed default would have no effect.
    """
    kept = KEPT_BY_THE_STACK
    return {name: str(its["Default"]) for name, its in known.items() if "Default" in its and name not in kept} | chosen


def deploy_options(name: str, region: str, parameters: dict[str, str]) -> list[str]:
    """The options of `sam deploy`. SAM alone would look for samconfig.toml beside the built template."""
    files = ["--config-file", str(sam.CONFIGURATION), "--template-file", str(BUILT / "template.yaml")]
    overrides = [f"{each}={json.dumps(value, ensure_ascii=False)}" for each, value in parameters.items()]
    return ["--config-env", name, "--region", region, *files, "--parameter-overrides", *overrides]


def description_of(parameters: dict[str, str], text: str) -> str:
    """A function's description, with a hash of the parameters and the template.

    SAM publishes a new version when the text of a function changes, and a parameter's value is not part of that text:
    the alias would stay at the version with the old settings. Where SAM does publish one, as for another number of
    reserved executions, Lambda refuses a version without a change: a new description is a change.
    """
    content = json.dumps([parameters, text], sort_keys=True).encode()
    return f"With the parameters {hashlib.sha256(content).hexdigest()[:16]}"


def sam_command(arguments: list[str]) -> int:
    """`python3 dev sam`: the SAM of this clone; `sam build` gets the tools of the build."""
    return sam.sam(*arguments, variables=_build_environment() if arguments[:1] == ["build"] else {})


def _build_environment() -> dict[str, str]:
    env = cargo.with_programs(cargo.environment(), tools.cargo_lambda())
    return {**env, "CARGO_ZIGBUILD_ZIG_PATH": str(tools.zig())}


def _copy(binaries: dict[str, Path], description: str | None) -> None:
    """Makes a folder for each function, and the template that names them, as `sam build` does."""
    text = sam.TEMPLATE.read_text()
    transformed = sam.transform(text)[0]
    if "error" in transformed:
        raise Failure(f"template.yaml: {transformed['error']}")
    shutil.rmtree(BUILT, ignore_errors=True)
    names = {its["BuildProperties"]["Binary"]: logical for logical, its in transformed["Built"].items()}
    for binary, path in binaries.items():
        folder = BUILT / names[binary]
        folder.mkdir(parents=True)
        shutil.copy2(path, folder / "bootstrap")
    folders = {logical: logical for logical in names.values()}
    built = sam.call("with_code", template=text, folders=folders, description=description)
    (BUILT / "template.yaml").write_text(built)


def _described(stack: str, region: str) -> dict[str, Any]:
    described: dict[str, Any] = sam.call("stack", name=stack, profile=os.environ.get("AWS_PROFILE"), region=region)
    return described


def _check_readiness(outputs: dict[str, str]) -> int:
    url = outputs.get("ApiUrl", "") + "api/health/ready"
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            say(f"  {url} answers {answer.status}")
            return 0
    except (OSError, ValueError) as error:
        say(f"  {url}: {error}")
        say('  It is deployed and not ready: see docs/operations.md, "When it is not ready".')
        return 1
