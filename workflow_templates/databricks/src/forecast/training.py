"""Everything about the training that needs neither Spark nor MLflow: the matrix, the errors, and whether a model is better."""

from collections.abc import Mapping, Sequence

from forecast.features import NAMES

TOLERANCE = 0.01
"""How much worse, as a part, a model may be and still follow the one before."""


def matrix(rows: Sequence[Mapping[str, float]]) -> tuple[list[list[float]], list[float]]:
    """Features and what they should tell, of rows of ``examples``. Raises ``ValueError`` where there are too few of them."""
    if len(rows) < 2:
        raise ValueError(f"{len(rows)} customers have ordered twice: a model needs two of them")
    return [[float(row[name]) for name in NAMES] for row in rows], [float(row["next_amount"]) for row in rows]


def mean_error(told: Sequence[float], seen: Sequence[float]) -> float:
    """The mean absolute error."""
    return sum(abs(a - b) for a, b in zip(told, seen, strict=True)) / len(seen)


def follows(error: float, before: float | None) -> bool:
    """Whether a model with this error takes the place of the one before."""
    return before is None or error <= before * (1 + TOLERANCE)
