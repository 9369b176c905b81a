"""The parameters that an environment gives to ``main.bicep``.

Owns the mapping from project to parameters; the same values go into the committed parameter file and into the operator's own deployment.
Must never hold an observed id: a rehearsal and the real run write the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.project.naming import names
from wizard.project.networks import mode_of, ranges, signs_in

if TYPE_CHECKING:
    from wizard.project.model import Environment, Project
    from wizard.project.naming import Names

Json = Any
DEFAULT_CONTAINERS = ["bronze", "silver", "gold"]
DEFAULT_RETENTION = 30
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"


def parameters(project: Project, environment: Environment) -> dict[str, Json]:
    """Name and value of every parameter that is given, in the order of the template."""
    given = names(project, environment)
    values: dict[str, Json] = {
        "environmentName": environment.name.lower(),
        "location": project.region_of(environment),
        "tags": marked_tags(project, environment),
        "workspaceName": given.workspace,
        "managedResourceGroupName": given.managed_group,
        "storageAccountName": given.storage,
        "accessConnectorName": given.access_connector,
        "logAnalyticsName": given.log_analytics,
    }
    values |= _sizes(project, environment, given) | _network(project, environment, given)
    if environment.existing.workspace:
        values["existingWorkspaceId"] = environment.existing.workspace
    if environment.existing.storage:
        values["existingStorageId"] = environment.existing.storage
    return values


def _sizes(project: Project, environment: Environment, given: Names) -> dict[str, Json]:
    """What differs from the template's defaults: compute, lake, logs and money."""
    values: dict[str, Json] = {}
    if not environment.existing.vault:
        values["vaultName"] = given.vault
    if project.workspace.compute == "serverless":
        values["computeMode"] = "Serverless"
    if project.lake.redundancy != "LRS":
        values["storageSku"] = f"Standard_{project.lake.redundancy}"
    if list(project.lake.containers) != DEFAULT_CONTAINERS:
        values["containers"] = list(project.lake.containers)
    if project.monitoring.retention_days != DEFAULT_RETENTION:
        values["logRetentionDays"] = project.monitoring.retention_days
    if project.monitoring.application_insights:
        values["applicationInsightsName"] = given.application_insights
    budget = environment.budget or project.budget
    if budget:
        contacts = list(budget.notify)
        values |= {"budgetAmount": budget.amount, "budgetStart": f"{budget.starts}-01", "budgetContacts": contacts}
    return values


def _network(project: Project, environment: Environment, given: Names) -> dict[str, Json]:
    """Nothing in mode public; else the network that is made or the one that is the user's own, with the names of its subnets."""
    mode, network, existing = mode_of(project, environment), project.network, environment.existing
    if mode == "public":
        return {}
    values: dict[str, Json] = {"networkMode": mode}
    subnets = {"host": network.host_subnet, "container": network.container_subnet}
    if mode == "private":
        subnets["endpoint"] = network.endpoint_subnet
    values |= {f"{part}SubnetName": name for part, name in subnets.items()}
    if existing.network:
        values["existingNetworkId"] = existing.network
    else:
        parts = ranges(project, environment)
        values |= {"networkName": given.network, "networkAddressSpace": parts.network}
        values |= {f"{part}SubnetRange": getattr(parts, part) for part in subnets}
    if existing.dns_zones:
        values |= {"existingDnsZonesId": existing.dns_zones, "signInEndpoint": signs_in(project, environment)}
    return values


def parameter_file(project: Project, environment: Environment) -> dict[str, Json]:
    """The parameter file of an environment as JSON data."""
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {name: {"value": value} for name, value in parameters(project, environment).items()},
    }


def marked_tags(project: Project, environment: Environment) -> dict[str, str]:
    """The user's tags and our marks."""
    return {**project.tags_of(environment), "lakestrap-project": project.name, "lakestrap-environment": environment.name}
