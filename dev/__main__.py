"""The development environment: `python3 dev COMMAND`, which `make COMMAND` calls."""

import argparse
import shutil
import sys
from collections.abc import Callable

if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit("Python 3.10 or newer is needed; this is " + sys.version.split()[0] + ".")

import checks
import client
import clone
import database
import deploy
import explain
import fill
import leftovers
import processes
import run
import suite
from output import Failure, say

# Those without a place in the Makefile are seldom needed.
COMMANDS: dict[str, tuple[Callable[..., int], str]] = {
    "run": (run.run, "the whole service on 127.0.0.1:9000 with a Postgres of its own, until Ctrl-C"),
    "test": (suite.test, "every test (ARGS=… go to cargo test)"),
    "check": (checks.check, "formatting, lints, prepared queries, documentation, the template, dependencies"),
    "bench": (suite.bench, "measures the release build (ARGS=… go to the bench)"),
    "build": (deploy.build, "builds the functions for Lambda (ARCH=arm64 for another processor)"),
    "deploy": (deploy.deploy, "checks, builds and deploys (ENV=dev or ENV=prod)"),
    "client": (client.command, "writes a TypeScript client of the API to client/"),
    "reset": (database.reset, "removes the data of `make run`"),
    "prepare": (checks.prepare, "writes .sqlx again after a change of a query or a migration"),
    "fill": (fill.command, "adds invented users and messages to the data of `make run` (--users, --messages)"),
    "sam": (deploy.sam_command, "the SAM of this clone: `python3 dev sam logs --stack-name verse-dev`"),
    "explain": (explain.command, "the plan and time of every statement, with few users and with many"),
}
WITHOUT_MAKE = ("fill", "sam", "explain")
WITH_ARGUMENTS = ("test", "bench", "build", "deploy", *WITHOUT_MAKE)
WITHOUT_CARGO = ("client", "reset", "fill", "sam")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python3 dev",
        description="The development environment of this workspace.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:<9}{purpose}" for name, (_, purpose) in COMMANDS.items())
        + "\n\nDATABASE_URL: a Postgres of yours instead of this clone's."
        + "\nVERSE_PORT: the port of `run` instead of 9000.",
    )
    parser.add_argument("command", nargs="?", choices=COMMANDS, metavar="command")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=f"of {', '.join(WITH_ARGUMENTS)}")
    options = parser.parse_args()
    if options.command is None:
        say("\n".join(f"  make {name:<9}{its[1]}" for name, its in COMMANDS.items() if name not in WITHOUT_MAKE))
        return 0
    arguments = options.arguments[1:] if options.arguments[:1] == ["--"] else options.arguments
    if arguments and options.command not in WITH_ARGUMENTS:
        parser.error(f"{options.command} takes no arguments")

    processes.handle_signals()
    try:
        if options.command not in WITHOUT_CARGO and shutil.which("cargo") is None:
            raise Failure("cargo was not found on PATH: install Rust from https://rustup.rs and try again.")
        clone.prepare_local()
        command, _ = COMMANDS[options.command]
        with leftovers.recorded():
            try:
                return command(arguments) if options.command in WITH_ARGUMENTS else command()
            finally:
                processes.stop_all()
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        say("\n  stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main())
