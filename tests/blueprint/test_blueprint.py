"""Which resources a project needs: pure, complete, in an order that gives trust last.

The golden files list the keys for every mode; regenerate them with ``LAKESTRAP_REGENERATE=1``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.blueprint.projects import CASES, DEV, PROD, STORAGE, VAULT, WORKSPACE, facts, project, with_existing
from wizard.blueprint import Facts, operator_officers, resources
from wizard.blueprint.roles import PREVIEW_ACTIONS, delegation
from wizard.engine.graph import ordered
from wizard.engine.resource import Ref, Resource
from wizard.project.model import Project
from wizard.providers.arm.role_assignment import RoleAssignment
from wizard.providers.arm.role_definition import RoleDefinition
from wizard.providers.keyvault.secret import VaultSecret
from wizard.render.assets import PROVIDERS, ROLES_ASSIGNED

GOLDEN = Path(__file__).parent / "golden"
TRUSTS = ("entra.federated_credential/", "identity.federated_credential/", "github.environment_secret/")


def by_key(project_: Project, given: Facts) -> dict[str, Resource]:
    return {resource.key: resource for resource in resources(project_, given)}


@pytest.mark.parametrize("case", CASES)
def test_the_keys_are_those_of_the_golden_file(case: str) -> None:
    keys = [resource.key for resource in resources(*CASES[case])]
    path = GOLDEN / f"{case}.txt"
    if os.environ.get("LAKESTRAP_REGENERATE"):
        path.write_text("\n".join(sorted(keys)) + "\n", encoding="utf-8")
    assert sorted(keys) == path.read_text(encoding="utf-8").splitlines()
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("case", CASES)
def test_it_is_pure_and_can_be_ordered(case: str) -> None:
    first, second = resources(*CASES[case]), resources(*CASES[case])
    assert first == second
    assert {resource.key for resource in ordered(first)} == {resource.key for resource in first}


def trusting_before_the_gate(found: Iterable[Resource]) -> list[str]:
    """Everything that lets jobs of an environment sign in without waiting for that environment's gate."""
    wrong = []
    for resource in found:
        if resource.key.startswith(TRUSTS):
            name = resource.key.split("/")[1]
            if f"github.environment/{name}" not in resource.after:
                wrong.append(resource.key)
    return wrong


@pytest.mark.parametrize("case", CASES)
def test_every_trust_waits_for_its_gate(case: str) -> None:
    assert trusting_before_the_gate(resources(*CASES[case])) == []


def test_a_trust_that_does_not_wait_is_found() -> None:
    planted = [replace(r, after=()) if r.key == "entra.federated_credential/prod" else r for r in resources(project(), facts())]
    assert trusting_before_the_gate(planted) == ["entra.federated_credential/prod"]


def test_the_condition_lists_exactly_the_roles_that_the_template_assigns() -> None:
    guids = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", delegation()))
    assert guids == set(ROLES_ASSIGNED.values())
    assert delegation().count("'ServicePrincipal'") == 2
    conditions = {r.condition for r in resources(project(), facts()) if isinstance(r, RoleAssignment) and r.condition}
    assert conditions == {delegation()}


@pytest.mark.parametrize(
    ("case", "more"),
    [
        ("federated", {"Microsoft.KeyVault"}),
        ("managed-identity", {"Microsoft.KeyVault", "Microsoft.ManagedIdentity"}),
        ("client-secret", {"Microsoft.KeyVault"}),
    ],
)
def test_only_providers_that_are_needed_are_registered(case: str, more: set[str]) -> None:
    found = [r.name for r in resources(*CASES[case]) if r.kind == "arm.provider_registration"]
    assert sorted(found) == sorted(f"{subscription}/{name}" for subscription in (DEV, PROD) for name in {*PROVIDERS, *more})


def test_a_vault_of_ones_own_needs_no_provider_of_ours() -> None:
    assert f"arm.provider_registration/{DEV}/Microsoft.KeyVault" not in by_key(with_existing(vault=VAULT), facts())


