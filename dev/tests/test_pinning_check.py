"""The check for statements that pin a session."""

import unittest

import pinning_check

LOG = """\
2026-01-01 00:00:00.000 UTC [7] <verse> LOG:  execute sqlx_s_1: WITH caller AS (
\tSELECT 1)
\tSELECT 2
2026-01-01 00:00:00.000 UTC [7] <verse> LOG:  statement: BEGIN
2026-01-01 00:00:00.000 UTC [8] <[unknown]> LOG:  statement: SET a = 1
2026-01-01 00:00:00.000 UTC [7] <verse> ERROR:  SET a = 1
2026-01-01 00:00:00.000 UTC [7] <verse> STATEMENT:  SET a = 1
2026-01-01 00:00:00.000 UTC [9] <> LOG:  checkpoint starting: time
"""


class Reading(unittest.TestCase):
    def test_only_statements_of_functions_are_read(self) -> None:
        read = list(pinning_check.statements(LOG.splitlines(keepends=True)))
        self.assertEqual(read, ["WITH caller AS (\n\tSELECT 1)\n\tSELECT 2", "BEGIN"])


class Pins(unittest.TestCase):
    def test_statements_that_pin_are_found(self) -> None:
        for sql in (
            "SET TIME ZONE 'UTC'",
            "  set local statement_timeout = 1",
            "BEGIN; SET a = 1",
            "RESET ALL",
            "DISCARD ALL",
            "PREPARE p AS SELECT 1",
            "EXECUTE p",
            "DEALLOCATE p",
            "LISTEN x",
            "DECLARE c CURSOR FOR SELECT 1",
            "CREATE TEMP TABLE t ()",
            "CREATE TEMPORARY SEQUENCE s",
            "SELECT 1 INTO TEMP t",
            "SELECT nextval('s')",
            "SELECT setval ('s', 1)",
            "SELECT set_config('a', 'b', false)",
            "SELECT pg_advisory_xact_lock(1)",
            "SELECT pg_try_advisory_lock(1)",
        ):
            self.assertIsNotNone(pinning_check.pin(sql), sql)

    def test_other_statements_are_not_found(self) -> None:
        for sql in (
            "UPDATE users SET last_active = $1",
            "SELECT 'SET a; nextval(1)'",
            "SELECT 1 -- ; SET a = 1\n",
            "LOCK TABLE migration_lock",
            "SELECT set_config(name, '0', FALSE) FROM pg_settings\n\tWHERE name IN ('statement_timeout')",
            "CREATE TABLE temporary_things ()",
            "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN; SET a = 1; END $$ LANGUAGE plpgsql",
            "INSERT INTO t (set_at) VALUES ($1) ON CONFLICT DO UPDATE SET set_at = $1",
        ):
            self.assertIsNone(pinning_check.pin(sql), sql)
