"""How `explain` finds the statements and reads their plans."""

import base64
import hashlib
import unittest
from contextlib import redirect_stdout
from io import StringIO

import explain
import fill
from output import Failure

LOG = """\
2026-01-01 00:00:00.000 UTC [7] <verse> LOG:  execute sqlx_s_1: SELECT $1
\tFROM users WHERE $2
2026-01-01 00:00:00.000 UTC [7] <verse> DETAIL:  Parameters: $1 = 'it''s, $2 = NULL
\tso', $2 = NULL
2026-01-01 00:00:00.000 UTC [7] <verse> LOG:  execute sqlx_s_2: SELECT 1
2026-01-01 00:00:00.000 UTC [8] <psql> LOG:  execute s: SELECT 2
2026-01-01 00:00:00.000 UTC [9] <> LOG:  checkpoint starting: time
"""


class Statements(unittest.TestCase):
    def test_every_prepared_statement_is_found_in_the_source(self) -> None:
        names = list(explain.statements().values())
        self.assertGreater(len(names), 0)
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual([name for name in names if name.startswith("?")], [])
        self.assertIn("users::find_or_create", names)

    def test_every_unreached_statement_exists(self) -> None:
        self.assertEqual(set(explain.UNREACHED) - set(explain.statements().values()), set())


class Plans(unittest.TestCase):
    def test_a_whole_table_is_not_a_range(self) -> None:
        plan = {
            "Node Type": "Limit",
            "Plans": [
                {"Node Type": "Seq Scan", "Relation Name": "users", "Actual Rows": 5, "Actual Loops": 1,
                 "Rows Removed by Filter": 95},
                {"Node Type": "Index Scan", "Relation Name": "devices", "Index Name": "devices_by_user",
                 "Index Cond": "x", "Actual Rows": 2, "Actual Loops": 3},
                {"Node Type": "Index Scan", "Relation Name": "messages", "Index Name": "messages_pkey",
                 "Actual Rows": 5000, "Actual Loops": 1},
            ],
        }  # fmt: skip
        measure = explain.Measure()
        measure.add(0.5, plan)
        self.assertEqual(measure.whole, ["users", "messages_pkey"])
        self.assertEqual((measure.scans, measure.rows), (["devices_by_user"], 5106))

    def test_the_worst_execution_counts(self) -> None:
        measure = explain.Measure()
        for time, rows in ((0.5, 10), (0.2, 30), (0.1, 20)):
            measure.add(
                time, {"Node Type": "Tid Scan", "Relation Name": "users", "Actual Rows": rows, "Actual Loops": 1}
            )
        self.assertEqual((measure.calls, measure.time, measure.rows), (3, 0.5, 30))
        self.assertEqual(measure.scans, ["users by ctid"])

    def test_statements_are_read_from_the_log_with_their_parameters(self) -> None:
        self.assertEqual(
            list(explain.executions(LOG.splitlines(keepends=True))),
            [("SELECT $1\nFROM users WHERE $2", "'it''s, $2 = NULL\nso', NULL"), ("SELECT 1", "")],
        )

    def report(self, users: int, **measure: object) -> int:
        names = {sql: name for sql, name in explain.statements().items() if name == "insights::get_user_insights"}
        self.assertEqual(len(names), 1)
        results = [{name: explain.Measure(**measure) for name in names.values()}]  # type: ignore[arg-type]
        with redirect_stdout(StringIO()):
            return explain.report([users], results)

    def test_a_statement_that_reads_too_much_fails(self) -> None:
        self.assertEqual(self.report(1_000_000, calls=1, rows=explain.PAGE_ROWS), 0)
        self.assertEqual(self.report(1_000_000, calls=1, rows=explain.PAGE_ROWS + 1), 1)
        self.assertEqual(self.report(1_000_000, calls=1, whole=["users"]), 1)
        self.assertEqual(self.report(1_000, calls=1, whole=["users"]), 0)
        self.assertEqual(self.report(1_000_000, error="ERROR"), 1)
        self.assertEqual(self.report(1_000_000, calls=1, error="ERROR"), 0)

    def test_a_statement_that_was_not_called_fails(self) -> None:
        self.assertEqual(self.report(1_000), 1)


class Filling(unittest.TestCase):
    def test_names_are_replaced_and_casts_stay(self) -> None:
        sql = fill.with_numbers(
            "SELECT :b + n::int, :bi FROM generate_series(:first, :last)", {"b": 1, "bi": 2, "first": 3, "last": 4}
        )
        self.assertEqual(sql, "SELECT 1 + n::int, 2 FROM generate_series(3, 4)")

    def test_the_cookie_matches_the_device_of_the_filled_rows(self) -> None:
        text = fill.cookie(7).removeprefix("verse_user_id=")
        token = base64.urlsafe_b64decode(f"{text}=")
        self.assertEqual(token, hashlib.sha256(b"device-7-0").digest())

    def test_a_database_on_another_machine_is_refused(self) -> None:
        fill.refuse_remote("postgres://u:p@127.0.0.1:5432/verse")
        with self.assertRaises(Failure):
            fill.refuse_remote("postgres://u:p@db.example.org/verse")
