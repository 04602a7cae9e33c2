"""`python3 dev fill`: a database with as many users and messages as one asks for, in minutes.

Rows are made in the database itself, from `generate_series`, and appended to what is there. The indexes stay in place:
rows come in the order of their keys, so that dropping and making the indexes again would gain little. Foreign keys are
not looked up for a superuser, since each row's parent was made just before.
"""

from __future__ import annotations

import argparse
import re
from urllib.parse import urlsplit

import clone
import database
import psql
from steps import Failure, say, step

# Users, or messages, in one statement.
CHUNK = 500_000

LOOPBACK = ("127.0.0.1", "localhost", "::1", "", None)

# What one statement of a step is made of: `b` is the highest id before the filling, `u` the users to make, `m` the
# messages, `s` the insights and definitions that users share; `first` to `last` are the rows of this statement.
STEPS = [
    (
        "users",
        "u",
        """
        INSERT INTO users (id, anonymous_id, is_pro, created_at) OVERRIDING SYSTEM VALUE
        SELECT :b + n, gen_random_uuid(), n % 100 = 0, now() - interval '500 days' * (1 - n::float8 / :u)
        FROM generate_series(:first, :last) AS n
        """,
    ),
    (
        "devices",
        "u",
        """
        INSERT INTO devices (user_id, token_hash, device_name, device_type, user_agent, created_at, last_active,
                             cookie_sent_at, returned)
        SELECT users.id, sha256(('device-' || users.id || '-' || k)::bytea), 'Chrome on Windows', 'desktop',
               'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36', created_at, seen, seen,
               users.id % 50 <> 7
        FROM users,
             LATERAL (SELECT created_at + (now() - created_at) * (users.id % 10) / 10 AS seen) AS active,
             generate_series(0, CASE WHEN users.id % 5 = 0 THEN 1 ELSE 0 END) AS k
        WHERE users.id BETWEEN :b + :first AND :b + :last
        """,
    ),
    (
        "daily usage",
        "u",
        """
        INSERT INTO daily_usage (user_id, day, calls)
        SELECT :b + n, current_date - (n % 30)::int, n % 10 FROM generate_series(:first, :last) AS n
        """,
    ),
    (
        "insights",
        "s",
        """
        INSERT INTO insights (id, subject_hash, content_hash, passage_reference, passage_text, historical_context,
                              theological_significance, practical_application, source, created_at)
            OVERRIDING SYSTEM VALUE
        SELECT :bi + n, sha256(('insight-' || :bi + n)::bytea), sha256('c'), 'John ' || n % 21 + 1,
               repeat('In the beginning was the Word. ', 5), repeat('context ', 40), repeat('significance ', 30),
               repeat('application ', 30), 'library', now()
        FROM generate_series(:first, :last) AS n
        """,
    ),
    (
        "links to insights",
        "u",
        """
        INSERT INTO user_insights (user_id, insight_id, linked_at)
        SELECT :b + n, :bi + 1 + (n::bigint * 7 + k * 13) % :s, now() - interval '1 hour' * (n % 1000 + k)
        FROM generate_series(:first, :last) AS n, generate_series(1, 5) AS k
        """,
    ),
    (
        "definitions",
        "s",
        """
        INSERT INTO definitions (id, subject_hash, content_hash, word, passage_reference, verse_text, definition,
                                 biblical_usage, original_language, source, created_at) OVERRIDING SYSTEM VALUE
        SELECT :bd + n, sha256(('definition-' || :bd + n)::bytea), sha256('c'), 'word', 'John ' || n % 21 + 1,
               repeat('In the beginning was the Word. ', 2), repeat('definition ', 20), repeat('usage ', 30),
               repeat('language ', 10), 'library', now()
        FROM generate_series(:first, :last) AS n
        """,
    ),
    (
        "links to definitions",
        "u",
        """
        INSERT INTO user_definitions (user_id, definition_id, linked_at)
        SELECT :b + n, :bd + 1 + (n::bigint * 7 + k * 13) % :s, now() - interval '1 hour' * (n % 1000 + k)
        FROM generate_series(:first, :last) AS n, generate_series(1, 3) AS k
        """,
    ),
    (
        "chats",
        "u",
        """
        INSERT INTO conversations (id, user_id, title, passage_reference, created_at, updated_at)
            OVERRIDING SYSTEM VALUE
        SELECT :bc + n, :b + n, 'What is meant by the light?', 'John 1', now() - interval '1 day',
               now() - interval '1 minute' * (n % 1000)
        FROM generate_series(:first, :last) AS n
        """,
    ),
    (
        "messages",
        "m",
        """
        INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
        SELECT :bc + 1 + (n - 1)::bigint * :u / :m, :b + 1 + (n - 1)::bigint * :u / :m,
               CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END,
               CASE WHEN n % 100000 = 0 THEN 'pending' ELSE 'complete' END,
               repeat('And the light shines in the darkness. ', 3), now() - interval '1 minute' * (:m - n) / 100
        FROM generate_series(:first, :last) AS n
        """,
    ),
    (
        "link codes",
        "u",
        """
        INSERT INTO link_codes (user_id, code_hash, status, slot, created_at, expires_at)
        SELECT :b + n, sha256(('code-' || :b + n)::bytea), CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'used' END, 1,
               now(), now() + interval '5 minutes' - interval '1 second' * (n % 3600)
        FROM generate_series(:first, :last) AS n
        WHERE n % 50 = 0
        """,
    ),
    (
        "rate buckets",
        "u",
        """
        INSERT INTO rate_buckets (bucket, user_id, window_start, taken)
        SELECT 'generate', :b + n, now() - interval '1 second' * (n % 200000), 1
        FROM generate_series(:first, :last) AS n
        WHERE n % 10 = 0
        """,
    ),
    (
        "generations",
        "s",
        """
        INSERT INTO generations (kind, subject_hash, holder, lease_until)
        SELECT 'insight', sha256(('generating-' || :bi + n)::bytea), gen_random_uuid(),
               now() - interval '1 second' * (n % 5000)
        FROM generate_series(:first, :last) AS n
        """,
    ),
]

