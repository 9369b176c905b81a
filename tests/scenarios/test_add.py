"""`lakestrap add` as a person types it: three environments set up and one added are the four set up at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.crash.canonical import differing, ids_in
from tests.scenarios.rehearsal import rehearsed, small_project

HEAD = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
identity: {mode: MODE}
delivery: {strategy: STRATEGY}
tags: {cost-centre: "4711"}
locks: production
secrets:
  - {name: api-key, from: "env:API_KEY"}
access:
  - {group: data-operators, role: secrets-officer}
environments:
"""
ROWS = (
    "  - {name: dev, subscription: Contoso Dev}\n",
    "  - {name: test, subscription: Contoso UAT}\n",
    '  - {name: uat, subscription: Contoso UAT, reviewers: ["@ana"]}\n',
    '  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana", contoso/platform], wait_minutes: 10}\n',
)
ADD = "add uat --like test --after test --reviewer @ana --yes --json --no-input"
TWICE = f'"$@" setup --yes --json >one.out 2>one.err && "$@" {ADD} >two.out 2>two.err && python3 merge.py && "$@" AGAIN'
MERGING = """\
import json, os, ssl, urllib.request
for number in (1,):
    request = urllib.request.Request(f"https://api.github.com/repos/contoso/shop/pulls/{number}/merge", b"{}", method="PUT")
    request.add_header("Authorization", "Bearer " + os.environ["GH_TOKEN"])
    urllib.request.urlopen(request, context=ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"]))
"""
HISTORY = ("github.refs", "github.pulls", "github.repositories", "github.events", "github.activity", "github.issues")
"""What tells how the files came to the repository: by one commit, or by a commit and a pull request."""


def comparable(world: Mapping[str, Any]) -> dict[str, Any]:
    """The world without the history of its git content."""
    kept = {table: rows for table, rows in world.items() if not table.startswith(HISTORY)}
    kept["github.refs"] = {key: row for key, row in world["github.refs"].items() if key.endswith("refs/heads/main")}
    return kept


def without_history(lines: list[str]) -> list[str]:
    return [line for line in lines if "/history/" not in line and " /sha = " not in line]


@pytest.mark.matrix
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("mode", "strategy"), [("federated", "trunk"), ("client-secret", "trunk"), ("managed-identity", "release")])
def test_three_and_one_are_four(tmp_path: Path, mode: str, strategy: str) -> None:
    text = HEAD.replace("MODE", mode).replace("STRATEGY", strategy)
    grown, whole = tmp_path / "grown", tmp_path / "whole"
    small_project(grown, text=text + "".join(row for row in ROWS if "name: uat" not in row))
    (grown / "merge.py").write_text(MERGING)
    script = TWICE.replace("AGAIN", "verify --json").replace("python3", sys.executable)
    one = rehearsed(grown, "sh", "-c", script, "sh", "lakestrap")
    assert one.code == 0, one.stderr + (grown / "two.err").read_text()
    small_project(whole, text=text + "".join(ROWS))
    other = rehearsed(whole, "lakestrap", "setup", "--yes", "--json")
    assert other.code == 0, other.stderr
    begun = ids_in(rehearsed(tmp_path, "true").world)
    found = without_history(differing(comparable(other.world), comparable(one.world), begun, frozenset({"a-value-for-the-test"})))
    assert not found, "\n".join(found[:40])
    files = {path.relative_to(whole) for path in whole.rglob("*") if path.is_file() and ".lakestrap" not in path.parts}
    for path in (path for path in files if path.name not in ("world.json", "record.jsonl", "lakestrap.yaml")):
        assert (grown / path).read_text() == (whole / path).read_text(), path


def test_an_environment_too_many_is_found(tmp_path: Path) -> None:
    world = rehearsed(tmp_path, "true").world
    more = json.loads(json.dumps(world))
    more["arm.groups"] = {"/subscriptions/x/resourcegroups/rg-shop-uat": {"name": "rg-shop-uat"}}
    world["github.refs"] = more["github.refs"] = {}
    assert without_history(differing(comparable(world), comparable(more), ids_in(world)))


def test_wrong_arguments_are_told_at_once_and_nothing_is_asked(tmp_path: Path) -> None:
    small_project(tmp_path)
    words = ("add", "PROD", "--like", "qa", "--after", "uat", "--region", "??", "--reviewer", "ana")
    done = rehearsed(tmp_path, "lakestrap", *words)
    assert done.code == 2 and done.exchanges == []
    for place in ("ENV", "--like", "--after", "--region", "--reviewer"):
        assert f"error: {place}:" in done.stderr or f"{place}: " in done.stderr, done.stderr
