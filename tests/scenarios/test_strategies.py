"""What a project may choose, end to end: delivery, names, people's rights, locks, identity modes, previews."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.scenarios.brownfield import DEV, SETUP, edited, grants, principal_of, settled, variable
from tests.scenarios.rehearsal import rehearsed, small_project

pytestmark = pytest.mark.matrix

HEAD = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
"""
TWO = "environments:\n  - {name: dev, subscription: Contoso Dev}\n  - {name: prod, subscription: Contoso Prod}\n"
READER, OFFICER = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
SECRETS_USER, CONTRIBUTOR = "4633458b-17de-408a-b874-0445c86b69e6", "b24988ac-6180-42a0-ab88-20f7382dd24c"
ANA, OPERATORS = "a0a0c1d2-0003-4e5f-8a9b-000000000003", "b1b1c1d2-0001-4e5f-8a9b-000000000001"
ADA = "a0a0c1d2-0001-4e5f-8a9b-000000000001"


def policies(world: dict[str, Any]) -> dict[str, set[str]]:
    """Branch and tag policies by environment."""
    names = {row["id"]: row["name"] for row in world["github.environments"].values()}
    found: dict[str, set[str]] = {name: set() for name in names.values()}
    for row in world["github.branch_policies"].values():
        environment = (
            row["environment"].rpartition("|")[2] if "|" in str(row["environment"]) else names.get(row["environment"], row["environment"])
        )
        found[str(environment)].add(f"{row.get('type', 'branch')}:{row['name']}")
    return found


def test_release_production_follows_a_tag_that_somebody_pushes(tmp_path: Path) -> None:
    small_project(tmp_path, text=HEAD + "delivery: {strategy: release}\n" + TWO)
    done = rehearsed(tmp_path, *SETUP)
    settled(done, tmp_path)
    assert policies(done.world) == {"dev": {"branch:main", "branch:release/*"}, "prod": {"tag:v*"}}
    assert {row["target"] for row in done.world["github.rulesets"].values()} == {"branch", "tag"}
    (item,) = done.events[-1]["pending"]
    assert item["what"] == "prod: push a tag v*" and item["link"].startswith("https://github.com/contoso/shop/")
    conditions = {name: job.get("if", "") for name, job in _jobs(tmp_path).items()}
    assert "ref_type == 'tag'" in conditions["deploy-prod"] and "ref_type == 'branch'" in conditions["deploy-dev"]


def test_environment_branches_are_made_and_each_goes_to_its_environment(tmp_path: Path) -> None:
    small_project(tmp_path, text=HEAD + "delivery: {strategy: environment-branches}\n" + TWO)
    done = rehearsed(tmp_path, *SETUP)
    settled(done, tmp_path)
    assert policies(done.world) == {"dev": {"branch:dev"}, "prod": {"branch:prod"}}
    assert {key.rpartition(":refs/")[2] for key in done.world["github.refs"]} == {"heads/main", "heads/dev", "heads/prod"}
    assert done.events[-1]["pending"] == []
    assert "github.ref_name == 'prod'" in _jobs(tmp_path)["deploy-prod"]["if"]


def _jobs(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / ".github/workflows/deploy.yml").read_text())["jobs"])


def test_without_enforceable_approvals_production_is_deployed_by_hand(tmp_path: Path) -> None:
    gated = TWO.replace("Contoso Prod}", 'Contoso Prod, reviewers: ["@ana"], wait_minutes: 10}')
    small_project(tmp_path, text=HEAD + gated)
    done = rehearsed(tmp_path, *SETUP, options=("--world", "github-team-private"))
    settled(done, tmp_path)
    assert "workflow_dispatch" in _jobs(tmp_path)["deploy-prod"]["if"]
    assert "workflow_dispatch" not in _jobs(tmp_path)["deploy-dev"].get("if", "")
    assert "by hand" in (tmp_path / "docs/delivery.md").read_text()
    prod = done.world["github.environments"]["contoso/shop|prod"]
    assert prod["reviewers"] == [] and prod["wait_timer"] == 0
    told = [event for event in done.events if event["event"] == "noted" and "by hand" in event["outcome"]]
    assert told and told[0]["key"] == "github.environment/prod"


