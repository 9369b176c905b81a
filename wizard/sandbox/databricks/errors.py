"""Databricks' error answers, ``{"error_code", "message"}`` or SCIM's, as functions that return a ``Refusal``.

Texts are word for word where a public issue quotes them; the codes are the SDKs' (``databricks.sdk.errors``).
"""

from __future__ import annotations

from wizard.sandbox.router import Refusal, Response


def refused(status: int, code: str, message: str) -> Refusal:
    return Refusal(Response(status, {"error_code": code, "message": message}))


def invalid(message: str) -> Refusal:
    return refused(400, "INVALID_PARAMETER_VALUE", message)


def missing(message: str) -> Refusal:
    return refused(404, "RESOURCE_DOES_NOT_EXIST", message)


def exists(message: str, status: int = 400) -> Refusal:
    return refused(status, "RESOURCE_ALREADY_EXISTS", message)


def denied(message: str) -> Refusal:
    return refused(403, "PERMISSION_DENIED", message)


def scim(status: int, detail: str) -> Refusal:
    """SCIM's own form: the SDK makes ``SCIM_409`` of it."""
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": detail, "status": str(status)}
    return Refusal(Response(status, body))


def invalid_token() -> Refusal:
    return refused(403, "403", "Invalid access token.")


def no_member(workspace: str) -> Refusal:
    return refused(403, "PERMISSION_DENIED", f"Unauthorized access to Org: {workspace}")


def cannot_grant(dns_name: str, reason: str) -> Refusal:
    message = f"Unable to grant read/list permission to Databricks service principal to KeyVault '{dns_name}': {reason}"
    return refused(403, "CUSTOMER_UNAUTHORIZED", message)
