"""Graph's error answers, in its own words.

Owns codes, texts and the OData error form. https://learn.microsoft.com/graph/errors
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.router import Refusal, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World


def refusal(world: World, status: int, code: str, message: str) -> Refusal:
    """One error answer in the OData form."""
    request = world.new_id("request")
    inner = {"date": world.clock.iso().rstrip("Z"), "request-id": request, "client-request-id": request}
    return Refusal(Response(status, {"error": {"code": code, "message": message, "innerError": inner}}))


def denied(world: World, message: str = "Insufficient privileges to complete the operation.") -> Refusal:
    return refusal(world, 403, "Authorization_RequestDenied", message)


def foreign_application(world: World) -> Refusal:
    text = "When using this permission, the backing application of the service principal being created must in the local tenant"
    return denied(world, text)


def not_found(world: World, name: str) -> Refusal:
    text = f"Resource '{name}' does not exist or one of its queried reference-property objects are not present."
    return refusal(world, 404, "Request_ResourceNotFound", text)


def bad_request(world: World, message: str) -> Refusal:
    return refusal(world, 400, "Request_BadRequest", message)


def invalid_value(world: World, name: str) -> Refusal:
    return bad_request(world, f"Invalid value specified for property '{name}' of resource 'Application'.")


def unknown_property(world: World, name: str, kind: str) -> Refusal:
    return bad_request(world, f"Property '{name}' does not exist as a declared property or extension property of '{kind}'.")


def unsupported_query(world: World, message: str = "Unsupported Query.") -> Refusal:
    return refusal(world, 400, "Request_UnsupportedQuery", message)


def bad_filter(world: World, text: str) -> Refusal:
    return refusal(world, 400, "BadRequest", f"Invalid filter clause: {text}")


def delegated_only(world: World) -> Refusal:
    return refusal(world, 400, "BadRequest", "/me request is only valid with delegated authentication flow.")


def same_key_value(world: World, message: str) -> Refusal:
    return refusal(world, 409, "Request_MultipleObjectsWithSameKeyValue", message)


def unique_name_taken(world: World) -> Refusal:
    return same_key_value(world, "Another object with the same value for property uniqueName already exists.")


def service_principal_exists(world: World, app_id: str) -> Refusal:
    text = f"The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
    return same_key_value(world, text)


def no_backing_application(world: World, app_id: str) -> Refusal:
    text = f"The appId '{app_id}' of the service principal does not reference a valid application object."
    return refusal(world, 400, "NoBackingApplicationObject", text)


def federated_credential_exists(world: World, name: str) -> Refusal:
    return same_key_value(world, f"FederatedIdentityCredential with name {name} already exists.")


def subject_taken(world: World, issuer: str, subject: str) -> Refusal:
    text = (
        f"The combination of issuer and subject must be unique for the application. Issuer {issuer} and Subject: {subject} already exist. "
        f"paramName: FederatedIdentityCredential.Subject, paramValue: {subject}, "
        "objectType: Microsoft.Online.DirectoryServices.Application"
    )
    return refusal(world, 400, "InvalidFederatedIdentityCredentialValue", text)


def too_many_federated_credentials(world: World) -> Refusal:
    text = "The number of FederatedIdentityCredentials on the application exceeds the limit of 20."
    return refusal(world, 400, "Directory_QuotaExceeded", text)


def secrets_blocked(world: World) -> Refusal:
    text = "Credential type not allowed as per assigned policy 'Default app management tenant policy'."
    return refusal(world, 400, "CredentialTypeNotAllowedAsPerAppPolicy", text)


def no_such_password(world: World, key_id: str) -> Refusal:
    return bad_request(world, f"No password credential found with keyId '{key_id}'.")
