"""The development environment: `python3 dev COMMAND`; `make COMMAND` calls it."""

from __future__ import annotations

import argparse
import shutil
import sys

if sys.version_info < (3, 10):
    sys.exit("Python 3.10 or newer is needed; this is " + sys.version.split()[0] + ".")

import checks
import clone
import database
import deploy
import explain
import fill
import guard
import interrupts
import processes
import run
import suite
from steps import Failure, say

COMMANDS = {
    "run": "the whole service on 127.0.0.1:9000 with a Postgres of its own, until Ctrl-C",
    "test": "every test (ARGS=… go to cargo test)",
    "check": "formatting, clippy, prepared queries, docs, the template, dependencies",
    "bench": "measures the release build (ARGS=… go to the bench)",
    "build": "the functions as Lambda runs them (ARCH=arm64 for that)",
    "deploy": "checks, builds and deploys (ENV=dev or ENV=prod)",
    "reset": "forgets the data of `make run`",
    "prepare": "writes .sqlx anew after a query or a migration has changed",
}

# Seldom needed: `python3 dev` only.
TOOLS = {
    "fill": "invented users and messages for `make run` (--users, --messages)",
    "sam": "SAM, as this clone has it: `python3 dev sam logs --stack-name verse-dev`",
    "explain": "the plan and time of every statement, with few users and with many",
}

# Those that take arguments.
TAKING = ("test", "bench", "build", "deploy", *TOOLS)


def main() -> int:
    """Does what the command line says; answers the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 dev",
        description="The development environment of this workspace.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:<9}{what}" for name, what in {**COMMANDS, **TOOLS}.items())
        + "\n\nDATABASE_URL: a Postgres of yours instead of this clone's."
        + "\nVERSE_PORT: the port of `run` instead of 9000.",
    )
    parser.add_argument("command", nargs="?", choices=[*COMMANDS, *TOOLS], metavar="command")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=f"passed on by {', '.join(TAKING)}")
    options = parser.parse_args()
    if options.command is None:
        for name, what in COMMANDS.items():
            say(f"  make {name:<9}{what}")
        return 0
    arguments = options.arguments[1:] if options.arguments[:1] == ["--"] else options.arguments
    if arguments and options.command not in TAKING:
        parser.error(f"{options.command} takes no arguments")

    interrupts.install()
    try:
        if options.command not in ("reset", *TOOLS) and shutil.which("cargo") is None:
            raise processes.missing("cargo")
        clone.prepare_local()
        return command(options.command, arguments)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        say("\n  stopped")
        return 130
    finally:
        with interrupts.shield():
            processes.stop_all()
            guard.dismiss()


def command(name: str, arguments: list[str]) -> int:
    """Calls what the command stands for."""
    if name == "run":
        return run.run()
    if name == "test":
        return suite.test(arguments)
    if name == "bench":
        return suite.bench(arguments)
    if name == "fill":
        return fill.command(arguments)
    if name == "explain":
        return explain.command(arguments)
    if name == "build":
        return deploy.build(arguments)
    if name == "deploy":
        return deploy.deploy(arguments)
    if name == "sam":
        return deploy.passed_on(arguments)
    if name == "check":
        return checks.check()
    if name == "prepare":
        return checks.prepare()
    return reset()


def reset() -> int:
    """Forgets the data of `make run`, which must not be running."""
    lock = clone.run_lock()
    if not lock.take_after_a_crash():
        raise Failure(f"`make run` is running (process {lock.holder()}): stop it first, then reset.")
    run.stop_stale_emulator()
    say("  the data is forgotten" if database.forget() else "  there is no data to forget")
    return 0


if __name__ == "__main__":
    sys.exit(main())
