"""The statements that the jobs run on Spark, run here on SQLite."""

import sqlite3
import unittest
from collections.abc import Iterable

from orders import checks, samples, statements

COLUMNS = ("order_id", "customer", "amount", "ordered_at", "loaded_at", "run_id")


def lake(rows: Iterable[samples.Order]) -> sqlite3.Connection:
    """The tables as the job makes them from raw orders."""
    found = sqlite3.connect(":memory:")
    found.execute(f"create table raw ({', '.join(COLUMNS)})")
    found.executemany("insert into raw values (?, ?, ?, ?, '2026-02-01', '7')", list(rows))
    for name, statement in (("clean", statements.clean("raw")), ("rejected", statements.rejected("raw"))):
        found.execute(f"create table {name} as {statement}")
    found.execute(f"create table daily as {statements.daily('clean')}")
    return found


def faults(tables: sqlite3.Connection) -> list[str]:
    asked = checks.faults("raw", "clean", "rejected", "daily")
    return [words for words, statement in asked.items() if tables.execute(statement).fetchone()[0]]


class Orders(unittest.TestCase):
    def test_an_order_is_trimmed_and_there_once_as_it_was_told_last(self) -> None:
        rows = [(" 1 ", " Ada ", 5.0, "2026-01-01T10:00"), ("1", "Ada", 6.0, "2026-01-02T10:00")]
        found = lake(rows).execute("select * from clean").fetchall()
        self.assertEqual(found, [("1", "ada", 6.0, "2026-01-02", "7")])

    def test_each_rule_rejects_and_says_so(self) -> None:
        found = lake(samples.FAULTY).execute("select rule from rejected").fetchall()
        order, customer, amount, day = statements.RULES
        self.assertEqual([rule for (rule,) in found], [order, customer, amount, amount, day])

    def test_days_are_summed_up(self) -> None:
        rows = [("1", "a", 1.5, "2026-01-01"), ("2", "A", 2.25, "2026-01-01"), ("3", "b", 1.0, "2026-01-02")]
        found = lake(rows).execute("select * from daily order by ordered_on").fetchall()
        self.assertEqual(found, [("2026-01-01", 2, 1, 3.75, "7"), ("2026-01-02", 1, 1, 1.0, "7")])

    def test_the_sample_orders_pass_the_data_tests(self) -> None:
        tables = lake(samples.orders())
        self.assertEqual(faults(tables), [])
        self.assertEqual(tables.execute("select count(*) from rejected").fetchone()[0], len(samples.FAULTY))

    def test_the_data_tests_find_what_is_planted(self) -> None:
        planted = {
            "raw orders got lost": "delete from clean where order_id = 'o-2-0'",
            "orders are there twice": "insert into clean select * from clean limit 1",
            "orders have no run": "update clean set run_id = null",
            "orders are missing in their day": "delete from daily where ordered_on = '2026-01-04'",
            "rejected orders name no rule": "update rejected set rule = null",
        }
        self.assertEqual(list(planted), list(checks.faults("a", "b", "c", "d")))
        for words, statement in planted.items():
            tables = lake(samples.orders())
            tables.execute(statement)
            self.assertIn(words, faults(tables))


if __name__ == "__main__":
    unittest.main()
