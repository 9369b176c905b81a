"""Our traffic and the sandbox's answers, held against the official API descriptions where they are at hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.rehearsal import ROOT, rehearsed, small_project

JUDGE = ROOT.parent / "shared" / "conformance" / "judge.py"
GAPS = Path(__file__).with_name("known-gaps.txt")

needs_judge = pytest.mark.skipif(not JUDGE.exists(), reason="the official descriptions (../shared) are not here")


def judged(*recordings: Path, report: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, str(JUDGE), "--strict", "--gaps", str(GAPS), "--json", str(report), *map(str, recordings)]
    return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)


@needs_judge
@pytest.mark.parametrize("mode", ["federated", "managed-identity", "client-secret"])
def test_a_set_up_agrees_with_the_official_descriptions(tmp_path: Path, mode: str) -> None:
    project = small_project(tmp_path, mode)
    done = rehearsed(tmp_path, "lakestrap", "setup", "--project", str(project), "--yes", "--json")
    assert done.code == 0, done.stderr
    verdict = judged(tmp_path / "record.jsonl", report=tmp_path / "report.json")
    assert verdict.returncode == 0, verdict.stdout[-6000:]
    operations = json.loads((tmp_path / "report.json").read_text())["operations"]
    assert {"arm", "github", "databricks", "keyvault"} <= {name.split()[0] for name in operations}


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
    verdict = judged(tmp_path / "wrong.jsonl", report=tmp_path / "report.json")
    assert verdict.returncode == 1 and "not an object" in verdict.stdout


def test_every_gap_has_its_reason() -> None:
    for line in GAPS.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            rule, _, reason = line.partition("#")
            assert len(rule.split()) == 3 and reason.strip(), line