def test_names_tags_locks_and_a_subscription_of_two(tmp_path: Path) -> None:
    naming = (
        "locks: all\ntags: {cost-centre: '4711'}\n"
        "naming: {resource_group: 'RG-{Environment}-x', vault: 'kv{environment}named', workspace: 'dbw_{environment}', scope: vault}\n"
    )
    environments = (
        "environments:\n  - {name: Dev, subscription: Contoso Dev, tags: {stage: early}}\n"
        "  - {name: Prod, subscription: Contoso Dev, naming: {resource_group: RG-LIVE}}\n"
    )
    small_project(tmp_path, text=HEAD + naming + environments)
    done = rehearsed(tmp_path, *SETUP)
    settled(done, tmp_path)
    groups = {row["name"]: row.get("tags") or {} for row in done.world["arm.groups"].values()}
    assert groups["RG-Dev-x"] == {"cost-centre": "4711", "stage": "early", "lakestrap-project": "shop", "lakestrap-environment": "Dev"}
    assert "RG-LIVE" in groups and "stage" not in groups["RG-LIVE"]
    names = {key.rsplit("/", 1)[-1] for key in done.world["arm.resources"]}
    assert {"kvdevnamed", "kvprodnamed", "dbw_dev", "dbw_prod"} <= names
    assert sum("/locks/" in key for key in done.world["arm.resources"]) == 2
    assert {key.rpartition("/")[2] for key in done.world["databricks.scopes"]} == {"vault"}
    registered = [event["key"] for event in done.events if event["event"] == "settled" and "provider_registration" in event["key"]]
    assert registered and len(registered) == len(set(registered)) and all(DEV in key for key in registered)


def test_peoples_rights_are_as_the_project_names_them(tmp_path: Path) -> None:
    access = (
        "access:\n"
        "  - {group: data-operators, role: secrets-officer}\n"
        "  - {user: ana@contoso.com, role: reader, environments: [prod]}\n"
        "  - {user: ana@contoso.com, role: secrets-user, environments: [dev]}\n"
        "  - {user: ana@contoso.com, role: secrets-user}\n"
        "  - {user: ana@contoso.com, role: contributor, environments: [dev]}\n"
        "secrets: [{name: salt, from: generate}]\n"
    )
    small_project(tmp_path, text=HEAD + access + TWO)
    done = rehearsed(tmp_path, *SETUP)
    settled(done, tmp_path)
    for name, group in (("dev", CONTRIBUTOR), ("prod", READER)):
        (vault,) = (row["id"] for row in done.world["arm.resources"].values() if row["name"].startswith(f"kv-shop-{name}-"))
        held = grants(done.world, vault)
        assert held[ANA] == {SECRETS_USER} and held[OPERATORS] == {OFFICER} and ADA not in held
        assert grants(done.world, vault.partition("/providers/")[0])[ANA] == {group}


def test_a_stored_credential_is_out_of_every_pipelines_reach(tmp_path: Path) -> None:
    small_project(tmp_path, text=HEAD + "identity: {mode: client-secret}\nlocks: all\n" + TWO)
    done = rehearsed(tmp_path, *SETUP)
    settled(done, tmp_path)
    world = done.world
    secrets = {key.split("/")[0]: key.split("/")[1] for key in world["keyvault.secrets"]}
    assert sorted(secrets.values()) == ["deploy-client-secret"] * 2
    for vault in secrets:
        (place,) = (row["id"] for row in world["arm.resources"].values() if row["name"].lower() == vault.lower())
        assert "-ops/" in place and "-o" in vault and len(vault) <= 24
        deployers = {principal_of(world, f"shop-{name}-deploy") for name in ("dev", "prod")}
        for scope in (place, place.partition("/providers/")[0]):
            assert not deployers & set(grants(world, scope)) and ADA not in grants(world, scope)
        assert all(place.lower() not in json.dumps(row).lower() for row in world["databricks.scopes"].values())


