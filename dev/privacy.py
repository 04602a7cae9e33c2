"""Searches the functions' logs of a test run for secrets.

The harness (`tests/src/record.rs`) leaves the logs, and the cookies, codes, messages and texts that tests sent or
received. No log may contain even the first characters of one.
"""

import json
from pathlib import Path

from output import say

# The characters of a secret that are searched for: a link code has twelve.
BEGINNING = 12

# Findings that are printed.
SHOWN = 10


def check(folder: Path) -> bool:
    """Whether the logs in `folder` contain none of the secrets in it; prints the findings."""
    beginnings = _beginnings(folder)
    lines, found = 0, []
    for path in sorted(folder.glob("*.log")):
        with path.open(encoding="utf-8", errors="replace") as log:
            for line in log:
                lines += 1
                function, _, text = line.rstrip("\n").partition("\t")
                at = _position(text, beginnings)
                if at is not None:
                    # The secret belongs to a test, but it is hidden all the same: a reader may not know that.
                    found.append(f"{function} logged a secret: {text[max(at - 200, 0) : at]}***")
    for finding in found[:SHOWN]:
        say(f"  {finding}")
    verdict = f"{len(found):,} of them contain a secret" if found else "none contains a secret"
    say(f"  {lines:,} lines of log searched for {len(beginnings):,} secrets: {verdict}")
    return not found


def recorded(folder: Path) -> bool:
    """Whether there are both logs and secrets. Without them a search would prove nothing."""
    return any(path.stat().st_size for path in folder.glob("*.log")) and any(folder.glob("*.secrets"))


def _beginnings(folder: Path) -> set[str]:
    beginnings = set()
    for path in folder.glob("*.secrets"):
        with path.open(encoding="utf-8") as secrets:
            for line in secrets:
                text = json.loads(line)
                beginnings.add(text[:BEGINNING])
                # As a line of JSON would contain it.
                beginnings.add(json.dumps(text, ensure_ascii=False)[1 : BEGINNING + 1])
    return beginnings


def _position(text: str, beginnings: set[str]) -> int | None:
    """Where the first secret begins."""
    positions = range(len(text) - BEGINNING + 1)
    return next((at for at in positions if text[at : at + BEGINNING] in beginnings), None)
