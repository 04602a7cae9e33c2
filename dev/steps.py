"""What the developer reads: one line a step with its time, and plain failures.

Nothing here knows what the steps do.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

WIDTH = 62


class Failure(Exception):
    """Something a person can put right; its text says what is wrong and what to do."""


@dataclass
class Step:
    """A step under way. `done` is what its line will say; set it when the outcome says more."""

    done: str


def say(text: str) -> None:
    """Prints one line at once, also into a pipe."""
    print(text, flush=True)


@contextmanager
def step(doing: str, done: str | None = None, *, long: bool = False) -> Iterator[Step]:
    """Prints `done` with the time it took once the block has ended.

    A long step, or one whose programs print on their own, says what it is doing before it begins.
    A step that fails prints no line of its own: the failure does.
    """
    current = Step(done or doing)
    erasable = sys.stdout.isatty() and not long
    if long:
        say(f"  {doing} …")
    elif erasable:
        print(f"  {doing} …", end="", flush=True)
    began = time.monotonic()
    try:
        yield current
    except BaseException:
        if erasable:
            print(flush=True)
        raise
    if erasable:
        print("\r\x1b[2K", end="")
    say(f"  {current.done:<{WIDTH}} {seconds(time.monotonic() - began)}")


def seconds(elapsed: float) -> str:
    """A time as people read it: `0.4 s`, `1 min 12 s`."""
    if elapsed < 60:
        return f"{elapsed:5.1f} s"
    return f"{int(elapsed // 60)} min {int(elapsed % 60)} s"


def last_lines(text: str, count: int = 12) -> str:
    """The end of a program's output, indented to stand under a sentence."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-count:])
