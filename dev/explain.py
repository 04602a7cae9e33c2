"""`python3 dev explain`: how the product's own statements fare with few users and with many.

The statements are those of `.sqlx`, each called by the function that holds it. For each size a database is made, filled
and asked; a statement that reads a whole table there has no index to go by, and fails the command. Parameters are made
up from what each is compared with; a reader with much of everything is the caller.
"""

from __future__ import annotations

import argparse
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import clone
import database
import fill
import psql
from steps import Failure, say, step

# What is asked at every request, or nearly. One that is not among the statements is told of.
HOT = [
    "users::find_or_create",
    "history::get_user_insights",
    "history::get_user_definitions",
    "chats::get_standalone_chats",
    "messages::get_chat_messages",
    "messages::get_standalone_chat_messages",
    "devices::get_user_devices",
    "check::look_once",
    "link_codes::*",
    "usage::*",
    "taking::*",
    "saved::begin_insight",
    "saved::begin_definition",
    "saying::*",
    "memory::get_conversation",
    "recalling::recall",
]

# A page of 50 with what belongs to its rows has fewer: more were read to be thrown away.
PAGE_ROWS = 500

# With fewer users, to read a whole table may be fastest.
JUDGED_FROM = 100_000

# What one statement may take from the end of an index: a batch of `cleanup`.
BATCH = 1000

# Each statement is run so often; the fastest counts.
RUNS = 3

# As Postgres names in a statement what `.sqlx` calls otherwise.
TYPES = {"Int2": "smallint", "Int4": "integer", "Int8": "bigint", "Bool": "boolean", "Float8": "double precision"}

FALLBACKS = {
    "smallint": "1",
    "integer": "10",
    "bigint": "50",
    "boolean": "TRUE",
    "text": "'sample'",
    "varchar": "'sample'",
    "bytea": "sha256('sample')",
    "uuid": "'00000000-0000-4000-8000-000000000000'",
    "timestamptz": "now()",
    "date": "current_date",
    "jsonb": "'[]'",
    "json": "'[]'",
    "double precision": "0.5",
    "interval": "interval '1 day'",
}


@dataclass
class Statement:
    """A statement of the product."""

    name: str
    sql: str
    types: list[str]


@dataclass
class Measure:
    """How a statement fared on one database."""

    time: float = 0.0
    rows: int = 0
    scans: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    paged: bool = False
    error: str = ""


def command(arguments: list[str]) -> int:
    """Fills a database for each size, asks every statement in it, and prints a table; 1 if one reads a whole table."""
    parser = argparse.ArgumentParser(prog="python3 dev explain", description=__doc__.split("\n\n")[0])
    parser.add_argument("--users", default="1000,1000000", help="the sizes, separated by commas (1000,1000000)")
    parser.add_argument("--only", default="", help="only statements whose name has this in it")
    options = parser.parse_args(arguments)
    sizes = sorted(int(size) for size in options.users.split(","))
    found = [statement for statement in statements() if options.only in statement.name]
    if not found:
        raise Failure("There is no such statement in .sqlx: `make prepare` writes it anew.")
    results: list[dict[str, Measure]] = []
    with database.for_testing() as server:
        for size in sizes:
            say(f"\n  {size:,} users, {10 * size:,} messages")
            with filled(server, size) as url, step(f"{len(found)} statements", long=True):
                sample = samples(url)
                results.append({statement.name: measured(url, statement, sample) for statement in found})
    return report(sizes, results, [] if options.only else missing(found))


@contextmanager
def filled(server: str, users: int) -> Iterator[str]:
    """The address of a database with so many users, gone afterwards."""
    name = f"verse_explain_{secrets.token_hex(4)}"
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    psql.need(server, f"CREATE DATABASE {name}", "The database could not be made")
    try:
        for migration in sorted((clone.ROOT / "migrations").glob("*.sql")):
            psql.need(url, migration.read_text(), f"{migration.name} failed")
        fill.fill(url, users, 10 * users)
        yield url
    finally:
        psql.need(server, f"DROP DATABASE {name} WITH (FORCE)", "The database could not be dropped")


def statements() -> list[Statement]:
    """Every prepared statement with the function that it stands in; several in one function are numbered."""
    sources = {path: _squeezed(path.read_text()) for path in sorted((clone.ROOT / "shared/data/src").rglob("*.rs"))}
    found: list[Statement] = []
    for path in sorted((clone.ROOT / ".sqlx").glob("query-*.json")):
        prepared = json.loads(path.read_text())
        types = [_type(name) for name in prepared["describe"]["parameters"]["Left"]]
        place, name = _place(prepared["query"], sources)
        found.append(Statement(f"{place:012}{name}", prepared["query"], types))
    named: list[Statement] = []
    count: dict[str, int] = {}
    for statement in sorted(found, key=lambda statement: statement.name):
        name = statement.name[12:]
        count[name] = count.get(name, 0) + 1
        number = f" ({count[name]})" if count[name] > 1 else ""
        named.append(Statement(name + number, statement.sql, statement.types))
    return named


