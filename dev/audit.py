"""What the functions said to Postgres while the suite ran, read for what would pin a session behind RDS Proxy.

Source: Amazon RDS user guide, "Avoiding pinning an RDS Proxy", the conditions for PostgreSQL. Functions log in as the
application `verse`; what tests say on their own account is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

APPLICATION = "verse"

# Every statement, without its values.
SETTINGS = {
    "log_statement": "all",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] <%a> ",
}

_ENTRY = re.compile(r"^\S+ \S+ \S+ \[\d+\] <(?P<application>.*?)> (?P<kind>[A-Z]+\d?):  (?P<text>.*)$", re.DOTALL)
_STATEMENT = re.compile(r"^(?:statement|execute [^:]*|execute fetch from [^:]*): (?P<sql>.*)$", re.DOTALL)

# Texts, quoted names, comments, and the bodies of functions: none of them is said to the session.
_NOT_SAID = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|(\$\w*\$).*?\1", re.DOTALL)
_COMMAND = re.compile(
    r"^\s*(SET|RESET|PREPARE|EXECUTE|DEALLOCATE|DISCARD|LISTEN|UNLISTEN|DECLARE|LOAD)\b"
    r"|^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:GLOBAL\s+|LOCAL\s+)?(TEMP|TEMPORARY)\b",
    re.IGNORECASE,
)
_CALL = re.compile(r"\b(nextval|setval|set_config|pg_(?:try_)?advisory_\w+)\s*\(|\bINTO\s+(TEMP|TEMPORARY)\b", re.IGNORECASE)


@dataclass
class Audit:
    """How many statements were read, and those of them that would pin."""

    statements: int = 0
    pins: list[str] = field(default_factory=list)

    def read(self, log: Path) -> None:
        """Adds what a server's log holds."""
        with log.open(errors="replace") as lines:
            for sql in statements(lines):
                self.statements += 1
                if pin(sql):
                    self.pins.append(sql)


def statements(lines: Iterable[str]) -> Iterator[str]:
    """The statements of functions in a server's log."""
    for entry in _entries(lines):
        found = _ENTRY.match(entry)
        if not found or found["application"] != APPLICATION or found["kind"] != "LOG":
            continue
        said = _STATEMENT.match(found["text"])
        if said:
            yield said["sql"]


def pin(sql: str) -> str | None:
    """What of this text would pin the session, if anything would."""
    said = _NOT_SAID.sub(" ", sql)
    for part in said.split(";"):
        found = _COMMAND.search(part) or _CALL.search(part)
        if found:
            return next(group for group in found.groups() if group)
    return None


def _entries(lines: Iterable[str]) -> Iterator[str]:
    """The log's entries: lines that begin with a tab go on where the one before ended."""
    entry: list[str] = []
    for line in lines:
        if not line.startswith("\t") and entry:
            yield "".join(entry).rstrip("\n")
            entry = []
        entry.append(line)
    if entry:
        yield "".join(entry).rstrip("\n")
