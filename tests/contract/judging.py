"""The judge over recorded exchanges, in this process: findings, and which described operations were judged.

Owns the loading of ``../shared/conformance/judge.py`` where it is at hand; decides nothing itself. The command that a person would run
is tested beside it.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.rehearsal import ROOT

JUDGE = ROOT.parent / "shared" / "conformance" / "judge.py"
GAPS = Path(__file__).with_name("known-gaps.txt")

needs_judge = pytest.mark.skipif(not JUDGE.exists(), reason="the official descriptions (../shared) are not here")


@dataclass(frozen=True, slots=True)
class Judged:
    """``findings`` are disagreements, ready to be read; ``operations`` are ``SERVICE METHOD ROUTE`` of the descriptions."""

    findings: tuple[str, ...]
    operations: frozenset[str]


@functools.cache
def _judge() -> Any:
    spec = importlib.util.spec_from_file_location("conformance_judge", JUDGE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@functools.cache
def _gaps(also: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gaps.txt"
        path.write_text(f"{GAPS.read_text(encoding='utf-8')}\n{also}\n", encoding="utf-8")
        return _judge().read_gaps(path)


class _Described(dict[str, Any]):
    """The operations of each service, its descriptions read when its first exchange is judged."""

    def __contains__(self, service: object) -> bool:
        return service in _judge().DOCUMENTS

    def __missing__(self, service: str) -> Any:
        judge = _judge()
        whole, judge.DOCUMENTS = judge.DOCUMENTS, {service: judge.DOCUMENTS[service]}
        try:
            self[service] = judge.load(judge.SPECS)[service]
        finally:
            judge.DOCUMENTS = whole
        return self[service]


_DESCRIBED = _Described()


def judged(exchanges: Iterable[Mapping[str, Any]], *, also: str = "") -> Judged:
    """The judge's verdict, strict, with the known gaps; ``also`` is the text of more of them."""
    judge, rules = _judge(), _gaps(also)
    findings, operations = [], set()
    for whole in exchanges:
        for exchange in judge.singly({**whole}):
            exchange["service"], own = judge.service_of(exchange)
            verdict, problems, route = judge.judge_exchange(exchange, _DESCRIBED, True)
            gap = verdict == "unknown" and judge.is_gap(rules, exchange)
            strangers = [] if own else ["the host is none of the clouds' own"]
            told = strangers if gap else [*problems, *strangers]
            findings += [f"{exchange['method']} {exchange['url']} -> {exchange['status']}: {problem}" for problem in told]
            if route:
                operations.add(f"{exchange['service']} {exchange['method'].upper()} {route}")
    return Judged(tuple(findings), frozenset(operations))
