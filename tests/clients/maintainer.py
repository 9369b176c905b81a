"""A maintenance identity and a GitHub App's token that hold exactly the rights of the generated table, in a world of the sandbox.

Owns the translation of each row into what the sandbox's services read. A row of an unknown plane fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm.built_in_roles import by_name
from wizard.sandbox.databricks import identity as workspace
from wizard.sandbox.github import models as github
from wizard.sandbox.graph.models import new_application, new_service_principal

if TYPE_CHECKING:
    from wizard.render.maintenance import Right
    from wizard.sandbox.world import World

Json = Any
CLIENT = "0f0f0f0f-0001-4d5e-8f60-000000000009"
ROLES = "/providers/Microsoft.Authorization/roleDefinitions"


class Maintainer:
    """The application ``CLIENT``, trusted in one GitHub environment of ``repository``; ``token`` is the App's."""

    def __init__(self, world: World, repository: str, environment: str) -> None:
        self.world, self.repository = world, repository
        application = new_application(world, {"displayName": "shop-maintenance"}, app_id=CLIENT)
        self.principal = str(new_service_principal(world, application["appId"], {})["id"])
        self._trusting(application["id"], environment)
        self._environment(environment)
        self.roles: list[str] = []
        self.token = ""

    def _trusting(self, application: str, environment: str) -> None:
        subject = github.subject(self.world, self.repository, f"environment:{environment}", {})
        row = {"name": "maintenance", "issuer": github.ISSUER, "subject": subject, "audiences": ["api://AzureADTokenExchange"]}
        row |= {"id": self.world.new_id("federated"), "description": "", "parent": application}
        self.world.table("graph.federated_credentials")[f"{application}/maintenance"] = row

    def _environment(self, name: str) -> None:
        rows = self.world.table("github.environments")
        like = next(iter(rows.values()))
        rows[github.environment_key(self.repository, name)] = {**like, "name": name, "id": 990001, "reviewers": [], "wait_timer": 0}
        values = {"github.variables": ("AZURE_TENANT_ID", self._tenant), "github.secrets": ("MAINTENANCE_APP_KEY", "a key")}
        for table, (key, value) in values.items():
            row = {"repository": self.repository, "environment": name, "name": key, "value": value, "created_at": "", "updated_at": ""}
            self.world.table(table)[github.values_key(self.repository, name, key)] = row

    @property
    def _tenant(self) -> str:
        return str(next(row for key, row in self.world.table("login.tenant").items())["id"])

    def holds(self, rights: Iterable[Right]) -> None:
        """Give exactly these rights; whatever was given before is taken away."""
        self.roles, permissions = [], {"metadata": "read"}
        self._bare()
        for right in rights:
            if right.plane == "github":
                name, _, level = right.right.partition(": ")
                permissions["actions_variables" if name == "variables" else name] = level
            else:
                {"graph": self._graph, "owner": self._owner, "azure": self._azure, "databricks": self._databricks}[right.plane](right)
        self.world.table("graph.app_roles")[self.principal] = {"roles": self.roles}
        wish = {"token": "ghs_maintenance", "login": "shop-maintenance[bot]", "kind": "installation", "permissions": permissions}
        self.token = github.put_token(self.world, {**wish, "repositories": [self.repository]})

    def _bare(self) -> None:
        assignments = self.world.table("arm.role_assignments")
        for key in [key for key, row in assignments.items() if row["properties"]["principalId"] == self.principal]:
            del assignments[key]
        for key, row in list(self.world.table("graph.owners").items()):
            if self.principal in row["owners"]:
                self.world.table("graph.owners")[key] = {**row, "owners": [one for one in row["owners"] if one != self.principal]}
        members = self.world.table("databricks.principals")
        for key in [key for key, row in members.items() if row["name"] == CLIENT]:
            del members[key]

    def _graph(self, right: Right) -> None:
        self.roles.append(right.right)

    def _owner(self, right: Right) -> None:
        key = next(key for key, row in self.world.table("graph.applications").items() if row["displayName"] == right.at)
        held = self.world.table("graph.owners").get(key) or {"owners": []}
        self.world.table("graph.owners")[key] = {"owners": [*held["owners"], self.principal]}

    def _azure(self, right: Right) -> None:
        found = next(row for row in self.world.table("arm.resources").values() if row["name"] == right.at)
        scope, name = found["id"], self.world.new_id("assignment")
        subscription = scope.split("/")[2]
        properties = {"scope": scope, "roleDefinitionId": f"/subscriptions/{subscription}{ROLES}/{by_name(right.right)}"}
        properties |= {"principalId": self.principal, "principalType": "ServicePrincipal", "condition": None, "conditionVersion": None}
        properties |= {"createdOn": "2026-01-01T00:00:00Z", "updatedOn": "2026-01-01T00:00:00Z", "createdBy": "", "updatedBy": ""}
        row_id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
        row = {"id": row_id, "name": name, "type": "Microsoft.Authorization/roleAssignments"}
        self.world.table("arm.role_assignments")[row_id.lower()] = row | {"properties": {**properties, "description": None}}

    def _databricks(self, right: Right) -> None:
        found = next(row for row in self.world.table("arm.resources").values() if row["name"] == right.at)
        number = str(found["properties"]["workspaceId"])
        row = workspace.principal_row(self.world, "servicePrincipal", CLIENT, "shop-maintenance", self.principal)
        self.world.table("databricks.principals").rows[f"{number}/{row['id']}"] = row
        for group in (workspace.USERS, workspace.ADMINS):
            workspace.join(self.world, number, group, row["id"])