def _place(sql: str, sources: dict[Any, str]) -> tuple[int, str]:
    """Where a statement stands, for the order, and `module::function`."""
    wanted = _squeezed(sql)
    for index, (path, text) in enumerate(sources.items()):
        at = text.find(wanted)
        if at >= 0:
            functions = re.findall(r"\bfn (\w+)", text[:at])
            module = path.parent.name if path.stem in ("mod", "queries") else path.stem
            return index * 1_000_000 + at, f"{module}::{functions[-1] if functions else '?'}"
    return 10**11, f"?::{wanted[:40]}"


def _squeezed(text: str) -> str:
    """Without what differs between a statement and the source it was taken from."""
    return " ".join(text.replace('\\"', '"').replace("\\\n", " ").split())


def _type(name: Any) -> str:
    """`Int8Array` as `bigint[]`."""
    if not isinstance(name, str):
        return "text"
    if name.endswith("Array"):
        return f"{_type(name[: -len('Array')])}[]"
    if name.endswith("[]"):
        return f"{_type(name[:-2])}[]"
    return TYPES.get(name, name.lower())


def samples(url: str) -> dict[str, str]:
    """What the reader has: by the name of the column, or of the table for its ids."""
    row = psql.need(
        url,
        """
        WITH reader AS (SELECT min(id) AS id FROM users)
        SELECT json_build_object(
            'users', id,
            'user_id', id,
            'owner_id', id,
            'token_hash', 'sha256(''device-' || id || '-0'')',
            'code_hash', (SELECT 'sha256(''code-' || user_id || ''')' FROM link_codes LIMIT 1),
            'devices', (SELECT max(devices.id) FROM devices WHERE user_id = reader.id),
            'insights', oldest.insight_id,
            'insight_id', oldest.insight_id,
            'definition_id', (SELECT definition_id FROM user_definitions WHERE user_id = reader.id
                              ORDER BY linked_at OFFSET 10 LIMIT 1),
            'conversations', chat.conversation_id,
            'conversation_id', chat.conversation_id,
            'kept', chat.conversation_id,
            'messages', (SELECT max(messages.id) FROM messages WHERE user_id = reader.id),
            'anonymous_id', (SELECT '''' || anonymous_id || '''' FROM users WHERE users.id = reader.id),
            'status', '''pending''', 'state', '''pending''', 'role', '''user''',
            'bucket', '''generate''', 'slot', '1',
            'address_hash', 'NULL'
        )
        FROM reader,
             LATERAL (SELECT insight_id FROM user_insights WHERE user_id = reader.id
                      ORDER BY linked_at, insight_id OFFSET 10 LIMIT 1) AS oldest,
             LATERAL (SELECT conversations.id AS conversation_id FROM conversations
                      WHERE user_id = reader.id AND insight_id IS NULL
                      ORDER BY updated_at, id OFFSET 10 LIMIT 1) AS chat
        """,
        "The reader is not there",
    )
    return {name: str(value) for name, value in json.loads(row).items() if value is not None}


def parameter(sql: str, number: int, kind: str, sample: dict[str, str]) -> tuple[str, bool]:
    """A value for `$number`, and whether the statement does without: from what it is compared with."""
    text = _squeezed(sql)
    it = rf"\${number}\b"
    optional = bool(re.search(rf"{it}(::\w+)? IS (NOT )?NULL|coalesce\({it}", text, re.I))
    if kind.endswith("[]"):
        element = kind[:-2]
        if element == "float4":
            # Only vectors are numbers like that.
            return "array_fill(0.1::real, ARRAY[1024])", optional
        inner = sample.get(_column(text, number)) or (sample["user_id"] if element == "bigint" else None)
        return f"ARRAY[{inner or FALLBACKS.get(element, 'NULL')}]::{kind}", optional
    if re.search(rf"LIMIT {it}", text, re.I):
        return "50", False
    compared = re.search(rf"(?:(\w+)\.)?(\w+) (?:=|<>|<=|>=|<|>) (?:coalesce\()?{it}", text)
    compared = compared or re.search(rf"(?:(\w+)\.)?(\w+) IN \([^()]*{it}", text)
    compared = compared or re.search(rf"(?:(\w+)\.)?(\w+)\) (?:=|<|>) \([^()]*{it}", text)
    if compared:
        table, column = compared.groups()
        if column == "id" and table not in sample:
            before = re.findall(r"\b(?:FROM|JOIN|UPDATE|INTO) (\w+)", text[: compared.start()])
            table = next((name for name in reversed(before) if name in sample), "users")
        value = sample.get(table if column == "id" else column)
        if value is not None:
            return value, optional
    return FALLBACKS.get(kind, "NULL"), optional


