"""Functions that know where they are: ids, scopes, the deployment, parameters and variables, run-time look-ups.
https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource, …-scope, …-deployment

Owns their argument rules; every look at the world goes through ``Context.cloud``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wizard.sandbox.arm.template.context import Context
from wizard.sandbox.arm.template.faults import ExpressionFault, RunTimeOnly, TemplateFault, wrong_arguments
from wizard.sandbox.arm.template.formats import date_text
from wizard.sandbox.arm.template.library import check_count
from wizard.sandbox.arm.template.strings import text_of
from wizard.sandbox.arm.template.values import is_int, key_of

Json = Any
Bound = Callable[[list[Json], Context], Json]
FUNCTIONS: dict[str, Bound] = {}
ENVIRONMENT = {
    "name": "AzureCloud",
    "gallery": "https://gallery.azure.com/",
    "graph": "https://graph.windows.net/",
    "portal": "https://portal.azure.com",
    "graphAudience": "https://graph.windows.net/",
    "activeDirectoryDataLake": "https://datalake.azure.net/",
    "batch": "https://batch.core.windows.net/",
    "media": "https://rest.media.azure.net",
    "sqlManagement": "https://management.core.windows.net:8443/",
    "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
    "resourceManager": "https://management.azure.com/",
    "authentication": {
        "loginEndpoint": "https://login.microsoftonline.com/",
        "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
        "tenant": "common",
        "identityProvider": "AAD",
    },
    "suffixes": {
        "acrLoginServer": ".azurecr.io",
        "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
        "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
        "azureFrontDoorEndpointSuffix": "azurefd.net",
        "keyvaultDns": ".vault.azure.net",
        "sqlServerHostname": ".database.windows.net",
        "storage": "core.windows.net",
    },
}


def _bound(name: str, least: int, most: int) -> Callable[[Bound], Bound]:
    def register(body: Bound) -> Bound:
        def checked(arguments: list[Json], context: Context) -> Json:
            check_count(name, len(arguments), least, most)
            return body(arguments, context)

        FUNCTIONS[name.lower()] = checked
        return body

    return register


def _paired(function: str, type_: str, names: list[str]) -> str:
    """``providers/NAMESPACE/type/name/…`` of a full type and as many names as it has type segments."""
    namespace, _, rest = type_.partition("/")
    types = rest.split("/") if rest else []
    if not types or len(types) != len(names):
        raise ExpressionFault(
            f"Unable to evaluate template language function '{function}': the type '{type_}' requires '{len(types)}' resource name "
            f"argument(s). Please see https://aka.ms/arm-{function.lower()} for usage details."
        )
    return f"providers/{namespace}/" + "/".join(f"{kind}/{name}" for kind, name in zip(types, names, strict=True))


def _texts(function: str, arguments: list[Json]) -> list[str]:
    return [text_of(function, argument) for argument in arguments]


def _split_at_type(function: str, texts: list[str]) -> tuple[list[str], str, list[str]]:
    at = next((at for at, text in enumerate(texts) if "/" in text), None)
    if at is None:
        raise wrong_arguments(function, "a fully qualified resource type must be provided.")
    return texts[:at], texts[at], texts[at + 1 :]


@_bound("resourceId", 2, -1)
def _resource_id(arguments: list[Json], context: Context) -> str:
    before, type_, names = _split_at_type("resourceId", _texts("resourceId", arguments))
    tail, place = _paired("resourceId", type_, names), context.place
    if len(before) == 2:
        return f"/subscriptions/{before[0]}/resourceGroups/{before[1]}/{tail}"
    if len(before) > 2:
        raise wrong_arguments("resourceId", "too many arguments before the resource type.")
    if not before and not place.group:
        return f"/subscriptions/{place.subscription}/{_in_subscription('resourceId', type_, names)}" if place.subscription else f"/{tail}"
    return f"/subscriptions/{place.subscription}/resourceGroups/{before[0] if before else place.group}/{tail}"


@_bound("subscriptionResourceId", 2, -1)
def _subscription_resource_id(arguments: list[Json], context: Context) -> str:
    before, type_, names = _split_at_type("subscriptionResourceId", _texts("subscriptionResourceId", arguments))
    return (
        f"/subscriptions/{before[0] if before else context.place.subscription}/{_in_subscription('subscriptionResourceId', type_, names)}"
    )


def _in_subscription(function: str, type_: str, names: list[str]) -> str:
    """A resource group is no resource of a provider: its id is the short one."""
    tail = _paired(function, type_, names)
    return f"resourceGroups/{names[0]}" if type_.lower() == "microsoft.resources/resourcegroups" else tail


@_bound("tenantResourceId", 2, -1)
def _tenant_resource_id(arguments: list[Json], context: Context) -> str:
    type_, *names = _texts("tenantResourceId", arguments)
    return "/" + _paired("tenantResourceId", type_, names)


@_bound("managementGroupResourceId", 2, -1)
def _management_group_resource_id(arguments: list[Json], context: Context) -> str:
    before, type_, names = _split_at_type("managementGroupResourceId", _texts("managementGroupResourceId", arguments))
    group = before[0] if before else context.place.management_group
    return f"/providers/Microsoft.Management/managementGroups/{group}/{_paired('managementGroupResourceId', type_, names)}"


@_bound("extensionResourceId", 3, -1)
def _extension_resource_id(arguments: list[Json], context: Context) -> str:
    base, type_, *names = _texts("extensionResourceId", arguments)
    return f"{base.rstrip('/')}/{_paired('extensionResourceId', type_, names)}"


@_bound("subscription", 0, 0)
def _subscription(arguments: list[Json], context: Context) -> Json:
    if not context.place.subscription:
        raise _misplaced("subscription")
    return context.cloud.subscription(context.place.subscription)


@_bound("resourceGroup", 0, 0)
def _resource_group(arguments: list[Json], context: Context) -> Json:
    if not context.place.group:
        raise _misplaced("resourceGroup")
    try:
        return context.cloud.resource_group(context.place.subscription, context.place.group)
    except TemplateFault as missing:
        if context.preview:  # an earlier resource of the same deployment may make the group
            raise RunTimeOnly(missing.message) from None
        raise


@_bound("managementGroup", 0, 0)
def _management_group(arguments: list[Json], context: Context) -> Json:
    if not context.place.management_group:
        raise _misplaced("managementGroup")
    return {
        "id": context.place.scope,
        "name": context.place.management_group,
        "type": "Microsoft.Management/managementGroups",
        "properties": {"tenantId": context.place.tenant},
    }


@_bound("tenant", 0, 0)
def _tenant(arguments: list[Json], context: Context) -> Json:
    return context.cloud.tenant()


@_bound("deployer", 0, 0)
def _deployer(arguments: list[Json], context: Context) -> Json:
    return context.cloud.deployer()


@_bound("environment", 0, 0)
def _environment(arguments: list[Json], context: Context) -> Json:
    return ENVIRONMENT


@_bound("deployment", 0, 0)
def _deployment(arguments: list[Json], context: Context) -> Json:
    if context.deployment is None:
        raise _misplaced("deployment")
    return context.deployment


def _misplaced(name: str, fault: type[ExpressionFault] = ExpressionFault) -> ExpressionFault:
    return fault(
        f"The template function '{name}' is not expected at this location. Please see https://aka.ms/arm-functions for usage details."
    )


@_bound("parameters", 1, 1)
def _parameter(arguments: list[Json], context: Context) -> Json:
    return _looked_up("parameter", text_of("parameters", arguments[0]), context.parameters)


@_bound("variables", 1, 1)
def _variable(arguments: list[Json], context: Context) -> Json:
    return _looked_up("variable", text_of("variables", arguments[0]), context.variables)


def _looked_up(noun: str, name: str, values: Any) -> Json:
    key = name if name in values else next((key for key in values if key.lower() == name.lower()), None)
    if key is None:
        raise ExpressionFault(f"The template {noun} '{name}' is not found. Please see https://aka.ms/arm-syntax for usage details.")
    return values[key]


@_bound("copyIndex", 0, 2)
def _copy_index(arguments: list[Json], context: Context) -> int:
    name = arguments[0].lower() if arguments and isinstance(arguments[0], str) else context.loop
    offset = next((argument for argument in arguments if is_int(argument)), 0)
    if name not in context.loops:
        raise ExpressionFault(
            "The template function 'copyIndex' is not expected at this location. The function can only be used in a resource with copy "
            "specified. Please see https://aka.ms/arm-copy for usage details."
        )
    return context.loops[name] + int(offset)


@_bound("newGuid", 0, 0)
def _new_guid(arguments: list[Json], context: Context) -> str:
    if not context.in_default:
        raise _misplaced("newGuid")
    return context.cloud.new_guid()


@_bound("utcNow", 0, 1)
def _utc_now(arguments: list[Json], context: Context) -> str:
    if not context.in_default:
        raise _misplaced("utcNow")
    return date_text(context.cloud.now(), text_of("utcNow", arguments[0]) if arguments else "yyyyMMddTHHmmssZ")


@_bound("reference", 1, 3)
def _reference(arguments: list[Json], context: Context) -> Json:
    texts = _texts("reference", arguments)
    if context.reference is None:
        raise _misplaced("reference", RunTimeOnly)
    full = len(texts) == 3
    if full and texts[2].lower() != "full":
        raise wrong_arguments("reference", f"the third argument must be 'Full', not '{texts[2]}'.")
    return context.reference(texts[0], texts[1] if len(texts) > 1 else "", full)


@_bound("references", 1, 2)
def _references(arguments: list[Json], context: Context) -> Json:
    texts = _texts("references", arguments)
    if context.referenced is None:
        raise _misplaced("references", RunTimeOnly)
    return context.referenced(texts[0], len(texts) == 2)


@_bound("resourceInfo", 1, 1)
def _resource_info(arguments: list[Json], context: Context) -> Json:
    if context.described is None:
        raise _misplaced("resourceInfo")
    return context.described(text_of("resourceInfo", arguments[0]))


def listed(function: str, arguments: list[Json], context: Context) -> Json:
    """``list*(resource id, api version[, body])``."""
    check_count(function, len(arguments), 1, 3)
    if context.reference is None:
        raise _misplaced(function, RunTimeOnly)
    resource_id = text_of(function, arguments[0])
    version = text_of(function, arguments[1]) if len(arguments) > 1 else ""
    if context.described is not None and "/" not in resource_id:
        info = context.described(resource_id)
        resource_id, version = info["id"], version or info["apiVersion"]
    return context.cloud.listing(function, resource_id, version, arguments[2] if len(arguments) > 2 else None)


@_bound("providers", 1, 2)
def _providers(arguments: list[Json], context: Context) -> Json:
    texts = _texts("providers", arguments)
    return context.cloud.provider(texts[0], texts[1] if len(texts) > 1 else "")


@_bound("pickZones", 3, 5)
def _pick_zones(arguments: list[Json], context: Context) -> list[str]:
    """Zones ``1`` to ``3`` in regions that have them, and none elsewhere or for types without zones."""
    namespace, type_, location = _texts("pickZones", arguments[:3])
    count = arguments[3] if len(arguments) > 3 else 1
    offset = arguments[4] if len(arguments) > 4 else 0
    mapping = context.cloud.provider(namespace, type_).get("zoneMappings") or []
    place = location.lower().replace(" ", "")
    zones: list[Json] = next((item["zones"] for item in mapping if key_of({item["location"].lower().replace(" ", ""): 1}, place)), [])
    if zones and offset + count > len(zones):
        raise wrong_arguments("pickZones", f"the region has {len(zones)} zones.")
    return [str(zone) for zone in sorted(zones)[offset : offset + count]]
