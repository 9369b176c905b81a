"""Which modules of ``main.bicep`` are deployed in an environment, and what they write and join.

Owns the reading of the template's conditions from the project, so that nobody asks for rights that a choice does not need. A test holds
it against what a deployment really makes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from wizard.project.networks import makes_network, mode_of
from wizard.render.assets import compiled_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.project.model import Environment, Project

Json = Any
NESTED = "Microsoft.Resources/deployments"


def modules(project: Project, environment: Environment) -> frozenset[str]:
    """Names of the modules, as their files are called."""
    existing, serverless = environment.existing, project.workspace.compute == "serverless"
    private = mode_of(project, environment) == "private"
    chosen = {
        "log_analytics": True,
        "access_connector": True,
        "application_insights": project.monitoring.application_insights,
        "storage": not existing.storage,
        "storage_access": not existing.storage,
        "vault": not existing.vault,
        "network": makes_network(project, environment),
        "workspace": not existing.workspace and not serverless,
        "serverless_workspace": not existing.workspace and serverless,
        "private_dns": private and not existing.dns_zones,
        "private_endpoints": private,
        "budget": bool(environment.budget or project.budget),
    }
    return frozenset(name for name, wanted in chosen.items() if wanted)


def types_written(project: Project, environment: Environment) -> tuple[str, ...]:
    """The resource types that the template writes in an environment, sorted."""
    by_module, chosen = _types(), modules(project, environment)
    return tuple(sorted({each for name in chosen for each in by_module[name]}))


def namespaces(project: Project, environment: Environment) -> frozenset[str]:
    """The resource providers of those types that have to be registered."""
    found = {each.partition("/")[0] for each in types_written(project, environment)}
    return frozenset(found - {"Microsoft.Authorization", "Microsoft.Consumption"})


def joined(project: Project, environment: Environment, group_id: str) -> tuple[tuple[str, str], ...]:
    """Actions beside read and write, each with its scope: what one resource needs on another that it is put into or connected to.

    ``group_id`` is the environment's group. https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet#permissions
    """
    chosen, existing = modules(project, environment), environment.existing
    network = existing.network or group_id
    found = [("Microsoft.OperationalInsights/workspaces/sharedKeys/action", group_id)]
    if "network" in chosen:
        parts = ("networkSecurityGroups", "natGateways", "publicIPAddresses")
        found += [(f"Microsoft.Network/{part}/join/action", group_id) for part in parts]
    if mode_of(project, environment) != "public":
        found.append(("Microsoft.Network/virtualNetworks/subnets/join/action", network))
    if "private_dns" in chosen:
        found.append(("Microsoft.Network/virtualNetworks/join/action", network))
    if "private_endpoints" in chosen:
        found.append(("Microsoft.Network/privateDnsZones/join/action", existing.dns_zones or group_id))
        targets = {"workspace": "Microsoft.Databricks/workspaces", "storage": "Microsoft.Storage/storageAccounts"}
        targets["vault"] = "Microsoft.KeyVault/vaults"
        approving = [kind for name, kind in targets.items() if name in chosen]
        found += [(f"{kind}/privateEndpointConnectionsApproval/action", group_id) for kind in approving]
    return tuple(found)


@cache
def _types() -> Mapping[str, frozenset[str]]:
    """The types that each module writes."""
    found = {}
    for resource in compiled_template()["resources"]:
        inside = {each["type"] for each in resource["properties"]["template"]["resources"]}
        found[module_of(resource["name"])] = frozenset(inside)
    return found


def module_of(name: str) -> str:
    """The module behind the name of a nested deployment in the compiled template."""
    found = re.search(r"\{0\}-([a-z-]+)'", name)
    return found[1].replace("-", "_") if found else name
