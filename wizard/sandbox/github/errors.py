"""GitHub's error answers, as functions that return a ``Refusal``.

Owns statuses and words. Decides nothing: who calls it has found out that the call is refused.
"""

from __future__ import annotations

from typing import Any

from wizard.sandbox.router import Refusal, Response

Json = Any

DOCUMENTATION = "https://docs.github.com/rest"


def refusal(
    status: int,
    message: str,
    *,
    errors: list[Json] | None = None,
    documentation: str = DOCUMENTATION,
    headers: dict[str, str] | None = None,
) -> Refusal:
    """``{message, errors?, documentation_url, status}`` with the status as text, as GitHub writes it."""
    body: Json = {"message": message}
    if errors is not None:
        body["errors"] = errors
    body |= {"documentation_url": documentation, "status": str(status)}
    return Refusal(Response(status, body, dict(headers or {})))


def not_found() -> Refusal:
    """404, also for everything that the caller may not even know of."""
    return refusal(404, "Not Found")


def bad_credentials() -> Refusal:
    return refusal(401, "Bad credentials")


def requires_authentication() -> Refusal:
    return refusal(401, "Requires authentication")


def forbidden(message: str, headers: dict[str, str] | None = None) -> Refusal:
    return refusal(403, message, headers=headers)


def conflict(message: str, errors: list[Json] | None = None) -> Refusal:
    return refusal(409, message, errors=errors)


def empty_repository() -> Refusal:
    """The git data API on a repository without commits."""
    return conflict("Git Repository is empty.")


def invalid(message: str, errors: list[Json] | None = None) -> Refusal:
    return refusal(422, message, errors=errors)


def validation_failed(resource: str, field: str, message: str, code: str = "custom") -> Refusal:
    """422 with one entry of the kind ``{resource, code, field, message}``."""
    return invalid("Validation Failed", [{"resource": resource, "code": code, "field": field, "message": message}])


def sso_required(organization: str) -> Refusal:
    """403 with ``X-GitHub-SSO``: the token was not authorized for an organization that enforces SAML."""
    url = f"https://github.com/orgs/{organization}/sso?authorization_request=A2UCJZ7SVJPMCXFZQ"
    message = "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization."
    return forbidden(message, {"X-GitHub-SSO": f"required; url={url}"})


def upgrade_required() -> Refusal:
    """Rules on a private repository of an account on the Free plan."""
    return forbidden("Upgrade to GitHub Pro or make this repository public to enable this feature.")


def protection_plan(rule: str) -> Refusal:
    """An environment protection rule that the account's plan does not have for private repositories."""
    return invalid(f"Failed to create the environment protection rule. Please ensure the billing plan supports the {rule} protection rule.")


def rule_violations(status: int, violations: list[str]) -> Refusal:
    """409 from contents, 422 from refs, 405 from merges; the words are the same."""
    return refusal(status, "Repository rule violations found\n\n" + "\n\n".join(violations) + "\n\n")
