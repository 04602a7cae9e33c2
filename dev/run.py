"""`make run`: the whole service on this machine, until Ctrl-C."""

import os
import re
import socket
import time
from contextlib import suppress

import clone
import database
import emulator
import tools
from emulator import HOST, Emulator
from output import Failure, say, step

# First words of lines that the emulator, cargo and the runtime print when all is well.
NOISE = ("INFO", "Finished", "Running", "Compiling", "Blocking", "AWS_LAMBDA_MAX_CONCURRENCY")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
FIRST_CALL = "/api/passage?book=John&chapter=3&verse_start=16"


def run() -> int:
    """Starts everything, shows a first call, and waits for Ctrl-C."""
    began = time.monotonic()
    clone.take_run_lock(
        "`make run` of this clone is already running (process {pid}): stop it by Ctrl-C in its terminal, or use it."
    )
    port = chosen_port()
    tools.cargo_lambda()
    with reserve(port) as reserved, database.for_running() as url:
        env = emulator.variables(url)
        with step("building the functions", "built the functions", long=True):
            emulator.build(env)
        with step("starting the functions") as current:
            reserved.close()
            # Until the emulator listens, another program may take the port: `make run` then fails.
            service = emulator.start(port, env, clone.LOCAL / "watch.log")
            service.wait_until_healthy()
            current.done = f"functions on http://{HOST}:{port}"
        with step("applying migrations") as current:
            current.done = service.migrate()
        show_first_call(service)
        say(f"  ready after {time.monotonic() - began:.1f} s; Ctrl-C stops everything")
        say(f"  the functions' output follows; all of it is in {service.log.relative_to(clone.ROOT)}")
        say(f"  the API, to read and to try: http://{HOST}:{port}/api/docs")
        with suppress(KeyboardInterrupt):
            follow(service)
    say("\n  stopped")
    return 0


def chosen_port() -> int:
    """`VERSE_PORT`, or 9000."""
    text = os.environ.get("VERSE_PORT") or "9000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Failure(f"VERSE_PORT must be the number of a port; it is {text!r}.")
    return int(text)


def reserve(port: int) -> socket.socket:
    """Listens on the port until the emulator is started; fails when another program does.

    The build may take minutes, in which another program could take the port.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if isinstance(error, PermissionError):
            raise Failure(
                f"This user may not use port {port}: choose one from 1024, for instance VERSE_PORT=9001 make run"
            ) from None
        raise emulator.PortTaken(port) from None
    return listener


def show_first_call(service: Emulator) -> None:
    """Makes a first call, and prints it with the beginning of its answer."""
    try:
        _, body = service.call(FIRST_CALL, end=30)
    except OSError as error:
        body = f"nothing: {error}"
    verses = emulator.parsed(body).get("verses")
    text = verses[0]["text"] if verses else body
    say(f"\n  curl '{HOST}:{service.port}{FIRST_CALL}'\n  answers: {text.strip()[:200]}\n")


def follow(service: Emulator) -> None:
    """Prints the output of the functions and their builds, until Ctrl-C."""
    with service.log.open("rb") as output:
        output.seek(0, os.SEEK_END)
        rest = b""
        while service.watch.poll() is None:
            rest += output.read()
            *lines, rest = rest.split(b"\n")
            for line in lines:
                text = line.decode(errors="replace")
                if not is_noise(text):
                    say(text)
            time.sleep(0.1)
    raise Failure(f"cargo lambda has ended. {service.end_of_log()}")


def is_noise(line: str) -> bool:
    """Whether a line is one that the emulator, cargo or the runtime prints when all is well.

    The emulator prints "killed" for a function that it restarts after a change.
    """
    words = ANSI.sub("", line).split()
    return not words or words[0] in NOISE or words[:3] == ["ERROR", "command", "killed"]
