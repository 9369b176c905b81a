"""The main job, by the real command in a real process: it ends, it ends in the same place again, and it trusts exactly one subject."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.flows.add.people import files
from tests.flows.finished_shop import copy_of
from tests.scenarios.finished import run_of, set_up
from tests.scenarios.rehearsal import ROOT, Finished, rehearsed
from wizard.sandbox.worlds import load

SETUP = ("lakestrap", "setup", "--yes", "--json")


def again(folder: Path, *options: str) -> Finished:
    """The same set-up once more, in the world that the last run left."""
    left = folder / "left.json"
    shutil.copy(folder / "world.json", left)
    return rehearsed(folder, *SETUP, options=("--world", str(left), *options))


@pytest.mark.parametrize("mode", ["federated", *(pytest.param(m, marks=pytest.mark.matrix) for m in ("managed-identity", "client-secret"))])
def test_a_second_set_up_changes_nothing_for_this_operator_and_for_another(tmp_path: Path, mode: str) -> None:
    folder = set_up(mode=mode)
    first = run_of(folder)
    copy_of(folder, tmp_path)
    assert first.events[-1]["event"] == "run_finished" and first.events[-1]["exit_code"] == 0
    assert len(first.mutating) > 40
    second = again(tmp_path)
    assert second.code == 0, second.stderr
    assert [f"{e['method']} {e['url']}" for e in second.mutating] == []
    shutil.rmtree(tmp_path / ".lakestrap")
    colleague = again(tmp_path, "--as", "bea@contoso.com")
    assert colleague.code == 0, colleague.stderr
    assert [f"{e['method']} {e['url']}" for e in colleague.mutating] == []


def test_each_environment_trusts_exactly_the_subject_that_github_emits() -> None:
    done = run_of(set_up())
    (repository,) = done.world["github.repositories"].values()
    prefix = f"repo:contoso@2001/shop@{repository['id']}"
    subjects = sorted(row["subject"] for row in done.world["graph.federated_credentials"].values())
    assert subjects == [f"{prefix}:environment:dev", f"{prefix}:environment:prod"]
    assert len({row["parent"] for row in done.world["graph.federated_credentials"].values()}) == 2


def test_the_gate_is_complete_before_the_trust() -> None:
    done = run_of(set_up())
    calls = [f"{e['method']} {e['url']}" for e in done.mutating]
    gate = max(i for i, call in enumerate(calls) if "/environments/prod/deployment-branch-policies" in call)
    trust = [i for i, call in enumerate(calls) if "federatedIdentityCredentials" in call]
    assert gate < max(trust) and len(trust) == 2
    prod = next(i for i, e in enumerate(done.mutating) if "federatedIdentityCredentials" in e["url"] and "prod" in json.dumps(e["request"]))
    assert gate < prod


@pytest.mark.parametrize("example", ["four-environments", pytest.param("monoline", marks=pytest.mark.matrix)])
def test_the_examples_run_as_they_are(tmp_path: Path, example: str) -> None:
    folder = tmp_path / example
    shutil.copytree(ROOT / "examples" / example, folder)
    done = rehearsed(folder, *SETUP)
    assert done.code == 0, done.stderr
    for name in ("infra/main.bicep", ".github/workflows/verify-login.yml", ".github/workflows/infra.yml", "databricks.yml"):
        assert (folder / name).exists(), name
    pending = done.events[-1]["pending"]
    assert all(item["link"].startswith("https://") and item["who"] for item in pending)


def test_a_clone_holds_the_project_file_as_it_is() -> None:
    folder = set_up()
    published = files(load(folder / "world.json"))
    assert published["lakestrap.yaml"] == (folder / "lakestrap.yaml").read_text(encoding="utf-8")
    assert "infra/main.bicep" in published