# The first of the new users reads more than all others: 5,000 insights and definitions, 500 chats, one of 2,000
# messages, and as many about an insight of long ago.
READER = """
INSERT INTO user_insights (user_id, insight_id, linked_at)
SELECT :b + 1, :bi + n, now() - interval '1 minute' * n FROM generate_series(1, least(:s, 5000)) AS n
ON CONFLICT DO NOTHING;
INSERT INTO user_definitions (user_id, definition_id, linked_at)
SELECT :b + 1, :bd + n, now() - interval '1 minute' * n FROM generate_series(1, least(:s, 5000)) AS n
ON CONFLICT DO NOTHING;
INSERT INTO conversations (user_id, title, created_at, updated_at)
SELECT :b + 1, 'And what of the darkness?', now() - interval '1 minute' * n, now() - interval '1 minute' * n
FROM generate_series(1, 500) AS n;
INSERT INTO conversations (user_id, insight_id, created_at, updated_at)
SELECT :b + 1, insight_id, linked_at, linked_at
FROM user_insights WHERE user_id = :b + 1 ORDER BY linked_at, insight_id OFFSET 10 LIMIT 1;
INSERT INTO messages (conversation_id, user_id, role, state, content, created_at)
SELECT id, :b + 1, CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END, 'complete', 'Light ' || n, now()
FROM (
    (SELECT id FROM conversations WHERE user_id = :b + 1 AND insight_id IS NULL ORDER BY updated_at, id OFFSET 10 LIMIT 1)
    UNION ALL
    (SELECT id FROM conversations WHERE user_id = :b + 1 AND insight_id IS NOT NULL)
) AS long, generate_series(1, 2000) AS n;
INSERT INTO message_embeddings (message_id, model, embedding)
SELECT id, 'sample', array_fill(0.1::real, ARRAY[1024])::vector
FROM messages
WHERE id > (SELECT max(id) - 20000 FROM messages)
"""

