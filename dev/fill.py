"""`python3 dev fill`: adds invented users and messages to a database, millions in minutes.

The database makes the rows itself, with `generate_series`. The indexes stay in place: rows come in the order of their
keys, so that dropping and rebuilding the indexes would gain little. A superuser skips the checks of foreign keys,
because each row's parent was made just before.
"""

import argparse
import base64
import hashlib
import re
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import clone
import database
from output import Failure, say, step
from postgres import NO_LIMITS

# Users or messages in one statement.
CHUNK = 500_000

STEP = re.compile(r"^-- (.+): (\w+)$", re.MULTILINE)

LOOPBACK = ("127.0.0.1", "localhost", "::1", "", None)


def cookie(user: int) -> str:
    """The session cookie of an invented user's first device."""
    token = hashlib.sha256(f"device-{user}-0".encode()).digest()
    return f"verse_user_id={base64.urlsafe_b64encode(token).decode().rstrip('=')}"


def anonymous_id(user: int) -> str:
    return str(uuid.UUID(hashlib.md5(f"user-{user}".encode()).hexdigest()))


def command(arguments: list[str]) -> int:
    """Fills the database of `make run`, or that of `DATABASE_URL`."""
    parser = argparse.ArgumentParser(prog="python3 dev fill", description="Adds invented users and messages.")
    parser.add_argument("--users", type=_count, default=1_000_000, help="users to add (1,000,000)")
    parser.add_argument("--messages", type=_count, default=None, help="messages to add (ten a user)")
    options = parser.parse_args(arguments)
    if database.given() is None:
        clone.take_run_lock("`make run` is running (process {pid}), with the database to fill: stop it first.")
    with database.for_running(NO_LIMITS) as url:
        refuse_remote(url)
        fill(url, options.users, options.messages or 10 * options.users)
    return 0


def fill(url: str, users: int, messages: int) -> None:
    """Adds the rows; prints a line for each table and each chunk of it."""
    failure = "The database could not be filled"
    if database.query(url, "SELECT to_regclass('rate_buckets') IS NOT NULL", failure) != "t":
        raise Failure("The database lacks the migrations: start `make run` once, or invoke `migrate`.")
    numbers = {"u": users, "m": messages, "s": max(users // 10, 1000), "one": 1, **_highest_ids(url)}
    is_superuser = database.query(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user", failure) == "t"
    without_foreign_keys = "SET session_replication_role = replica;\n" if is_superuser else ""
    for name, total, sql in steps():
        rows = numbers[total]
        with step(name if total == "one" else f"{name}: {rows:,}", long=rows > CHUNK):
            for first in range(1, rows + 1, CHUNK):
                last = min(first + CHUNK - 1, rows)
                statements = with_numbers(sql, {**numbers, "first": first, "last": last})
                database.query(url, without_foreign_keys + statements, f"{failure} ({name})")
                if last < rows:
                    say(f"    {last:,} of {rows:,}")


def steps() -> list[tuple[str, str, str]]:
    """Name, number of rows (`u`, `m`, `s` or `one`) and SQL of each step of `fill.sql`."""
    _, *parts = STEP.split(Path(__file__).with_name("fill.sql").read_text())
    return list(zip(parts[::3], parts[1::3], parts[2::3], strict=True))


def refuse_remote(url: str) -> None:
    """Refuses a database on another machine, which may hold real users."""
    if urlsplit(url).hostname not in LOOPBACK:
        raise Failure("DATABASE_URL is not on this machine: no invented users are added to it.")


def with_numbers(sql: str, numbers: dict[str, int]) -> str:
    """Replaces names by numbers: `:u` is a name, `::int` is a cast."""
    return re.sub(r"(?<!:):([a-z]+)\b", lambda name: str(numbers[name[1]]), sql)


def _highest_ids(url: str) -> dict[str, int]:
    tables = {"b": "users", "bi": "insights", "bd": "definitions", "bc": "conversations"}
    columns = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {table})" for table in tables.values())
    answer = database.query(url, f"SELECT {columns}")
    return dict(zip(tables, map(int, answer.split("|")), strict=True))


def _count(text: str) -> int:
    number = int(text.replace(",", "").replace("_", ""))
    if number < 1:
        raise ValueError(text)
    return number
