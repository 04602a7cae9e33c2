"""How the statements that `explain` asks are found, and what they are asked with."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import explain
import fill

SAMPLE = {"users": "1", "user_id": "1", "insights": "7", "insight_id": "7", "token_hash": "sha256('t')"}


class Statements(unittest.TestCase):
    def test_every_prepared_statement_is_found_in_the_source(self) -> None:
        found = explain.statements()
        self.assertGreater(len(found), 0)
        unknown = [statement.name for statement in found if statement.name.startswith("?")]
        self.assertEqual(unknown, [])
        self.assertIn("users::find_or_create", [statement.name for statement in found])

    def test_a_parameter_is_what_it_is_compared_with(self) -> None:
        sql = """WITH caller AS (SELECT user_id FROM devices WHERE token_hash = $1)
                 SELECT id FROM insights WHERE id = $2 AND created_at < $3 LIMIT $4"""
        values = [
            explain.parameter(sql, number, kind, SAMPLE)[0]
            for number, kind in enumerate(("bytea", "bigint", "timestamptz", "bigint"), 1)
        ]
        self.assertEqual(values, ["sha256('t')", "7", "now()", "50"])

    def test_a_parameter_that_may_be_null_is_tried_both_ways(self) -> None:
        sql = "SELECT 1 FROM user_insights WHERE ($1::bigint IS NULL OR insight_id < $1) AND user_id = $2"
        self.assertEqual(explain.parameter(sql, 1, "bigint", SAMPLE), ("7", True))
        self.assertEqual(explain.parameter(sql, 2, "bigint", SAMPLE), ("1", False))

    def test_an_array_is_what_its_column_is_called(self) -> None:
        sql = "INSERT INTO t SELECT * FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS given (role, other, place)"
        sample = {**SAMPLE, "role": "'user'"}
        self.assertEqual(explain.parameter(sql, 1, "text[]", sample), ("ARRAY['user']::text[]", False))
        self.assertEqual(explain.parameter(sql, 2, "bigint[]", sample), ("ARRAY[1]::bigint[]", False))

    def test_the_hot_statements_are_there(self) -> None:
        self.assertEqual(explain.missing(explain.statements()), [])

    def test_types_are_called_as_postgres_does(self) -> None:
        self.assertEqual([explain._type(name) for name in ("Int8", "Int8Array", "Bytea")], ["bigint", "bigint[]", "bytea"])


class Plans(unittest.TestCase):
    def test_a_whole_table_is_told_from_a_range(self) -> None:
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
        explain._walk(plan, measure)
        self.assertEqual(measure.whole, ["users", "messages_pkey"])
        self.assertEqual((measure.scans, measure.rows), (["devices_by_user"], 5106))


class Filling(unittest.TestCase):
    def test_numbers_take_the_place_of_names_and_casts_stay(self) -> None:
        sql = fill._with("SELECT :b + n::int, :bi FROM generate_series(:first, :last)", {"b": 1, "bi": 2, "first": 3, "last": 4})
        self.assertEqual(sql, "SELECT 1 + n::int, 2 FROM generate_series(3, 4)")

    def test_a_database_elsewhere_is_not_filled(self) -> None:
        fill._refuse_strangers("postgres://u:p@127.0.0.1:5432/verse")
        with self.assertRaises(fill.Failure):
            fill._refuse_strangers("postgres://u:p@db.example.org/verse")


if __name__ == "__main__":
    unittest.main()
