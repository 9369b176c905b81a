"""Exchanges with api.github.com held against GitHub's own description, where that lies beside the checkout.

Owns the list of calls that the description does not hold, each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.contract.judging import JUDGE, judged

Json = Any

GAPS = (
    r"POST /graphql",  # GraphQL: the sandbox checks its input member by member
    r"GET /repos/[^/]+/[^/]+/compare/.+",  # not among the described operations
    r"GET /repos/[^/]+/[^/]+/readme",
    r"[A-Z]+ /repos/[^/]+/[^/]+/issues.*",
    r"GET /repos/[^/]+/[^/]+/contents/?",
    r"[A-Z]+ /repos/[^/]+/[^/]+/environments/[^/]*%2F.*",  # the judge takes the quoted slash for a separator
)


def disagreements(exchanges: Iterable[Json]) -> list[str]:
    """What disagrees with the description; nothing where the judge is not at hand."""
    if not JUDGE.exists():
        return []
    found: list[str] = []
    for exchange in exchanges:
        path = exchange["url"].removeprefix("https://api.github.com").partition("?")[0]
        call = f"{exchange['method']} {path}"
        if exchange["service"] != "github" or exchange["status"] == 501 or any(re.fullmatch(gap, call) for gap in GAPS):
            continue
        found += judged([exchange]).findings
    return found
