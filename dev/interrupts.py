"""Ctrl-C, SIGTERM and SIGHUP: all three end the command, and what it started, in the same way."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_shields = 0
_pending = False


def install() -> None:
    """Turns the three signals into `KeyboardInterrupt` in the main thread.

    SIGHUP stays ignored where it was (`nohup make run`).
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue
        signal.signal(number, _interrupt)
    if os.environ.get("MAKELEVEL"):
        threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    global _pending
    if _shields:
        _pending = True
    else:
        raise KeyboardInterrupt


@contextmanager
def shield() -> Iterator[None]:
    """Holds an interrupt back until the block is over.

    For what must not be torn in two: starting a process and noting it down, or cleaning up.
    """
    global _shields, _pending
    _shields += 1
    try:
        yield
    finally:
        _shields -= 1
    if not _shields and _pending:
        _pending = False
        raise KeyboardInterrupt


def _follow(parent: int) -> None:
    """Ends this command when the `make` that started it is gone.

    A killed `make` leaves its command running, out of reach of the terminal's Ctrl-C.
    """
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