SEQUENCES = """
SELECT setval(pg_get_serial_sequence(name, 'id'), highest)
FROM (SELECT 'users' AS name, (SELECT max(id) FROM users) AS highest
      UNION ALL SELECT 'insights', (SELECT max(id) FROM insights)
      UNION ALL SELECT 'definitions', (SELECT max(id) FROM definitions)
      UNION ALL SELECT 'conversations', (SELECT max(id) FROM conversations)) AS highest
"""


def command(arguments: list[str]) -> int:
    """Fills the database of `make run`, or that of `DATABASE_URL`."""
    parser = argparse.ArgumentParser(prog="python3 dev fill", description=__doc__.split("\n\n")[0])
    parser.add_argument("--users", type=_count, default=1_000_000, help="users to add (1,000,000)")
    parser.add_argument("--messages", type=_count, default=None, help="messages to add (ten a user)")
    options = parser.parse_args(arguments)
    messages = options.messages or 10 * options.users
    lock = clone.run_lock()
    if database.given() is None and not lock.take_after_a_crash():
        raise Failure("`make run` is running: stop it first. Its database is the one to fill.")
    with database.for_running() as url:
        _refuse_strangers(url)
        fill(url, options.users, messages)
    return 0


def fill(url: str, users: int, messages: int) -> None:
    """Adds the rows, a line of progress for each table and each chunk of it."""
    if psql.need(url, "SELECT to_regclass('rate_buckets') IS NOT NULL", "The database does not answer") != "t":
        raise Failure("The database lacks the migrations: start `make run` once, or invoke `migrate`.")
    numbers = {"u": users, "m": messages, "s": max(users // 10, 1000), **_highest(url)}
    trusting = _without_foreign_keys(url)
    for name, total, sql in STEPS:
        whose = "of the users" if total == "u" and name != "users" else ""
        with step(f"{numbers[total]:,} {name}" if not whose else f"{name} {whose}", long=numbers[total] > CHUNK):
            for first in range(1, numbers[total] + 1, CHUNK):
                last = min(first + CHUNK - 1, numbers[total])
                _run(url, name, trusting + _with(sql, {**numbers, "first": first, "last": last}))
                if last < numbers[total]:
                    say(f"    {last:,} of {numbers[total]:,}")
    with step("a reader with much of everything"):
        _run(url, "sequences", SEQUENCES)
        _run(url, "the reader", _with(READER, numbers))
    with step("vacuum and statistics"):
        _run(url, "vacuum", "VACUUM (ANALYZE)")


def _count(text: str) -> int:
    number = int(text.replace(",", "").replace("_", ""))
    if number < 1:
        raise ValueError(text)
    return number


def _refuse_strangers(url: str) -> None:
    """Invented rows are for a developer's own database."""
    if urlsplit(url).hostname not in LOOPBACK:
        raise Failure("DATABASE_URL is not on this machine: it will not be filled with invented users.")


def _highest(url: str) -> dict[str, int]:
    tables = {"b": "users", "bi": "insights", "bd": "definitions", "bc": "conversations"}
    columns = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {table})" for table in tables.values())
    answer = psql.need(url, f"SELECT {columns}", "The database does not answer")
    return dict(zip(tables, map(int, answer.split("|"))))


def _without_foreign_keys(url: str) -> str:
    allowed = psql.need(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user", "The role is unknown")
    return "SET session_replication_role = replica;\n" if allowed == "t" else ""


def _with(sql: str, numbers: dict[str, int]) -> str:
    """Puts the numbers in: `:u` is one, `::int` is not."""
    return re.sub(r"(?<!:):([a-z]+)\b", lambda name: str(numbers[name[1]]), sql)


def _run(url: str, what: str, sql: str) -> None:
    psql.need(url, sql, f"The database refused to be filled ({what})")
