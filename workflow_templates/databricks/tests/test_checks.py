"""The data tests find what they are there to find."""

import unittest

from sample.checks import COLUMNS, faults_of_content, faults_of_structure


class Checks(unittest.TestCase):
    def test_what_is_as_agreed_passes(self) -> None:
        self.assertEqual(faults_of_structure(COLUMNS), [])
        self.assertEqual(faults_of_content([("a", 1, "7")], "7"), [])

    def test_structure(self) -> None:
        found = faults_of_structure({"word": "string", "count": "int", "more": "string"})
        self.assertEqual(found, ["column run_id is missing", "column more is not agreed", "column count is int, not bigint"])

    def test_content(self) -> None:
        self.assertEqual(faults_of_content([], "7"), ["there are no rows"])
        found = faults_of_content([("a", 0, "7"), ("a", 1, "6")], "7")
        self.assertEqual(found, ["a stands there twice", "a has the count 0", "a was written by the run 6"])


if __name__ == "__main__":
    unittest.main()
