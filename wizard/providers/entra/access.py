"""What the operator may do in Entra ID, as far as it can be known before trying.

Owns the preflight questions of this service. Reads only; an answer that cannot be had is ``unknown``, with the call that will
decide, never a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.providers.entra.errors import DENIED, translated
from wizard.providers.graph import GraphRefused
from wizard.providers.verdict import Answer, Verdict

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any

ADMINISTRATORS = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
}
DEVELOPER = {"cf1c38e5-3621-4004-a7cb-879624dced7c": "Application Developer"}
"""Role template ids: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference"""


async def may_register_applications(session: Session) -> Verdict:
    """Whether the operator may make an application, and a service principal of it."""
    if session.operator.kind != "user":
        return await _service_principal(session)
    with translated("read the operator's directory roles"):
        held = await _directory_roles(session)
        named = next((name for key, name in (ADMINISTRATORS | DEVELOPER).items() if key in held), "")
        if named:
            return Verdict(Answer.YES, f"{session.operator.name} has the Entra role {named}")
        policy = await _readable(session, lambda g: g.policies.authorization_policy.to_get_request_information())
    if policy is None:
        return Verdict(Answer.UNKNOWN, "the tenant does not let us read who may register applications; creating the first one decides")
    if (policy.get("defaultUserRolePermissions") or {}).get("allowedToCreateApps"):
        return Verdict(Answer.YES, "every member of the tenant may register applications")
    hint = (
        "ask an administrator for the Entra role Application Developer; "
        "or set identity.mode to managed-identity in lakestrap.yaml: it needs no right in Entra ID"
    )
    return Verdict(Answer.NO, "the tenant lets only administrators register applications", hint)


async def may_create_secrets(session: Session) -> Verdict:
    """Whether the tenant lets applications have client secrets at all."""
    with translated("read the tenant's policy for applications"):
        policy = await _readable(session, lambda g: g.policies.default_app_management_policy.to_get_request_information())
    if policy is None:
        return Verdict(Answer.UNKNOWN, "only administrators may read the tenant's policy for applications; creating the secret decides")
    restrictions = (policy.get("applicationRestrictions") or {}).get("passwordCredentials") or ()
    blocked = any(row.get("restrictionType") == "passwordAddition" and row.get("state", "enabled") == "enabled" for row in restrictions)
    if policy.get("isEnabled") and blocked:
        hint = "set identity.mode to federated in lakestrap.yaml: it needs no secret; or ask an administrator for an exemption"
        return Verdict(Answer.NO, "a policy of the tenant forbids client secrets", hint)
    return Verdict(Answer.YES, "no policy of the tenant forbids client secrets")


async def may_create_first_party(session: Session) -> Verdict:
    """Whether the operator may make the service principal of a Microsoft application that the tenant lacks."""
    if session.operator.kind == "user":
        with translated("read the operator's directory roles"):
            held = await _directory_roles(session)
        named = next((name for key, name in ADMINISTRATORS.items() if key in held), "")
        if named:
            return Verdict(Answer.YES, f"{session.operator.name} has the Entra role {named}")
    return Verdict(
        Answer.UNKNOWN, "registering the resource provider usually makes it; where it does not, an application administrator has to"
    )


async def _directory_roles(session: Session) -> set[str]:
    answer = await session.graph(lambda g: g.me.transitive_member_of.to_get_request_information())
    return {str(row.get("roleTemplateId")) for row in (answer or {}).get("value", ()) if row.get("roleTemplateId")}


async def _readable(session: Session, build: Any) -> Json:
    """The answer, or ``None`` where the operator may not read it."""
    try:
        return await session.graph(build)
    except GraphRefused as refusal:
        if refusal.code == DENIED or refusal.status == 403:
            return None
        raise


async def _service_principal(session: Session) -> Verdict:
    """The app roles that its own Graph token carries."""
    import asyncio
    import base64
    import json

    token, _ = await asyncio.to_thread(session.source.token, "https://graph.microsoft.com/.default")
    middle = token.split(".")[1]
    roles = set(json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))).get("roles", ()))
    granted = sorted(roles & {"Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.ReadWrite.All"})
    if granted:
        return Verdict(Answer.YES, f"{session.operator.name} has the Graph permission {granted[0]}")
    hint = "ask an administrator to grant the Graph application permission Application.ReadWrite.OwnedBy"
    return Verdict(Answer.NO, f"{session.operator.name} has no Graph permission to create applications", hint)
