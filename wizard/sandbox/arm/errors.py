"""Resource Manager's error answers, in its own words.

Owns status, code and message of every refusal of ``management.azure.com``; decides nothing. Texts are those that
people quote in public issues and Microsoft's troubleshooting pages
(https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wizard.sandbox.router import Refusal, Response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.sandbox.login.tokens import Principal

Json = Any


def refused(status: int, code: str, message: str, *, target: str = "", details: Sequence[Json] = (), **more: Json) -> Refusal:
    """An ARM error body: ``{"error": {"code", "message", …}}``."""
    error: dict[str, Json] = {"code": code, "message": message}
    if target:
        error["target"] = target
    if details:
        error["details"] = list(details)
    return Refusal(Response(status, {"error": error | more}))


def missing_api_version() -> Refusal:
    return refused(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")


def invalid_api_version(version: str) -> Refusal:
    return refused(400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid. The supported versions are dates.")


def invalid_content(reason: str) -> Refusal:
    return refused(400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{reason}'.")


def subscription_not_found(subscription: str) -> Refusal:
    return refused(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def invalid_subscription(subscription: str) -> Refusal:
    return refused(400, "InvalidSubscriptionId", f"The provided subscription identifier '{subscription}' is malformed or invalid.")


def group_not_found(name: str) -> Refusal:
    return refused(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def group_being_deleted(name: str) -> Refusal:
    message = f"The resource group '{name}' is in deprovisioning state and cannot perform this operation."
    return refused(409, "ResourceGroupBeingDeleted", message)


def resource_not_found(type_: str, name: str, group: str) -> Refusal:
    where = f" under resource group '{group}'" if group else ""
    message = f"The Resource '{type_}/{name}'{where} was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    return refused(404, "ResourceNotFound", message)


def parent_not_found(resource: str, parent: str) -> Refusal:
    message = f"Failed to perform 'write' on resource(s) of type '{resource}', because the parent resource '{parent}' could not be found."
    return refused(404, "ParentResourceNotFound", message)


def _client(principal: Principal) -> str:
    claims = getattr(principal, "claims", {}) or {}
    return str(claims.get("upn") or (principal.app_id if principal.kind != "user" else principal.name) or principal.object_id)


def authorization_failed(principal: Principal, action: str, scope: str, *, condition: bool = False) -> Refusal:
    """403. ``condition`` where a role would have allowed it, had its condition been fulfilled."""
    lacks = "does not have authorization or an ABAC condition not fulfilled" if condition else "does not have authorization"
    message = (
        f"The client '{_client(principal)}' with object id '{principal.object_id}' {lacks} to perform action '{action}' over scope "
        f"'{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
    )
    return refused(403, "AuthorizationFailed", message)


def denied(principal: Principal, action: str, scope: str, deny: Json) -> Refusal:
    """403 because of a deny assignment."""
    message = (
        f"The client '{_client(principal)}' with object id '{principal.object_id}' has permission to perform action '{action}' on scope "
        f"'{scope}'; however, the access is denied because of the deny assignment with name "
        f"'{deny['properties']['denyAssignmentName']}' and Id '{deny['name']}' at scope '{deny['properties']['scope']}'."
    )
    return refused(403, "DenyAssignmentAuthorizationFailed", message)


def not_registered(namespace: str) -> Refusal:
    message = (
        f"The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to register "
        "subscriptions."
    )
    return refused(409, "MissingSubscriptionRegistration", message, details=[
        {"code": "MissingSubscriptionRegistration", "target": namespace, "message": message}
    ])  # fmt: skip


def unknown_namespace(namespace: str) -> Refusal:
    return refused(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")


def locked(scope: str, operation: str, locks: Sequence[str]) -> Refusal:
    """409; ``operation`` is ``write`` or ``delete``, ``locks`` the scopes that are locked."""
    message = (
        f"The scope '{scope}' cannot perform {operation} operation because following scope(s) are locked: "
        f"'{','.join(locks)}'. Please remove the lock and try again."
    )
    return refused(409, "ScopeLocked", message)


def disallowed_by_policy(name: str, assignment: Json) -> Refusal:
    """403 by an Azure Policy assignment with the effect *deny*."""
    properties = assignment["properties"]
    identifiers = [
        {
            "policyAssignment": {"name": properties["displayName"], "id": assignment["id"]},
            "policyDefinition": {"name": properties["displayName"], "id": properties["policyDefinitionId"]},
        }
    ]
    info = {
        "policyDefinitionDisplayName": properties["displayName"],
        "policyDefinitionId": properties["policyDefinitionId"],
        "policyDefinitionEffect": "deny",
        "policyAssignmentId": assignment["id"],
        "policyAssignmentName": assignment["name"],
        "policyAssignmentDisplayName": properties["displayName"],
        "policyAssignmentScope": properties["scope"],
    }
    message = f"Resource '{name}' was disallowed by policy. Policy identifiers: '{json.dumps(identifiers, separators=(',', ':'))}'."
    return refused(403, "RequestDisallowedByPolicy", message, target=name, additionalInfo=[{"type": "PolicyViolation", "info": info}])


def location_required() -> Refusal:
    return refused(400, "LocationRequired", "The location property is required for this definition.")


def location_unavailable(location: str, what: str, known: Sequence[str]) -> Refusal:
    """400 for a region that does not exist, or not for this type."""
    if what == "resource group":
        message = (
            f"The provided location '{location}' is not available for resource group. List of available regions is '{','.join(known)}'."
        )
        return refused(400, "LocationNotAvailableForResourceGroup", message)
    message = (
        f"The provided location '{location}' is not available for resource type '{what}'. List of available regions for the resource "
        f"type is '{','.join(known)}'."
    )
    return refused(400, "LocationNotAvailableForResourceType", message)