def _column(text: str, number: int) -> str:
    """What an array is called that is given as a column: `UNNEST($1::TEXT[], …) AS asked (bucket, …)`."""
    columns = r"UNNEST\(([^()]*)\)(?: WITH ORDINALITY)? AS \w+ \(([^()]*)\)"
    for arrays, names in re.findall(columns, text, re.I):
        for array, name in zip(arrays.split(","), names.split(",")):
            if re.match(rf"\${number}\b", array.strip()):
                return str(name.strip())
    return ""


def measured(url: str, statement: Statement, sample: dict[str, str]) -> Measure:
    """Runs a statement and undoes what it did: with what it may do without, and without; as planned for these values
    and as planned for any, which Postgres goes over to after some calls. What is worst of these counts.
    """
    chosen = [parameter(statement.sql, n + 1, kind, sample) for n, kind in enumerate(statement.types)]
    given = [value for value, _ in chosen]
    bare = ["NULL" if optional else value for value, optional in chosen]
    worst = Measure(paged="LIMIT $" in statement.sql and not statement.name.startswith("retention::"))
    for values in [given] if given == bare else [given, bare]:
        for mode in ("force_custom_plan", "force_generic_plan"):
            one = _explained(url, statement, values, mode)
            if one.error:
                return one
            worst.scans = list(dict.fromkeys(worst.scans + one.scans))
            worst.whole = list(dict.fromkeys(worst.whole + one.whole))
            worst.time, worst.rows = max(worst.time, one.time), max(worst.rows, one.rows)
    return worst


def _explained(url: str, statement: Statement, values: list[str], mode: str) -> Measure:
    types = f"({', '.join(statement.types)})" if statement.types else ""
    call = f"({', '.join(values)})" if values else ""
    run = f"BEGIN;\nEXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE s{call};\n\\echo ;;\nROLLBACK;\n"
    sql = f"SET plan_cache_mode = {mode};\nPREPARE s{types} AS {statement.sql};\n{run * RUNS}"
    done, output = psql.attempt(url, sql)
    if not done:
        return Measure(error=next((line for line in output.splitlines() if "ERROR" in line), output)[:100])
    plans = [json.loads(text)[0] for text in output.split(";;") if text.strip()]
    best = min(plans, key=lambda plan: plan["Execution Time"])
    measure = Measure(time=best["Execution Time"])
    _walk(best["Plan"], measure)
    return measure


def _walk(node: dict[str, Any], measure: Measure) -> None:
    kind = node["Node Type"]
    table = node.get("Relation Name")
    if kind == "Seq Scan":
        measure.whole.append(table or "?")
    elif "Index Name" in node:
        whole = "Index Cond" not in node and node.get("Actual Loops") and node["Actual Rows"] > BATCH
        (measure.whole if whole else measure.scans).append(node["Index Name"])
    elif kind == "Tid Scan":
        measure.scans.append(f"{table} by place")
    # A bitmap's rows are counted in the table.
    if kind.endswith("Scan") and kind != "Bitmap Index Scan" and table:
        rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        measure.rows += round(rows * node["Actual Loops"])
    for child in node.get("Plans", []):
        _walk(child, measure)


def missing(found: list[Statement]) -> list[str]:
    """Which of the hot statements are not there."""
    names = [statement.name for statement in found]
    return [hot for hot in HOT if not any(name.startswith(hot.rstrip("*")) for name in names)]


def report(sizes: list[int], results: list[dict[str, Measure]], absent: list[str]) -> int:
    """Prints the table; 1 if a statement has no index to go by."""
    heads = "".join(f"{size:>12,}" for size in sizes)
    say(f"\n  {'milliseconds, by users':<46}{heads}{'rows read':>12}  by")
    is_judged = sizes[-1] >= JUDGED_FROM
    bad = []
    for name, last in results[-1].items():
        times = "".join(f"{result[name].time:>12.3f}" for result in results)
        by = ", ".join(last.scans) or "-"
        if last.error:
            bad.append(name)
            by = last.error
        wasteful = last.paged and last.rows > PAGE_ROWS
        if is_judged and (last.whole or wasteful):
            bad.append(name)
        if last.whole:
            by = f"ALL OF {', '.join(last.whole)}; {by}"
        elif wasteful:
            by = f"TOO MANY FOR A PAGE: {by}"
        say(f"  {name:<46}{times}{last.rows:>12,}  {by}")
    for name in absent:
        say(f"  {name:<46}is not in .sqlx")
    if bad:
        say(f"\n  {len(bad)} without an index to go by: {', '.join(bad)}")
    if not is_judged:
        say(f"\n  no verdict: with fewer than {JUDGED_FROM:,} users it may be right to read a whole table")
    return 1 if bad or absent else 0
