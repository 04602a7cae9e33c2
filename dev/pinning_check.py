"""Searches the functions' statements in a server's log for those that would pin a session of RDS Proxy.

Source: Amazon RDS user guide, "Avoiding pinning an RDS Proxy", the conditions for PostgreSQL. Functions connect with
the application name `verse`; statements of the tests themselves are ignored.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from postgres import log_entries

APPLICATION = "verse"

# Logs every statement without its parameters.
SETTINGS = {
    "log_statement": "all",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_line_prefix": "%m [%p] <%a> ",
}

# A deployment lifts the server's time limits for its migrations, in sessions of its own.
MAY_PIN = "SELECT set_config(name, '0', FALSE) FROM pg_settings\n"

_ENTRY = re.compile(r"^\S+ \S+ \S+ \[\d+\] <(?P<application>.*?)> (?P<kind>[A-Z]+\d?):  (?P<text>.*)$", re.DOTALL)
_STATEMENT = re.compile(r"^(?:statement|execute [^:]*|execute fetch from [^:]*): (?P<sql>.*)$", re.DOTALL)

# Literals, quoted names, comments and the bodies of functions: their words are no commands of the session.
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|(\$\w*\$).*?\1", re.DOTALL)
_COMMAND = re.compile(
    r"^\s*(SET|RESET|PREPARE|EXECUTE|DEALLOCATE|DISCARD|LISTEN|UNLISTEN|DECLARE|LOAD)\b"
    r"|^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:GLOBAL\s+|LOCAL\s+)?(TEMP|TEMPORARY)\b",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(nextval|setval|set_config|pg_(?:try_)?advisory_\w+)\s*\(|\bINTO\s+(TEMP|TEMPORARY)\b", re.IGNORECASE
)


@dataclass
class PinningCheck:
    """The number of statements, and those that would pin the session."""

    statements: int = 0
    pins: list[str] = field(default_factory=list)

    def read(self, log: Path) -> None:
        """Adds the statements of a server's log."""
        with log.open(errors="replace") as lines:
            for sql in statements(lines):
                self.statements += 1
                if pin(sql):
                    self.pins.append(sql)


def statements(lines: Iterable[str]) -> Iterator[str]:
    """The statements of functions in a server's log."""
    for entry in log_entries(lines):
        found = _ENTRY.match(entry)
        if found and found["application"] == APPLICATION and found["kind"] == "LOG":
            statement = _STATEMENT.match(found["text"])
            if statement:
                yield statement["sql"]


def pin(sql: str) -> str | None:
    """The word of a statement that would pin the session."""
    if sql.replace("\t", "").startswith(MAY_PIN):
        return None
    for part in _QUOTED.sub(" ", sql).split(";"):
        found = _COMMAND.search(part) or _CALL.search(part)
        if found:
            return next(group for group in found.groups() if group)
    return None
