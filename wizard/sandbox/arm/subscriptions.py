"""Subscriptions, tenants, regions, and the registration of resource providers.

Owns ``arm.subscriptions`` and ``arm.providers``. A registration is *Registering* for a while (about a minute in the real
cloud) and counts only when it is *Registered*. Not emulated: creating, renaming or cancelling subscriptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors, models, operations, rbac
from wizard.sandbox.arm.catalog import ALWAYS_REGISTERED, NAMESPACES, REGIONS, location_body, namespace_name, provider_body
from wizard.sandbox.arm.checks import registration_state
from wizard.sandbox.arm.router import ROUTER, caller
from wizard.sandbox.graph.models import provision_first_party
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
REGISTRATION_SECONDS = 45.0


@ROUTER.get("/metadata/endpoints")
def endpoints(request: Request, world: World) -> Response:
    """Where the services of the public cloud are; asked without a token."""
    audience = "https://management.core.windows.net/"
    found = {
        "name": "AzureCloud",
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": "https://login.microsoftonline.com",
            "audiences": [audience, "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graph": "https://graph.windows.net/",
        "graphAudience": "https://graph.windows.net/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "resourceManager": "https://management.azure.com/",
        "media": "https://rest.media.azure.net",
        "batch": "https://batch.core.windows.net/",
        "gallery": "https://gallery.azure.com/",
        "suffixes": {"keyVaultDns": "vault.azure.net", "storage": "core.windows.net"},
    }
    return Response(200, [found])


@ROUTER.get("/tenants")
def list_tenants(request: Request, world: World) -> Response:
    """The tenants of the caller: always the one."""
    caller(request, world)
    return Response(200, {"value": [models.tenant_body(world)]})


@ROUTER.get("/subscriptions")
def list_subscriptions(request: Request, world: World) -> Response:
    """The subscriptions in which the caller has any role, at whatever scope."""
    who = caller(request, world)
    rows = world.table("arm.subscriptions").where(lambda row: rbac.has_any_role(world, who, row["subscriptionId"]))
    found = [models.subscription_body(row) for row in rows]
    return Response(200, {"value": found, "count": {"type": "Total", "value": len(found)}})


@ROUTER.get("/subscriptions/{subscription}")
def get_subscription(request: Request, world: World) -> Response:
    """One subscription; whoever has any role in it may read it, others get ``AuthorizationFailed``."""
    who, subscription = caller(request, world), request.params["subscription"]
    if not rbac.has_any_role(world, who, subscription):
        raise errors.authorization_failed(who, "Microsoft.Resources/subscriptions/read", f"/subscriptions/{subscription}")
    return Response(200, models.subscription_body(world.table("arm.subscriptions")[subscription.lower()]))


@ROUTER.get("/subscriptions/{subscription}/locations")
def list_locations(request: Request, world: World) -> Response:
    """The regions; the same for every subscription here."""
    subscription = request.params["subscription"]
    rbac.require(world, caller(request, world), "Microsoft.Resources/subscriptions/locations/read", f"/subscriptions/{subscription}")
    return Response(200, {"value": [location_body(subscription, name) for name in REGIONS]})


def _provider(world: World, subscription: str, namespace: str) -> Json:
    return provider_body(subscription, namespace, registration_state(world, subscription, namespace))


@ROUTER.get("/subscriptions/{subscription}/providers")
def list_providers(request: Request, world: World) -> Response:
    """Every namespace that is emulated, with its state in this subscription."""
    subscription = request.params["subscription"]
    rbac.require(world, caller(request, world), "Microsoft.Resources/subscriptions/providers/read", f"/subscriptions/{subscription}")
    return Response(200, {"value": [_provider(world, subscription, namespace) for namespace in NAMESPACES]})


@ROUTER.get("/subscriptions/{subscription}/providers/{namespace}")
def get_provider(request: Request, world: World) -> Response:
    """One namespace; ``InvalidResourceNamespace`` where it is unknown."""
    subscription, namespace = request.params["subscription"], namespace_name(request.params["namespace"])
    rbac.require(world, caller(request, world), "Microsoft.Resources/subscriptions/providers/read", f"/subscriptions/{subscription}")
    if not namespace:
        raise errors.unknown_namespace(request.params["namespace"])
    return Response(200, _provider(world, subscription, namespace))


@ROUTER.post("/subscriptions/{subscription}/providers/{namespace}/register")
def register(request: Request, world: World) -> Response:
    """Begin a registration; one that is there already changes nothing."""
    subscription, namespace = request.params["subscription"].lower(), namespace_name(request.params["namespace"])
    action = f"{namespace or request.params['namespace']}/register/action"
    rbac.require(world, caller(request, world), action, f"/subscriptions/{subscription}")
    if not namespace:
        raise errors.unknown_namespace(request.params["namespace"])
    if registration_state(world, subscription, namespace) == "NotRegistered":
        key = f"{subscription}/{namespace.lower()}"
        world.table("arm.providers")[key] = {"namespace": namespace, "registrationState": "Registered"}
        world.table("_arm.registering")[key] = {"until": operations.until(world, REGISTRATION_SECONDS)}
        provision_first_party(world, namespace)
    return Response(200, _provider(world, subscription, namespace))


@ROUTER.post("/subscriptions/{subscription}/providers/{namespace}/unregister")
def unregister(request: Request, world: World) -> Response:
    """End a registration at once; refused while the subscription holds resources of the namespace."""
    subscription, namespace = request.params["subscription"].lower(), namespace_name(request.params["namespace"])
    action = f"{namespace or request.params['namespace']}/unregister/action"
    rbac.require(world, caller(request, world), action, f"/subscriptions/{subscription}")
    if not namespace:
        raise errors.unknown_namespace(request.params["namespace"])
    held = f"/subscriptions/{subscription}/"
    if namespace.lower() in ALWAYS_REGISTERED or world.table("arm.resources").where(
        lambda row: row["id"].lower().startswith(held) and row["type"].lower().startswith(f"{namespace.lower()}/")
    ):
        message = f"Cannot unregister resource provider '{namespace}': the subscription still holds resources of it."
        raise errors.refused(409, "CannotUnregisterProvider", message)
    world.table("arm.providers").pop(f"{subscription}/{namespace.lower()}", None)
    return Response(200, _provider(world, subscription, namespace))
