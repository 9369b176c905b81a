"""A first transformation: count words, so that a deployment has something to run. Replace it with yours."""

from collections import Counter

TEXT = "the same artifact goes to every environment and the same gate stands before the last"


def summary(text: str, most: int = 3) -> list[tuple[str, int]]:
    """The most frequent words of a text with their counts, ties in alphabetical order."""
    counts = Counter(text.lower().split())
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def with_lineage(rows: list[tuple[str, int]], run_id: str) -> list[tuple[str, int, str]]:
    """The rows with the id of the run that made them, so that each row can be traced to it."""
    return [(*row, run_id) for row in rows]