def test_a_shared_subscription_is_registered_once() -> None:
    given = replace(facts(), subscriptions={"dev": DEV, "prod": DEV})
    found = [r.name for r in resources(project(), given) if r.kind == "arm.provider_registration"]
    assert sorted(found) == sorted(f"{DEV}/{name}" for name in {*PROVIDERS, "Microsoft.KeyVault"})


def test_the_stored_credential_goes_from_entra_to_its_vault_to_github() -> None:
    found = by_key(*CASES["client-secret"])
    secret = found["keyvault.secret/dev-ops/deploy-client-secret"]
    assert isinstance(secret, VaultSecret)
    assert secret.value == Ref("entra.client_secret/dev", "value")
    assert "rg-shop-dev-ops/" in str(secret.vault_id)
    assert Ref(secret.key, "value") in list(found["github.environment_secret/dev/AZURE_CLIENT_SECRET"].refs())


def of_the_operations_group(found: Iterable[Resource]) -> list[str]:
    """Role assignments on anything in an operations group."""
    return [r.key for r in found if isinstance(r, RoleAssignment) and "-ops" in str(r.scope)]


@pytest.mark.parametrize("case", CASES)
def test_no_deploy_identity_has_a_role_where_credentials_are(case: str) -> None:
    assert of_the_operations_group(resources(*CASES[case])) == []


def test_a_role_in_the_operations_group_is_found() -> None:
    shop, given = CASES["client-secret"]
    (officer,) = (r for r in operator_officers(shop, shop.environments[0], given) if "operations" in r.key)
    assert of_the_operations_group([officer]) == ["arm.role_assignment/dev/operator-operations"]


def test_the_operator_gets_rights_for_the_run_only_where_something_is_to_be_written() -> None:
    def names(shop: Project, given: Facts) -> list[str]:
        return [r.key.rpartition("/")[2] for r in operator_officers(shop, shop.environments[0], given)]

    assert names(project(secrets=[]), facts()) == []
    assert names(project(access=[]), facts()) == ["operator-secrets"]
    named = project(access=[{"user": "ana@contoso.com", "role": "secrets-officer"}])
    assert names(named, replace(facts(), operator=facts().principals["ana@contoso.com"])) == []
    assert names(with_existing(vault=VAULT), facts(policy_vaults=frozenset({"dev"}))) == []
    assert names(project(identity={"mode": "client-secret"}, secrets=[]), facts()) == ["operator-operations"]


def test_the_previewer_can_only_read() -> None:
    found = by_key(*CASES["plan-environment"])
    role = found["arm.role_definition/dev-plan"]
    assert isinstance(role, RoleDefinition) and role.actions == PREVIEW_ACTIONS and not role.data_actions
    roles = [r for r in found.values() if isinstance(r, RoleAssignment) and "dev-plan" in str(r.principal_id)]
    assert [(r.key, r.role) for r in roles] == [("arm.role_assignment/dev/plan-preview", Ref(role.key, "guid"))]
    gate = found["github.environment/dev-plan"]
    assert getattr(gate, "reviewers", None) == () and getattr(gate, "deploy_from", None) == ()


def test_things_of_the_users_own_are_granted_on() -> None:
    found = by_key(with_existing(workspace=WORKSPACE, storage=STORAGE), facts())
    scopes = {key: str(r.scope) for key, r in found.items() if isinstance(r, RoleAssignment)}
    assert scopes["arm.role_assignment/dev/deploy-workspace"] == WORKSPACE
    assert scopes["arm.role_assignment/dev/connector-storage"] == STORAGE
    assert "arm.role_assignment/dev/deploy-roles" not in scopes
    inside = with_existing(workspace=WORKSPACE, resource_group=WORKSPACE.partition("/providers/")[0])
    assert "arm.role_assignment/dev/deploy-workspace" not in by_key(inside, facts())


def test_an_identity_of_the_users_own_gets_no_credential_from_us() -> None:
    found = by_key(*CASES["existing-identities"])
    assert not [key for key in found if "credential" in key or "client_secret" in key]
    assert {"entra.existing_trust/dev", "identity.existing_trust/prod"} <= set(found)
    assert all(found[key].existing for key in ("entra.service_principal/dev", "identity.managed_identity/prod"))
