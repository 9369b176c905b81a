"""Runs in the build, before anything is deployed."""

import unittest

from sample.summary import summary, with_lineage


class Summary(unittest.TestCase):
    def test_counts_and_orders(self) -> None:
        self.assertEqual(summary("b a b c a d", most=2), [("a", 2), ("b", 2)])

    def test_of_nothing_is_nothing(self) -> None:
        self.assertEqual(summary(""), [])

    def test_each_row_names_its_run(self) -> None:
        self.assertEqual(with_lineage([("a", 2)], "run 7"), [("a", 2, "run 7")])


if __name__ == "__main__":
    unittest.main()
