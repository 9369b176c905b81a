"""Settings of what is deployed, of the data and of the bundle come back from the clouds: afterwards the plan shows no change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.flows.rotate import issued_shop
from tests.scenarios import brownfield
from tests.scenarios.rehearsal import rehearsed, small_project
from tests.scenarios.test_adopt import LOST, said, told

pytestmark = pytest.mark.matrix
INJECTED = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
network: {mode: injected, address_space: 10.20.0.0/20, host_subnet: snet-hosts}
lake: {containers: [raw-data, bronze], redundancy: ZRS}
data: {unity_catalog: true, schemas: [raw_data, bronze, reports], isolated: false, owner: data-engineers}
monitoring: {retention_days: 90, application_insights: true}
budget: {amount: 500, starts: 2030-01, notify: [finance@contoso.com]}
naming: {network: "net-of-{environment}", application_insights: "traces-of-{environment}"}
access:
  - {group: data-analysts, role: data-reader}
  - {group: data-engineers, role: data-writer, environments: [prod]}
bundle:
  compute: job-cluster
  policy: Small clusters
  runtime: 16.4.x-scala2.12
  workers: 3
  libraries: ["pypi:great-expectations==1.2.3", "maven:com.acme:orders:1.0", "jar:/Volumes/a/b/c/d.jar"]
  init_scripts: /Volumes/a/b/c
  samples: [medallion, machine-learning]
environments:
  - {name: dev, subscription: Contoso Dev, address_space: 10.30.0.0/20}
  - {name: prod, subscription: Contoso Prod}
"""
PRIVATE = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
network: {mode: private, runs_on: [self-hosted, linux], endpoint_subnet: snet-doors}
bundle: {compute: shared-cluster, node_type: Standard_D8ds_v5, libraries: ["whl:/Volumes/a/b/c/x.whl"]}
secrets: [{name: salt, from: generate}]
environments:
  - {name: dev, subscription: Contoso Dev, production: false, budget: {amount: 10, starts: 2030-02, notify: [a@contoso.com, b@contoso.com]}}
"""
SERVERLESS = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
workspace: {compute: serverless}
bundle: {libraries: ["pypi:pyjokes==0.8.3"]}
environments:
  - {name: dev, subscription: Contoso Dev}
  - {name: prod, subscription: Contoso Prod, budget: {amount: 10, starts: 2030-02, notify: [a@contoso.com]}}
"""
SECTIONS = ("network", "workspace", "lake", "data", "monitoring", "access", "bundle", "naming")


def adopted(folder: Path, text: str, *options: str) -> dict[str, Any]:
    """The project as it was read back; the plan shows no change for it."""
    small_project(folder, text=text)
    done = rehearsed(folder, "sh", "-c", LOST.replace("REPOSITORY", "contoso/shop"), "sh", "lakestrap", options=options)
    assert said(done) == ["adopt 0", "plan 0"], told(folder) + (folder / "lakestrap.yaml").read_text()
    found: dict[str, Any] = yaml.safe_load((folder / "lakestrap.yaml").read_text())
    return found


def sections(project: dict[str, Any]) -> dict[str, Any]:
    """What the two files have to agree about; a budget of all environments can be said in two ways."""
    shown = {name: project[name] for name in SECTIONS if name in project}
    return shown | {"budgets": [row.get("budget", project.get("budget")) for row in project["environments"]]}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("text", [INJECTED, PRIVATE, SERVERLESS], ids=["injected", "private", "serverless"])
def test_settings_come_back(tmp_path: Path, text: str) -> None:
    found = adopted(tmp_path, text)
    lost = yaml.safe_load(text)
    assert sections(found) == sections(lost)
    assert [row.get("address_space") for row in found["environments"]] == [row.get("address_space") for row in lost["environments"]]


@pytest.mark.timeout(300)
def test_things_of_the_users_own_come_back(tmp_path: Path) -> None:
    kept = f"vault: {brownfield.ROLE_VAULT}, workspace: {brownfield.WORKSPACE}, storage: {brownfield.STORAGE}"
    text = (
        "version: 1\nname: shop\nregion: westeurope\ngithub: {repository: contoso/shop}\nlake: {containers: [only]}\n"
        "naming: {resource_group: 'rg-ours-{environment}'}\n"
        f"environments:\n  - {{name: dev, subscription: Contoso Dev, production: false, existing: {{{kept}}}}}\n"
    )
    description = brownfield.described()
    description["resources"] += [brownfield.ROLE_VAULT_BODY, brownfield.STORAGE_BODY]
    description["github"]["repositories"] = []
    found = adopted(tmp_path, text, *brownfield.world_of(tmp_path, description))
    assert found["environments"][0]["existing"] == yaml.safe_load(text)["environments"][0]["existing"]
    assert found["lake"] == {"containers": ["only"]}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("own", [brownfield.APPLICATION, brownfield.IDENTITY], ids=["application", "managed identity"])
def test_an_identity_of_the_users_own_comes_back(tmp_path: Path, own: str) -> None:
    text = (
        "version: 1\nname: shop\nregion: westeurope\ngithub: {repository: contoso/shop}\nidentity: {mode: existing}\n"
        "naming: {resource_group: 'rg-ours-{environment}'}\n"
        f"environments:\n  - {{name: dev, subscription: Contoso Dev, production: false, existing: {{identity: {own}}}}}\n"
    )
    description = brownfield.described()
    description["resources"].append(brownfield.IDENTITY_BODY)
    theirs = {"name": "their-deployer", "app_id": brownfield.APPLICATION, "id": brownfield.APPLICATION.replace("0f", "0e")}
    description["tenant"] = {"applications": [theirs]}
    description["subscriptions"][1]["providers"].append("Microsoft.ManagedIdentity")
    description["github"]["repositories"] = []
    found = adopted(tmp_path, text, *brownfield.world_of(tmp_path, description))
    assert found["identity"] == {"mode": "existing"} and found["environments"][0]["existing"] == {"identity": own}


def test_secrets_that_were_issued_are_named_as_such(tmp_path: Path) -> None:
    folder = issued_shop.set_up_issued()
    words = (
        '"$@" adopt contoso/shop --from-clouds --plain; echo "adopt $?"',
        '"$@" plan --detailed-exitcode --plain >plan.out; echo "plan $?"',
    )
    done = rehearsed(tmp_path, "sh", "-c", "\n".join(words), "sh", "lakestrap", options=("--world", str(folder / "world.json")))
    assert said(done) == ["adopt 0", "plan 0"], (tmp_path / "plan.out").read_text() + done.stderr
    secrets = {row["name"]: row["from"] for row in yaml.safe_load((tmp_path / "lakestrap.yaml").read_text())["secrets"]}
    assert secrets == {"dbx": "databricks-oauth-secret", "tool": "databricks-token", "stone": "prompt", "salt": "prompt"}
    assert "secrets.stone.from: set-up had it issued" in done.stderr
    assert "secrets.salt.from: where its value came from is not known" in done.stderr
    assert "the GitHub environment dev holds DBX_SECRET, SALT, STONE_KEY, TOOL_TOKEN" in done.stderr
