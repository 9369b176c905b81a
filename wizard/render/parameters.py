"""The parameters that an environment gives to ``main.bicep``.

Owns the mapping from project to parameters; the same values go into the committed parameter file and into the operator's own deployment.
Must never hold an observed id: a rehearsal and the real run write the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.project.naming import names

if TYPE_CHECKING:
    from wizard.project.model import Environment, Project

Json = Any
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
    if environment.existing.workspace:
        values["existingWorkspaceId"] = environment.existing.workspace
    if environment.existing.storage:
        values["existingStorageId"] = environment.existing.storage
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
