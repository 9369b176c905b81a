"""Features on SQLite instead of Spark, and what the training decides."""

import sqlite3
import unittest

from forecast import features, training

ORDERS = [
    ("1", "ada", 10.0, "2026-01-01", "7"),
    ("2", "ada", 20.0, "2026-01-02", "7"),
    ("3", "ada", 60.0, "2026-01-03", "8"),
    ("4", "bea", 5.0, "2026-01-01", "7"),
]


def rows(statement: str) -> list[dict[str, float]]:
    orders = sqlite3.connect(":memory:")
    orders.row_factory = sqlite3.Row
    orders.execute("create table orders (order_id, customer, amount, ordered_on, run_id)")
    orders.executemany("insert into orders values (?, ?, ?, ?, ?)", ORDERS)
    return [dict(row) for row in orders.execute(statement)]


class Forecast(unittest.TestCase):
    def test_features_of_each_customer(self) -> None:
        found = {row["customer"]: row for row in rows(features.features("orders"))}
        self.assertEqual([found["ada"][name] for name in features.NAMES], [3, 90.0, 30.0, 60.0])
        self.assertEqual((found["ada"]["last_on"], found["ada"]["run_id"]), ("2026-01-03", "8"))

    def test_the_model_never_sees_the_order_that_it_should_tell(self) -> None:
        found = rows(features.examples("orders"))
        self.assertEqual([row["customer"] for row in found], ["ada"])
        self.assertEqual([found[0][name] for name in (*features.NAMES, "next_amount")], [2, 30.0, 15.0, 20.0, 60.0])

    def test_the_table_has_the_columns_that_are_written(self) -> None:
        written = list(rows(features.features("orders"))[0])
        declared = [part.split()[0] for part in features.definition("c.s.t").partition("(")[2].split(", ")][: len(written)]
        self.assertEqual(declared, written)
        self.assertIn("constraint t_key primary key (customer)", features.definition("c.s.t"))

    def test_matrix(self) -> None:
        row = {"orders": 1, "amount": 2, "mean_amount": 3, "largest_amount": 4, "next_amount": 5}
        self.assertEqual(training.matrix([row, row]), ([[1.0, 2.0, 3.0, 4.0]] * 2, [5.0, 5.0]))
        with self.assertRaises(ValueError):
            training.matrix([row])

    def test_a_model_follows_unless_it_is_worse(self) -> None:
        self.assertEqual(training.mean_error([1.0, 5.0], [2.0, 2.0]), 2.0)
        self.assertEqual([training.follows(error, 10.0) for error in (9.0, 10.05, 11.0)], [True, True, False])
        self.assertTrue(training.follows(99.0, None))


if __name__ == "__main__":
    unittest.main()
