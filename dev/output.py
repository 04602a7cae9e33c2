"""Printed lines: one line a step with its time, and failures with a text for the developer."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

WIDTH = 62


class Failure(Exception):
    """An error that the developer can correct; its text says what is wrong and what to do."""


@dataclass
class Step:
    """A running step. `done` is the text of its line; the block may change it."""

    done: str


def say(text: str) -> None:
    """Prints one line and flushes it, so that it also reaches a pipe at once."""
    print(text, flush=True)


@contextmanager
def step(doing: str, done: str | None = None, *, long: bool = False) -> Iterator[Step]:
    """Prints `done` and the elapsed time when the block has ended.

    A long step, or one whose programs print lines of their own, also prints `doing` before it begins.
    A step that fails prints nothing: its `Failure` is printed.
    """
    current = Step(done or doing)
    if long:
        say(f"  {doing} …")
    elif sys.stdout.isatty():
        # The line with the time overwrites this one.
        print(f"  {doing} …".ljust(WIDTH), end="\r", flush=True)
    began = time.monotonic()
    yield current
    say(f"  {current.done:<{WIDTH}} {seconds(time.monotonic() - began)}")


def seconds(elapsed: float) -> str:
    """A duration: `0.4 s`, `1 min 12 s`."""
    if elapsed < 60:
        return f"{elapsed:5.1f} s"
    return f"{int(elapsed // 60)} min {int(elapsed % 60)} s"


def last_lines(text: str, count: int = 12) -> str:
    """The last lines of a program's output, indented."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-count:])
