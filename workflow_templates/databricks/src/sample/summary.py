"""A first job: count words, so that a deployment has something to run. Replace it with yours."""

from collections import Counter


def summary(text: str, most: int = 3) -> list[tuple[str, int]]:
    """The most frequent words of a text with their counts, ties in alphabetical order."""
    counts = Counter(text.lower().split())
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


if __name__ == "__main__":
    for word, count in summary("the same artifact goes to every environment and the same gate stands before the last"):
        print(f"{word}: {count}")
