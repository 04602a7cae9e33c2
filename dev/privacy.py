"""Looks for secrets in everything that the functions logged while the tests ran.

The harness leaves both behind (`tests/src/record.rs`): the lines of the logs, and the cookies, codes, messages and texts
that tests sent or were given. A log may not hold so much as the beginning of one.
"""

from __future__ import annotations

import json
from pathlib import Path

from steps import say

# As much of a secret as is looked for: a link code has twelve letters.
BEGINNING = 12

# As many findings as are printed.
SHOWN = 10


def check(folder: Path) -> bool:
    """Whether the logs in `folder` hold none of the secrets in it; says what it found."""
    beginnings = _beginnings(folder)
    lines, found = 0, []
    for path in sorted(folder.glob("*.log")):
        with path.open(encoding="utf-8", errors="replace") as log:
            for line in log:
                lines += 1
                function, _, text = line.rstrip("\n").partition("\t")
                at = _place(text, beginnings)
                if at is not None:
                    # A test's secret, but whoever reads this may not know that.
                    found.append(f"{function} logged a secret: {text[max(at - 200, 0) : at]}***")
    for finding in found[:SHOWN]:
        say(f"  {finding}")
    verdict = f"{len(found):,} of them hold a secret" if found else "none holds a secret"
    say(f"  {lines:,} lines of log searched for {len(beginnings):,} secrets: {verdict}")
    return not found


def recorded(folder: Path) -> bool:
    """Whether there is anything to search, and to search for: a search through nothing finds nothing."""
    return any(path.stat().st_size for path in folder.glob("*.log")) and any(folder.glob("*.secrets"))


def _beginnings(folder: Path) -> set[str]:
    beginnings = set()
    for path in folder.glob("*.secrets"):
        with path.open(encoding="utf-8") as secrets:
            for line in secrets:
                text = json.loads(line)
                beginnings.add(text[:BEGINNING])
                # As it would stand in a line of JSON.
                beginnings.add(json.dumps(text, ensure_ascii=False)[1 : BEGINNING + 1])
    return beginnings


def _place(text: str, beginnings: set[str]) -> int | None:
    """Where the first secret begins."""
    places = range(len(text) - BEGINNING + 1)
    return next((at for at in places if text[at : at + BEGINNING] in beginnings), None)
