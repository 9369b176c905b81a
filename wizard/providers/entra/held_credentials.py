"""What an application can be signed in with: its federated credentials and client secrets, ours and others'.

Owns the reading for those who look and change nothing. Values of secrets are never told by Graph.
https://learn.microsoft.com/graph/api/resources/application
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.providers.entra.errors import found, translated
from wizard.providers.entra.marks import owner_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True)
class Trust:
    """One federated credential. ``owner`` is the project in our mark, empty for somebody else's."""

    id: str
    name: str
    issuer: str
    subject: str
    audience: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class SecretHeld:
    """One client secret: ``ends`` is an ISO moment, empty where it never does."""

    id: str
    name: str
    ends: str
    owner: str = ""


async def trusts_of_application(session: Session, application: str) -> tuple[Trust, ...]:
    """The federated credentials of an application (its object id); none where there is no such application."""
    with translated("read the application's federated credentials"):
        answer = await found(
            session.graph(
                lambda g: g.applications.by_application_id(application).federated_identity_credentials.to_get_request_information()
            )
        )
    return tuple(_trust(row) for row in (answer or {}).get("value") or ())


async def secrets_of_application(session: Session, application: str) -> tuple[SecretHeld, ...]:
    """The client secrets of an application (its object id)."""
    with translated("read the application's secrets"):
        answer = await found(session.graph(lambda g: g.applications.by_application_id(application).to_get_request_information()))
    rows = (answer or {}).get("passwordCredentials") or ()
    return tuple(
        SecretHeld(str(r["keyId"]), r.get("displayName") or "", r.get("endDateTime") or "", owner_of([r.get("displayName")])) for r in rows
    )


async def application_of(session: Session, client_id: str) -> str:
    """The object id of the application with that client id; empty where this tenant has none."""
    with translated(f"read application {client_id}"):
        answer = await found(session.graph(lambda g: g.applications_with_app_id(client_id).to_get_request_information()))
    return "" if answer is None else str(answer["id"])


def _trust(row: Json) -> Trust:
    audience = ", ".join(row.get("audiences") or ())
    owner = owner_of([row.get("description")])
    return Trust(str(row["id"]), str(row["name"]), row.get("issuer") or "", row.get("subject") or "", audience, owner)
