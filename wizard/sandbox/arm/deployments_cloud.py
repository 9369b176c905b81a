"""The world as a template may see it: what ``reference()``, ``list*()`` and the scope functions answer.

Owns the adapter from ``template.context.Cloud`` to tables, with the caller's permissions. Writes nothing but the keys
of a storage account that somebody lists for the first time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import catalog, checks, models, rbac
from wizard.sandbox.arm.ids import parse
from wizard.sandbox.arm.kinds import kind_of
from wizard.sandbox.arm.template.faults import ExpressionFault, TemplateFault
from wizard.sandbox.arm.types.keys import account_keys, workspace_keys
from wizard.sandbox.login.directory import tenant
from wizard.sandbox.router import Refusal

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any
LISTS = {
    ("microsoft.storage/storageaccounts", "listkeys"): account_keys,
    ("microsoft.operationalinsights/workspaces", "listkeys"): workspace_keys,
}


class WorldCloud:
    """The caller's view of the world."""

    def __init__(self, world: World, principal: Principal) -> None:
        self.world = world
        self.principal = principal

    def reference(self, resource_id: str, api_version: str) -> Json:
        """The body of a resource that the caller may read; where it does not exist, the code ARM gives."""
        parts = parse(resource_id)
        if parts is None:
            raise ExpressionFault(f"The resource id '{resource_id}' of the function 'reference' is not valid.")
        self._require(f"{parts.type}/read", resource_id)
        body = self._body(resource_id, parts.type)
        if body is None:
            where = f" under resource group '{parts.group}'" if parts.group else ""
            raise TemplateFault(
                f"The Resource '{parts.type}/{parts.name}'{where} was not found. For more details please go to "
                "https://aka.ms/ARMResourceNotFoundFix",
                code="ResourceNotFound",
            )
        return {**body, "apiVersion": api_version}

    def _body(self, resource_id: str, type_: str) -> Json:
        low, key = type_.lower(), resource_id.lower()
        tables = {
            "microsoft.resources/deployments": "arm.deployments",
            "microsoft.resources/resourcegroups": "arm.groups",
            "microsoft.authorization/roleassignments": "arm.role_assignments",
            "microsoft.authorization/roledefinitions": "arm.role_definitions",
        }
        if low in tables:
            row = self.world.table(tables[low]).get(key)
            return models.group_body(row) if row and low.endswith("resourcegroups") else row
        found = kind_of(type_).find(self.world, resource_id)
        if found is not None and "provisioningState" in found.get("properties", {}):
            found["properties"]["provisioningState"] = "Succeeded"
        return found

    def _require(self, action: str, scope: str) -> None:
        """The refusal of a lacking permission, as the deployment reports it."""
        if action.lower().startswith("microsoft.resources/resourcegroups/"):
            action = "Microsoft.Resources/subscriptions/resourceGroups/read"
        try:
            rbac.require(self.world, self.principal, action, scope)
        except Refusal as refusal:
            error = refusal.response.body["error"]
            raise TemplateFault(error["message"], code=error["code"]) from None

    def listing(self, function: str, resource_id: str, api_version: str, body: Json) -> Json:
        """``listKeys`` of storage accounts and log workspaces; others are not emulated."""
        parts = parse(resource_id)
        lister = LISTS.get((parts.type.lower(), function.lower())) if parts else None
        if parts is None or lister is None:
            raise ExpressionFault(f"not emulated: the function '{function}' of the resource '{resource_id}'.")
        self._require(f"{parts.type}/{function}/action", resource_id)
        if resource_id.lower() not in self.world.table("arm.resources"):
            raise TemplateFault(f"The Resource '{parts.type}/{parts.name}' was not found.", code="ResourceNotFound")
        return lister(self.world, resource_id)

    def subscription(self, subscription_id: str) -> Json:
        row = self.world.table("arm.subscriptions").get(subscription_id.lower())
        if row is None:
            raise ExpressionFault(f"The subscription '{subscription_id}' could not be found.")
        members = ("subscriptionId", "tenantId", "displayName")
        return {"id": f"/subscriptions/{row['subscriptionId']}", **{name: row[name] for name in members}}

    def resource_group(self, subscription_id: str, name: str) -> Json:
        row = self.world.table("arm.groups").get(f"/subscriptions/{subscription_id}/resourcegroups/{name}".lower())
        if row is None:
            raise TemplateFault(f"Resource group '{name}' could not be found.", code="ResourceGroupNotFound")
        return models.group_body(row)

    def provider(self, namespace: str, resource_type: str) -> Json:
        body = catalog.provider_body("", catalog.namespace_name(namespace) or namespace, "Registered")
        kinds = [kind for kind in body["resourceTypes"] if kind["resourceType"].lower() == resource_type.lower()]
        if resource_type and not kinds:
            raise ExpressionFault(f"The resource type '{resource_type}' could not be found in the namespace '{namespace}'.")
        return kinds[0] if kinds else body

    def tenant(self) -> Json:
        row = tenant(self.world)
        return {"tenantId": row["id"], "displayName": row["displayName"], "country": "", "countryCode": "NL"}

    def deployer(self) -> Json:
        who = self.principal
        name = str(who.claims.get("upn", "")) if who.kind == "user" else ""
        return {"objectId": who.object_id, "tenantId": who.tenant, "userPrincipalName": name}

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.world.clock.now(), UTC)

    def new_guid(self) -> str:
        return self.world.new_id("template.guid")

    def secret(self, parameter: str, reference: Json) -> str:
        """A parameter's value from a vault: the vault allows templates, and the caller may deploy from it."""
        vault_id, name = str((reference.get("keyVault") or {}).get("id", "")), str(reference.get("secretName", ""))
        vault = self.world.table("arm.resources").get(vault_id.lower())
        fault = f"Key Vault reference of the parameter '{parameter}'"
        if vault is None:
            message = f"The specified KeyVault '{vault_id}' could not be found. Please see https://aka.ms/arm-keyvault for usage details."
            raise TemplateFault(message, code="KeyVaultParameterReferenceNotFound")
        if not vault["properties"].get("enabledForTemplateDeployment"):
            message = f"The {fault} is not allowed: the vault '{vault_id}' has enabledForTemplateDeployment set to false."
            raise TemplateFault(message, code="KeyVaultParameterReferenceAuthorizationFailed")
        self._require("Microsoft.KeyVault/vaults/deploy/action", vault_id)
        prefix = f"{vault['name']}/{name}/".lower()
        rows = [row for key, row in self.world.table("keyvault.secrets").items() if key.lower().startswith(prefix)]
        wanted = [
            row for row in rows if not reference.get("secretVersion") or str(row.get("id", "")).endswith(f"/{reference['secretVersion']}")
        ]
        if not wanted:
            message = f"The {fault} could not be resolved: the secret '{name}' was not found in the vault '{vault_id}'."
            raise TemplateFault(message, code="KeyVaultParameterReferenceSecretRetrieveFailed")
        return str(wanted[-1]["value"])


def registered_or_registrable(world: World, principal: Principal, subscription: str, namespace: str, *, register: bool) -> None:
    """Resource Manager registers the providers of a template where the caller may do it; otherwise 409."""
    if checks.registration_state(world, subscription, namespace) == "Registered":
        return
    scope, name = f"/subscriptions/{subscription}", catalog.namespace_name(namespace) or namespace
    if not catalog.namespace_name(namespace) or not rbac.allowed(world, principal, f"{name}/register/action", scope):
        checks.require_registered(world, subscription, namespace)
    if register:
        world.table("arm.providers")[f"{subscription}/{namespace}".lower()] = {"namespace": name, "registrationState": "Registered"}
        world.table("_arm.registering").pop(f"{subscription}/{namespace}".lower(), None)
