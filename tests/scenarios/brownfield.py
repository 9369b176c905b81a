"""Project files and worlds in which things of the user's own stand already.

Owns the descriptions for the scenarios about them, and the comparison of what was there before with what is there after.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.scenarios.rehearsal import ROOT, Finished, rehearsed

Json = Any

SETUP = ("lakestrap", "setup", "--yes", "--json")
DEV, PROD = "11111111-0001-4d5e-8f60-a1b2c3d4e501", "11111111-0004-4d5e-8f60-a1b2c3d4e504"
TENANT = "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90"
ANALYTICS = f"/subscriptions/{DEV}/resourceGroups/rg-analytics"
SHARED = f"/subscriptions/{PROD}/resourceGroups/rg-shared"
POLICY_VAULT = f"{ANALYTICS}/providers/Microsoft.KeyVault/vaults/kv-analytics"
ROLE_VAULT = f"{SHARED}/providers/Microsoft.KeyVault/vaults/kv-shared"
WORKSPACE = f"{ANALYTICS}/providers/Microsoft.Databricks/workspaces/dbw-analytics"
STORAGE = f"{SHARED}/providers/Microsoft.Storage/storageAccounts/stshared"
IDENTITY = f"{SHARED}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-theirs"
APPLICATION = "0f0f0f0f-0001-4d5e-8f60-000000000001"

ROLE_VAULT_BODY: Json = {
    "id": ROLE_VAULT,
    "type": "Microsoft.KeyVault/vaults",
    "location": "northeurope",
    "tags": {"owner": "platform"},
    "properties": {
        "tenantId": TENANT,
        "sku": {"family": "A", "name": "standard"},
        "vaultUri": "https://kv-shared.vault.azure.net/",
        "enableRbacAuthorization": True,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 30,
        "publicNetworkAccess": "Enabled",
        "provisioningState": "Succeeded",
        "accessPolicies": [],
    },
}
STORAGE_BODY: Json = {
    "id": STORAGE,
    "type": "Microsoft.Storage/storageAccounts",
    "location": "westeurope",
    "tags": {"owner": "platform"},
    "kind": "StorageV2",
    "sku": {"name": "Standard_LRS"},
    "properties": {"isHnsEnabled": True, "provisioningState": "Succeeded", "supportsHttpsTrafficOnly": True},
}
IDENTITY_BODY: Json = {
    "id": IDENTITY,
    "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "location": "westeurope",
    "tags": {"owner": "platform"},
}


def described(base: str = "brownfield") -> Json:
    """A shipped world's own section, to be changed."""
    return yaml.safe_load((ROOT / "wizard" / "sandbox" / "worlds" / f"{base}.yaml").read_text(encoding="utf-8"))


def world_of(folder: Path, description: Json) -> tuple[str, str]:
    """The options that start this world."""
    path = folder / "world-in.yaml"
    path.write_text(yaml.safe_dump(description, sort_keys=False), encoding="utf-8")
    return "--world", str(path)


def before(folder: Path, options: tuple[str, ...]) -> tuple[dict[str, Json], tuple[str, str]]:
    """The world as it is before anything is done, and the options that start exactly this one, its dates included."""
    world = rehearsed(folder, "true", options=options).world
    shutil.copy(folder / "world.json", folder / "before.json")
    return world, ("--world", str(folder / "before.json"))


def again(folder: Path, *more: str) -> Finished:
    """The same set-up once more, in the world that the last run left."""
    left = folder / "left.json"
    shutil.copy(folder / "world.json", left)
    return rehearsed(folder, *SETUP, *more, options=("--world", str(left)))


def settled(first: Finished, folder: Path, *more: str) -> None:
    """It ended well, and a second run changes nothing."""
    assert first.code == 0, first.stderr
    second = again(folder, *more)
    assert second.code == 0, second.stderr
    assert [f"{e['method']} {e['url']}" for e in second.mutating] == []


def changed(old: dict[str, Json], new: dict[str, Json], *tables: str) -> list[str]:
    """Which documents of those tables that were there before are not the same, byte for byte."""
    found = []
    for table in tables:
        for key, document in old.get(table, {}).items():
            now = new.get(table, {}).get(key)
            if json.dumps(document, sort_keys=True) != json.dumps(now, sort_keys=True):
                found.append(f"{table}/{key}")
    return sorted(found)


OWN_TABLES = (
    "arm.groups",
    "arm.resources",
    "arm.role_assignments",
    "arm.role_definitions",
    "graph.applications",
    "graph.service_principals",
    "graph.federated_credentials",
    "keyvault.secrets",
    "github.rulesets",
    "github.refs",
)


def grants(world: dict[str, Json], scope: str) -> dict[str, set[str]]:
    """Role ids by principal at exactly this scope."""
    found: dict[str, set[str]] = {}
    for row in world["arm.role_assignments"].values():
        properties = row["properties"]
        if properties["scope"].lower() == scope.lower():
            found.setdefault(properties["principalId"], set()).add(properties["roleDefinitionId"].rsplit("/", 1)[-1])
    return found


def principal_of(world: dict[str, Json], name: str) -> str:
    """The object id of the service principal of that display name."""
    (found,) = (row["id"] for row in world["graph.service_principals"].values() if row["displayName"] == name)
    return str(found)


def variable(world: dict[str, Json], environment: str, name: str) -> str:
    """The value of an environment's variable on GitHub."""
    return str(world["github.variables"][f"contoso/shop|{environment}|{name}"]["value"])


def edited(folder: Path, change: Callable[[dict[str, Json]], None]) -> tuple[str, str]:
    """The options that start the world which the last run left, after somebody else's hand was at it."""
    left = json.loads((folder / "world.json").read_text(encoding="utf-8"))
    change(left.get("tables", left))
    path = folder / "edited.json"
    path.write_text(json.dumps(left), encoding="utf-8")
    return "--world", str(path)
