"""Our traffic and the sandbox's answers, held against the official API descriptions where they are at hand."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.contract.judging import GAPS, JUDGE, judged, needs_judge
from tests.contract.operations import SESSION, operations_by_kind
from tests.scenarios.finished import run_of, set_up
from tests.scenarios.rehearsal import Finished, rehearsed, small_project

_RUNS = "github GET /repos/{owner}/{repo}/actions"
FLOWS = {
    "arm GET /subscriptions/{subscriptionId}/providers/Microsoft.Authorization/roleAssignments": "the preflight reads one's own roles",
    "arm GET /subscriptions/{subscriptionId}/providers/Microsoft.Authorization/denyAssignments": "… what stands against them",
    "arm GET /{scope}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances": "… what could be activated",
    "arm GET /subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/usages": "… the quota of cores",
    "graph GET /me/transitiveMemberOf": "… one's own directory roles",
    "github GET /rate_limit": "… the scopes of the token",
    "github GET /orgs/{org}": "… the plan of the account",
    "github GET /orgs/{org}/actions/permissions": "… whether Actions may run",
    "github GET /repos/{owner}/{repo}/rules/branches/{branch}": "… the rules of the branch for the proposal",
    "github GET /user/memberships/orgs/{org}": "… whether a repository may be made",
    "github GET /orgs/{org}/teams/{team_slug}": "reviewers that are a team",
    "github PUT /repos/{owner}/{repo}/contents/{path}": "the first file of an empty repository, which the sample's stands on",
    "github GET /repos/{owner}/{repo}/git/commits/{commit_sha}": "the lease reads who holds it",
    "github POST /repos/{owner}/{repo}/git/commits": "… says who, from when, until when",
    "github PATCH /repos/{owner}/{repo}/git/refs/{ref}": "… claims, prolongs and releases it, never by force",
    f"{_RUNS}/workflows/{{workflow_id}}": "the proof looks whether the workflow is there",
    f"{_RUNS}/workflows/{{workflow_id}}/runs": "… finds the run it dispatched",
    f"{_RUNS}/runs/{{run_id}}": "… how it went",
    f"{_RUNS}/runs/{{run_id}}/pending_deployments": "… who has to approve it",
    "github POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches": "… starts it",
}
"""Described operations that no kind uses in its life, and who does. What a set-up, a check or a proof sends is here or in the table."""


def judge_command(*recordings: Path, report: Path) -> subprocess.CompletedProcess[str]:
    """The judge as a person runs it."""
    words = [sys.executable, str(JUDGE), "--strict", "--gaps", str(GAPS), "--json", str(report), *map(str, recordings)]
    return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)


def also(folder: Path, *command: str) -> Finished:
    """A command in the world that the last one left."""
    left = folder / "left.json"
    shutil.copy(folder / "world.json", left)
    return rehearsed(folder, "lakestrap", *command, options=("--world", str(left)))


def used(exchanges: list[dict[str, Any]]) -> frozenset[str]:
    """Operations of exchanges that agree with the descriptions."""
    verdict = judged(exchanges)
    assert verdict.findings == ()
    return verdict.operations - SESSION


@needs_judge
@pytest.mark.parametrize("mode", ["federated", *(pytest.param(m, marks=pytest.mark.matrix) for m in ("managed-identity", "client-secret"))])
def test_a_set_up_agrees_with_the_official_descriptions(tmp_path: Path, mode: str) -> None:
    small_project(tmp_path, mode)
    before = rehearsed(tmp_path, "lakestrap", "check", "--json")
    assert before.code == 0, before.stderr
    shutil.copytree(set_up(mode=mode), tmp_path, dirs_exist_ok=True)
    done = run_of(tmp_path)
    verdict = judge_command(tmp_path / "record.jsonl", report=tmp_path / "report.json")
    assert verdict.returncode == 0, verdict.stdout[-6000:]
    told = frozenset(json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["operations"])
    assert told - SESSION == used(done.exchanges)
    after = [also(tmp_path, *command) for command in (("plan", "--json"), ("verify", "--json"))]
    assert [each.code for each in after] == [0, 0], after[-1].stderr
    operations = told.union(*(used(each.exchanges) for each in (before, *after)))
    table = frozenset().union(*operations_by_kind().values())
    assert sorted(operations - table - SESSION - FLOWS.keys()) == [], "used by no kind's life and by no flow that is named"
    expected = {operation for operation in FLOWS if mode != "managed-identity" or not operation.startswith("graph ")}
    assert sorted(expected - operations) == [], "said to be used, and not judged"


@needs_judge
def test_the_judge_finds_a_planted_disagreement(tmp_path: Path) -> None:
    wrong = {
        "service": "arm",
        "method": "PUT",
        "url": "https://management.azure.com/subscriptions/s/resourcegroups/g?api-version=2022-09-01",
        "request": {"location": "westeurope", "tags": "not an object"},
        "status": 200,
        "response": {"name": "g", "location": "westeurope"},
    }
    (tmp_path / "wrong.jsonl").write_text(json.dumps(wrong) + "\n")
    verdict = judge_command(tmp_path / "wrong.jsonl", report=tmp_path / "report.json")
    assert verdict.returncode == 1 and "not an object" in verdict.stdout
    assert any("not an object" in finding for finding in judged([wrong]).findings)


def test_every_gap_has_its_reason() -> None:
    for line in GAPS.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            rule, _, reason = line.partition("#")
            assert len(rule.split()) == 3 and reason.strip(), line
