"""Data tests: is the table built as agreed, and does it hold what it may hold? Plain data in, faults in words out."""

from collections.abc import Iterable, Mapping

COLUMNS: Mapping[str, str] = {"word": "string", "count": "bigint", "run_id": "string"}


def faults_of_structure(columns: Mapping[str, str]) -> list[str]:
    """How names and types of columns differ from what was agreed."""
    found = [f"column {name} is missing" for name in COLUMNS if name not in columns]
    found += [f"column {name} is not agreed" for name in columns if name not in COLUMNS]
    return found + [f"column {name} is {kind}, not {COLUMNS[name]}" for name, kind in columns.items() if COLUMNS.get(name, kind) != kind]


def faults_of_content(rows: Iterable[tuple[str, int, str]], run_id: str) -> list[str]:
    """What is wrong with rows of word, count and run id, all of which the run ``run_id`` should have written."""
    rows = list(rows)
    words = [word for word, _, _ in rows]
    found = [] if rows else ["there are no rows"]
    found += [f"{word} stands there twice" for word in sorted({word for word in words if words.count(word) > 1})]
    found += [f"{word} has the count {count}" for word, count, _ in rows if count < 1]
    return found + [f"{word} was written by the run {run}" for word, _, run in rows if run != run_id]
