"""A project file that is lost comes back from the clouds: afterwards the plan shows no change."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests import warm
from tests.scenarios.rehearsal import ROOT, Finished, rehearsed, small_project

LOST = """
"$@" setup --yes --json >setup.out 2>setup.err || exit 90
mv lakestrap.yaml lost.yaml
"$@" adopt REPOSITORY --from-clouds --json >adopt.out 2>adopt.err; echo "adopt $?"
"$@" plan --detailed-exitcode --plain >plan.out 2>&1; echo "plan $?"
"""
THREE = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
identity: {mode: MODE}
delivery: {strategy: STRATEGY}
locks: production
secrets:
  - {name: salt, from: generate, environments: [prod]}
environments:
  - {name: dev, subscription: Contoso Dev}
  - {name: test, subscription: Contoso UAT, wait_minutes: 5}
  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana", contoso/platform]}
"""
RICH = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, visibility: internal}
identity: {mode: federated}
network: {runs_on: [self-hosted, azure]}
tags: {cost-centre: "4711"}
samples: false
plan_environment: true
locks: production
naming: {resource_group: "group-{environment}-of-{project}", scope: secrets-of-shop}
access:
  - {group: data-operators, role: secrets-officer}
  - {user: ana@contoso.com, role: reader, environments: [Live]}
secrets:
  - {name: salt, from: generate}
environments:
  - {name: Build, subscription: Contoso Dev, tags: {stage: build}, deploy_from: [main, "feature/*"]}
  - {name: Live-EU, subscription: Contoso PreProd, production: true, naming: {vault: kv-of-shop-live-eu}}
  - {name: Live, subscription: Contoso Prod, region: northeurope, reviewers: [contoso/platform], prevent_self_review: true}
"""


def lost_and_adopted(folder: Path, text: str, repository: str = "contoso/shop") -> Finished:
    small_project(folder, text=text)
    return rehearsed(folder, "sh", "-c", LOST.replace("REPOSITORY", repository), "sh", "lakestrap")


def said(done: Finished) -> list[str]:
    return [line for line in done.stdout.splitlines() if line.startswith(("adopt ", "plan "))]


def told(folder: Path) -> str:
    return "".join((folder / name).read_text() for name in ("setup.err", "adopt.err", "plan.out"))


@pytest.mark.matrix
def test_the_example_of_four_environments_comes_back_as_it_was(tmp_path: Path) -> None:
    text = (ROOT / "examples/four-environments/lakestrap.yaml").read_text(encoding="utf-8")
    done = lost_and_adopted(tmp_path, text, "contoso/mlops-databricks")
    assert said(done) == ["adopt 0", "plan 0"], told(tmp_path)
    adopted, lost = (yaml.safe_load((tmp_path / name).read_text()) for name in ("lakestrap.yaml", "lost.yaml"))
    assert adopted["environments"][:3] == lost["environments"][:3] and adopted["access"] == lost["access"]
    events = [json.loads(line) for line in (tmp_path / "adopt.out").read_text().splitlines()]
    assert "secrets.hashing-salt.from" in {event["key"] for event in events if event["event"] == "noted"}


@pytest.mark.matrix
@pytest.mark.timeout(300)
@pytest.mark.parametrize("strategy", ["trunk", "release", "environment-branches"])
@pytest.mark.parametrize("mode", ["federated", "managed-identity", "client-secret"])
def test_every_mode_and_strategy_comes_back(tmp_path: Path, mode: str, strategy: str) -> None:
    done = lost_and_adopted(tmp_path, THREE.replace("MODE", mode).replace("STRATEGY", strategy))
    assert said(done) == ["adopt 0", "plan 0"], told(tmp_path)
    adopted = yaml.safe_load((tmp_path / "lakestrap.yaml").read_text())
    assert adopted["identity"] == {"mode": mode} and adopted["delivery"] == {"strategy": strategy} and adopted["locks"] == "production"


@pytest.mark.matrix
def test_names_tags_people_and_gates_come_back(tmp_path: Path) -> None:
    done = lost_and_adopted(tmp_path, RICH)
    assert said(done) == ["adopt 0", "plan 0"], told(tmp_path) + (tmp_path / "lakestrap.yaml").read_text()
    adopted = yaml.safe_load((tmp_path / "lakestrap.yaml").read_text())
    assert adopted["naming"] == {"resource_group": "group-{environment}-of-shop", "scope": "secrets-of-shop"}
    assert adopted["environments"][1]["production"] and adopted["plan_environment"]


def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = small_project(tmp_path)
    before = path.read_text()
    done = subprocess.run([*warm.command(), "adopt", "contoso/shop"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "already" in done.stderr and path.read_text() == before
