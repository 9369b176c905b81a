"""Vaults as ARM resources: create, change, soft-delete, recover, purge, and whose name is free.

Owns the rules of a vault's life, as functions of world and caller; routes and the template engine both call them. It
answers no data-plane request. Permission to write the vault itself is the caller's business; what a *change of the
permission model* needs besides is checked here. Unknown to us and decided strictly: a PUT replaces ``networkAcls`` and
``publicNetworkAccess``; a recovery keeps the old vault's properties and takes nothing from the body.
https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.keyvault import errors
from wizard.sandbox.keyvault.models import DNS_SUFFIX, VAULT_NAME, VAULT_TYPE, begin, group_of, pending, subscription_of, vault_body
from wizard.sandbox.keyvault.validation import check_change, check_creation, check_policies, check_properties
from wizard.sandbox.login.directory import tenant
from wizard.sandbox.router import Response

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any

RBAC_BY_DEFAULT_SINCE = "2026-02-01"
DAY = 86400.0


def find_vault(world: World, name: str) -> Json | None:
    """The live vault of that name, in whatever group and subscription; names are global."""
    wanted = name.lower()
    found = world.table("arm.resources").where(
        lambda row: row["type"].lower() == VAULT_TYPE.lower() and row["id"].split("/")[-1].lower() == wanted
    )
    return found[0] if found else None


def vault_at(world: World, resource_id: str) -> Json:
    """The vault with that ARM id, or 404."""
    row = world.table("arm.resources").get(resource_id.lower())
    if row is None:
        raise errors.vault_not_found(resource_id.split("/")[-1], group_of(resource_id))
    return row


def find_at(world: World, resource_id: str) -> Json | None:
    """The vault with that ARM id as Resource Manager answers it, or ``None``."""
    row = world.table("arm.resources").get(resource_id.lower())
    return vault_body(world, row) if row else None


def answers_on_the_network(world: World, name: str) -> bool:
    """Whether ``{name}.vault.azure.net`` resolves: the vault lives and its name is registered."""
    return find_vault(world, name) is not None and not pending(world, "dns", name.lower())


def name_availability(world: World, name: str) -> Json:
    """The body of ``checkNameAvailability``."""
    if not VAULT_NAME.fullmatch(name):
        return {"nameAvailable": False, "reason": "AccountNameInvalid", "message": errors.invalid_name_message(name)}
    if not _free(world, name):
        return {"nameAvailable": False, "reason": "AlreadyExists", "message": errors.taken_message(name)}
    return {"nameAvailable": True}


def _free(world: World, name: str) -> bool:
    key = name.lower()
    return (
        find_vault(world, key) is None
        and key not in world.table("keyvault.deleted_vaults")
        and key not in world.table("keyvault.taken_names")
    )


def put_vault(world: World, principal: Principal, resource_id: str, api_version: str, body: Json) -> Response:
    """Create, recover or replace the vault with that ARM id; 201 for a new or recovered one, 200 otherwise.

    ``body`` is ARM's (``location, tags, properties``). Raises the vendor's refusals: VaultNameNotValid, BadRequest,
    VaultAlreadyExists, ConflictError (deleted, same subscription), SoftDeletedVaultDoesNotExist.
    """
    name = resource_id.split("/")[-1]
    if not VAULT_NAME.fullmatch(name):
        raise errors.vault_name_invalid(name)
    if not isinstance(body, dict) or not body.get("location"):
        raise errors.refused(400, "LocationRequired", "The location property is required for this definition.")
    check_properties(body.get("properties"), tenant(world)["id"], partial=False)
    existing = world.table("arm.resources").get(resource_id.lower())
    if existing is not None:
        return _replace(world, principal, existing, body)
    if body["properties"].get("createMode") == "recover":
        return _recover(world, resource_id, body)
    _check_name(world, name, resource_id)
    return _create(world, resource_id, api_version, body)


def _check_name(world: World, name: str, resource_id: str) -> None:
    deleted = world.table("keyvault.deleted_vaults").get(name.lower())
    if deleted is not None and subscription_of(deleted["vaultId"]) == subscription_of(resource_id):
        raise errors.deleted_vault_in_the_way()
    if not _free(world, name):
        raise errors.vault_already_exists(name)


def _create(world: World, resource_id: str, api_version: str, body: Json) -> Response:
    wished, name = body["properties"], resource_id.split("/")[-1]
    check_creation(wished)
    rbac = wished.get("enableRbacAuthorization")
    properties: Json = {
        "sku": wished["sku"],
        "tenantId": wished["tenantId"],
        "accessPolicies": wished.get("accessPolicies") or [],
        "enabledForDeployment": bool(wished.get("enabledForDeployment")),
        "enabledForDiskEncryption": bool(wished.get("enabledForDiskEncryption")),
        "enabledForTemplateDeployment": bool(wished.get("enabledForTemplateDeployment")),
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": wished.get("softDeleteRetentionInDays") or 90,
        "enableRbacAuthorization": api_version >= RBAC_BY_DEFAULT_SINCE if rbac is None else rbac,
        "vaultUri": f"https://{name.lower()}{DNS_SUFFIX}/",
        "publicNetworkAccess": wished.get("publicNetworkAccess") or "Enabled",
    }
    if not properties["enableRbacAuthorization"] and wished.get("accessPolicies") is None:
        raise errors.bad_request("The parameter accessPolicies is not specified.")
    if wished.get("enablePurgeProtection"):
        properties["enablePurgeProtection"] = True
    if wished.get("networkAcls") is not None:
        properties["networkAcls"] = _network(wished["networkAcls"])
    document = {
        "id": resource_id,
        "name": name,
        "type": VAULT_TYPE,
        "location": str(body["location"]).lower().replace(" ", ""),
        "tags": body.get("tags") or {},
        "properties": properties,
    }
    world.table("arm.resources")[resource_id.lower()] = document
    begin(world, "dns", name.lower())
    return Response(201, vault_body(world, document))


def _network(rules: Json) -> Json:
    """The rules with what is left out; a single address is kept as a range of one."""
    addresses = [rule["value"] if "/" in rule["value"] else f"{rule['value']}/32" for rule in rules.get("ipRules") or []]
    defaults = {"bypass": "AzureServices", "defaultAction": "Allow", "virtualNetworkRules": []}
    return {**defaults, **rules, "ipRules": [{"value": address} for address in addresses]}


def _recover(world: World, resource_id: str, body: Json) -> Response:
    deleted = world.table("keyvault.deleted_vaults").get(resource_id.split("/")[-1].lower())
    if deleted is None:
        raise errors.nothing_to_recover()
    if subscription_of(deleted["vaultId"]) != subscription_of(resource_id):
        raise errors.vault_already_exists(deleted["name"])
    if deleted["vaultId"].lower() != resource_id.lower() or deleted["location"] != str(body["location"]).lower().replace(" ", ""):
        raise errors.deleted_vault_in_the_way()
    document = deleted["resource"]
    world.table("arm.resources")[resource_id.lower()] = document
    del world.table("keyvault.deleted_vaults")[deleted["name"].lower()]
    begin(world, "dns", deleted["name"].lower())
    return Response(201, vault_body(world, document))


def _replace(world: World, principal: Principal, existing: Json, body: Json) -> Response:
    wished = body["properties"]
    if str(body["location"]).lower().replace(" ", "") != existing["location"]:
        message = (
            f"The resource '{existing['name']}' already exists in location '{existing['location']}'. A resource with the same name "
            f"cannot be created in location '{body['location']}'. Please select a new resource name."
        )
        raise errors.refused(409, "InvalidResourceLocation", message)
    changed = _changed(world, principal, existing, wished)
    for name in ("networkAcls", "publicNetworkAccess"):
        if wished.get(name) is None:
            changed["properties"].pop(name, None)
    changed["properties"].setdefault("publicNetworkAccess", "Enabled")
    changed["tags"] = body.get("tags") or {}
    world.table("arm.resources")[existing["id"].lower()] = changed
    return Response(200, vault_body(world, changed))


def _changed(world: World, principal: Principal, existing: Json, wished: Json) -> Json:
    """The document with the members of ``wished`` laid over it; read-only and null ones are ignored."""
    before = existing["properties"]
    check_change(before, wished)
    if wished.get("enableRbacAuthorization") not in (None, bool(before.get("enableRbacAuthorization"))):
        _check_permission_model(world, principal, existing["id"])
    kept = ("vaultUri", "provisioningState", "createMode", "hsmPoolResourceId", "privateEndpointConnections", "enableSoftDelete")
    given = {name: value for name, value in wished.items() if name not in kept and value is not None}
    if "networkAcls" in given:
        given["networkAcls"] = _network(given["networkAcls"])
    return {**existing, "properties": {**before, **given}}


def _check_permission_model(world: World, principal: Principal, vault_id: str) -> None:
    from wizard.sandbox.arm import rbac

    action = "Microsoft.Authorization/roleAssignments/write"
    if not rbac.allowed(world, principal, action, vault_id):
        message = f"Caller is not allowed to change permission model: it requires '{action}' over scope '{vault_id}'."
        raise errors.refused(403, "Forbidden", message)


def patch_vault(world: World, principal: Principal, resource_id: str, body: Json) -> Response:
    """Change the named members (tags as a whole, properties one by one) of an existing vault."""
    existing = vault_at(world, resource_id)
    properties = (body or {}).get("properties") or {}
    check_properties(properties, tenant(world)["id"], partial=True)
    changed = _changed(world, principal, existing, properties)
    if (body or {}).get("tags") is not None:
        changed["tags"] = body["tags"]
    world.table("arm.resources")[existing["id"].lower()] = changed
    return Response(200, vault_body(world, changed))


def change_policies(world: World, resource_id: str, operation: str, body: Json) -> Response:
    """``accessPolicies/{add,replace,remove}``: policies are one per principal and application; 201 with what was sent."""
    existing = vault_at(world, resource_id)
    sent = ((body or {}).get("properties") or {}).get("accessPolicies")
    check_policies(sent)
    before = existing["properties"].get("accessPolicies") or []
    after = {"add": _added, "remove": _removed}.get(operation, lambda old, new: new)(before, sent)
    existing["properties"]["accessPolicies"] = after
    if after != before:
        world.table("arm.resources")[existing["id"].lower()] = existing
    shown = sent if operation == "remove" else existing["properties"]["accessPolicies"]
    answer = {"id": f"{existing['id']}/accessPolicies/", "type": f"{VAULT_TYPE}/accessPolicies", "location": existing["location"]}
    return Response(200, {**answer, "properties": {"accessPolicies": shown}})


def _of(policy: Json) -> tuple[str, str]:
    return str(policy["objectId"]).lower(), str(policy.get("applicationId") or "").lower()


def _added(before: Json, sent: Json) -> Json:
    merged = {_of(policy): policy for policy in before}
    for policy in sent:
        old = merged.get(_of(policy), {"permissions": {}})
        kinds = {**old["permissions"]}
        for kind, names in policy["permissions"].items():
            kinds[kind] = list(dict.fromkeys([*(kinds.get(kind) or []), *(names or [])]))
        merged[_of(policy)] = {**policy, "permissions": kinds}
    return list(merged.values())


def _removed(before: Json, sent: Json) -> Json:
    taken = {_of(policy): policy["permissions"] for policy in sent}
    out = []
    for policy in before:
        gone = taken.get(_of(policy), {})
        kinds = {
            kind: [name for name in names or [] if name not in (gone.get(kind) or [])] for kind, names in policy["permissions"].items()
        }
        if any(kinds.values()):
            out.append({**policy, "permissions": kinds})
    return out


def delete_vault(world: World, resource_id: str) -> Response:
    """Soft-delete the vault: its name stays taken, its role assignments are gone for good. 204 where there is none."""
    existing = world.table("arm.resources").get(resource_id.lower())
    if existing is None:
        return Response(204)
    now, days = world.clock.now(), existing["properties"].get("softDeleteRetentionInDays", 90)
    world.table("keyvault.deleted_vaults")[existing["name"].lower()] = {
        "name": existing["name"],
        "vaultId": existing["id"],
        "location": existing["location"],
        "deletionDate": world.clock.iso(now),
        "scheduledPurgeDate": world.clock.iso(now + days * DAY),
        "purgeProtectionEnabled": bool(existing["properties"].get("enablePurgeProtection")),
        "resource": existing,
    }
    del world.table("arm.resources")[resource_id.lower()]
    assignments = world.table("arm.role_assignments")
    for key, row in list(assignments.items()):
        if f"{row['properties'].get('scope', '')}/".lower().startswith(f"{resource_id}/".lower()):
            del assignments[key]
            world.consistency.forgotten("role_assignment", key)
    return Response(200)


def deleted_vault(world: World, subscription: str, name: str) -> Json:
    """The deleted vault of that subscription, or 404."""
    row = world.table("keyvault.deleted_vaults").get(name.lower())
    if row is None or subscription_of(row["vaultId"]) != subscription.lower():
        raise errors.deleted_vault_not_found(name)
    return row


def purge_vault(world: World, subscription: str, name: str) -> None:
    """Free the name and forget the secrets; refused where purge protection is on."""
    row = deleted_vault(world, subscription, name)
    if row["purgeProtectionEnabled"]:
        raise errors.purge_not_allowed()
    del world.table("keyvault.deleted_vaults")[name.lower()]
    for table in ("keyvault.secrets", "keyvault.deleted_secrets"):
        rows = world.table(table)
        for key in list(rows):
            if key.startswith(f"{name.lower()}/"):
                del rows[key]
    begin(world, "purge", name.lower())
