"""Projects for the blueprint's tests, and the facts that a flow would have collected for them."""

from __future__ import annotations

from typing import Any

from wizard.blueprint import Facts, Gates
from wizard.project.model import Project

DEV, PROD = "11111111-0001-4d5e-8f60-a1b2c3d4e501", "11111111-0004-4d5e-8f60-a1b2c3d4e504"
IDENTITY = f"/subscriptions/{PROD}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/theirs"
VAULT = f"/subscriptions/{DEV}/resourceGroups/g/providers/Microsoft.KeyVault/vaults/theirs"
WORKSPACE = f"/subscriptions/{DEV}/resourceGroups/g/providers/Microsoft.Databricks/workspaces/theirs"
STORAGE = f"/subscriptions/{DEV}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/theirs"


def project(**more: Any) -> Project:
    """Two environments in two subscriptions with a secret and somebody's rights."""
    raw: dict[str, Any] = {
        "version": 1,
        "name": "shop",
        "region": "westeurope",
        "github": {"repository": "contoso/shop"},
        "secrets": [{"name": "api-key", "from": "prompt"}],
        "access": [{"group": "data-operators", "role": "secrets-officer"}, {"user": "ana@contoso.com", "role": "reader"}],
        "locks": "production",
        "environments": [
            {"name": "dev", "subscription": "Contoso Dev"},
            {"name": "prod", "subscription": "Contoso Prod", "reviewers": ["@ana"]},
        ],
    }
    return Project.model_validate({**raw, **more})


def with_existing(**existing: str) -> Project:
    """The same with things of the user's own in dev."""
    own = project().model_dump(mode="json", by_alias=True)
    own["environments"][0]["existing"] = existing
    if "identity" in existing:
        own["identity"] = {"mode": "existing"}
        own["environments"][1]["existing"] = {"identity": IDENTITY}
    return Project.model_validate(own)


def existing_catalog() -> Project:
    """A catalog of the user's own in dev, and ours in prod."""
    own = project(data={"unity_catalog": True}).model_dump(mode="json", by_alias=True)
    own["environments"][0]["existing"] = {"catalog": "sales"}
    return Project.model_validate(own)


def facts(*, policy_vaults: frozenset[str] = frozenset(), gates: Gates | None = None) -> Facts:
    """What the world would say."""
    return Facts(
        tenant="3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90",
        subscriptions={"dev": DEV, "prod": PROD},
        operator="a0a0c1d2-0001-4e5f-8a9b-000000000001",
        principals={"data-operators": "b1b1c1d2-0001-4e5f-8a9b-000000000001", "ana@contoso.com": "a0a0c1d2-0003-4e5f-8a9b-000000000003"},
        gates=gates or Gates(),
        policy_vaults=policy_vaults,
    )


CASES: dict[str, tuple[Project, Facts]] = {
    "federated": (project(), facts()),
    "managed-identity": (project(identity={"mode": "managed-identity"}), facts()),
    "client-secret": (project(identity={"mode": "client-secret"}), facts()),
    "data-side": (
        project(data={"unity_catalog": True}, access=[{"group": "data-analysts", "role": "data-reader", "environments": ["prod"]}]),
        facts(),
    ),
    "existing-catalog": (existing_catalog(), facts()),
    "existing-identities": (with_existing(identity="0f0f0f0f-0001-4d5e-8f60-000000000001"), facts()),
    "release": (project(delivery={"strategy": "release"}), facts()),
    "environment-branches": (project(delivery={"strategy": "environment-branches"}), facts()),
    "plan-environment": (project(plan_environment=True), facts()),
    "plan-environment-managed": (project(plan_environment=True, identity={"mode": "managed-identity"}), facts()),
    "policy-vault": (with_existing(vault=VAULT), facts(policy_vaults=frozenset({"dev"}))),
    "workspace-and-storage": (with_existing(workspace=WORKSPACE, storage=STORAGE), facts()),
    "no-approvals": (project(), facts(gates=Gates(approvals=False))),
}
