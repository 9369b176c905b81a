"""Exchanges with api.github.com held against GitHub's own description, where that lies beside the checkout.

Owns the list of calls that the description does not hold, each with its reason.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Json = Any

JUDGE = Path(__file__).resolve().parents[4] / "shared" / "conformance" / "judge.py"
GAPS = (
    r"POST /graphql",  # GraphQL: the sandbox checks its input member by member
    r"GET /repos/[^/]+/[^/]+/compare/.+",  # not among the described operations
    r"GET /repos/[^/]+/[^/]+/readme",
    r"[A-Z]+ /repos/[^/]+/[^/]+/issues.*",
    r"GET /repos/[^/]+/[^/]+/contents/?",
    r"[A-Z]+ /repos/[^/]+/[^/]+/environments/[^/]*%2F.*",  # the judge takes the quoted slash for a separator
)


@functools.cache
def _judge() -> Json:
    specification = importlib.util.spec_from_file_location("conformance_judge", JUDGE)
    assert specification is not None
    assert specification.loader is not None
    module: Any = importlib.util.module_from_spec(specification)
    sys.modules["conformance_judge"] = module
    specification.loader.exec_module(module)
    module.DOCUMENTS = {"github": module.DOCUMENTS["github"]}
    return module, module.load(module.SPECS)


def disagreements(exchanges: Iterable[Json]) -> list[str]:
    """What disagrees with the description; nothing where the judge is not at hand."""
    if not JUDGE.exists():
        return []
    module, services = _judge()
    found = []
    for exchange in exchanges:
        path = exchange["url"].removeprefix("https://api.github.com").partition("?")[0]
        call = f"{exchange['method']} {path}"
        if exchange["service"] != "github" or exchange["status"] == 501 or any(re.fullmatch(gap, call) for gap in GAPS):
            continue
        _, problems, _ = module.judge_exchange(exchange, services, True)
        found += [f"{call} -> {exchange['status']}: {problem}" for problem in problems]
    return found