def test_a_lost_github_secret_is_written_again_from_the_vault(tmp_path: Path) -> None:
    small_project(tmp_path, text=HEAD + "identity: {mode: client-secret}\n" + TWO)
    assert rehearsed(tmp_path, *SETUP).code == 0

    def lose(tables: dict[str, Any]) -> None:
        del tables["github.secrets"][next(key for key in tables["github.secrets"] if "|prod|" in key)]

    done = rehearsed(tmp_path, *SETUP, options=edited(tmp_path, lose))
    assert done.code == 0, done.stderr
    assert not any("addPassword" in call["url"] for call in done.mutating)
    assert any("/secrets/AZURE_CLIENT_SECRET" in call["url"] for call in done.mutating)
    settled(done, tmp_path)
    values = {json.loads(json.dumps(row))["value"] for row in done.world["keyvault.secrets"].values()}
    held = {row["value"] for row in done.world["github.secrets"].values() if row["name"] == "AZURE_CLIENT_SECRET"}
    assert held == values


def test_a_lost_credential_is_made_anew_and_reaches_every_store(tmp_path: Path) -> None:
    small_project(tmp_path, text=HEAD + "identity: {mode: client-secret}\n" + TWO)
    first = rehearsed(tmp_path, *SETUP)
    assert first.code == 0, first.stderr

    def lose(tables: dict[str, Any]) -> None:
        for application in tables["graph.applications"].values():
            if application["displayName"] == "shop-dev-deploy":
                application["passwordCredentials"] = []

    done = rehearsed(tmp_path, *SETUP, options=edited(tmp_path, lose))
    assert done.code == 0, done.stderr
    settled(done, tmp_path)
    (key,) = (key for key in done.world["github.secrets"] if "|dev|" in key)
    held = done.world["github.secrets"][key]["value"]
    assert held != first.world["github.secrets"][key]["value"]
    assert held in {row["value"] for row in done.world["keyvault.secrets"].values()}


@pytest.mark.parametrize("mode", ["federated", "managed-identity"])
def test_previews_have_an_identity_that_can_only_read(tmp_path: Path, mode: str) -> None:
    small_project(tmp_path, text=HEAD + f"plan_environment: true\nidentity: {{mode: {mode}}}\n" + TWO)
    done = rehearsed(tmp_path, *SETUP)
    settled(done, tmp_path)
    world = done.world
    assert {row["name"] for row in world["github.environments"].values()} == {"dev", "prod", "dev-plan", "prod-plan"}
    plan = world["github.environments"]["contoso/shop|dev-plan"]
    assert plan["reviewers"] == [] and not plan["deployment_branch_policy"]
    subjects = {row["subject"].rpartition(":environment:")[2]: row["parent"] for row in world["graph.federated_credentials"].values()}
    assert set(subjects) == {"dev", "prod", "dev-plan", "prod-plan"} and len(set(subjects.values())) == 4
    name = "shop-dev-plan" if mode == "federated" else "id-shop-dev-plan"
    principal = principal_of(world, name)
    held = [row["properties"] for row in world["arm.role_assignments"].values() if row["properties"]["principalId"] == principal]
    assert [row["scope"] for row in held] == [f"/subscriptions/{DEV}/resourceGroups/rg-shop-dev"]
    guid = held[0]["roleDefinitionId"].rsplit("/", 1)[-1]
    (role,) = (row for key, row in world["arm.role_definitions"].items() if key.endswith(guid))
    assert role["properties"]["permissions"][0]["actions"] == [
        "*/read",
        "Microsoft.Resources/deployments/validate/action",
        "Microsoft.Resources/deployments/whatIf/action",
    ]
    assert variable(world, "dev-plan", "AZURE_RESOURCE_GROUP") == "rg-shop-dev"
    assert variable(world, "dev-plan", "AZURE_CLIENT_ID") != variable(world, "dev", "AZURE_CLIENT_ID")
    assert "-plan" in (tmp_path / ".github/workflows/ci.yml").read_text()
    assert (tmp_path / ".github/workflows/drift.yml").exists()
