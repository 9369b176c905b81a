"""An application (app registration) in Entra ID.

Owns the application object: its name, its audience and our tag. Its natural key is ``uniqueName``, so that it is found and
made by one upsert. Credentials and the service principal are kinds of their own.
https://learn.microsoft.com/graph/api/application-upsert
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Resource, Service
from wizard.errors import NameTaken, NotYet, ServiceRefused
from wizard.providers.entra.errors import EXISTS, found, translated
from wizard.providers.entra.marks import mark, owner_of, with_mark

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any

AUDIENCE = "AzureADMyOrg"
UPSERT = {"Prefer": "create-if-missing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Resource):
    """Attributes that others use: ``object_id`` (of the application, for credentials) and ``client_id``.

    ``existing`` is the client id of an application that is the user's own.
    """

    kind: ClassVar[str] = "entra.application"
    service: ClassVar[Service] = Service.ENTRA
    compared: ClassVar[tuple[str, ...]] = ("display_name", "enabled")
    adoptable: ClassVar[bool] = True
    steady: ClassVar[int] = 3
    expected_seconds: ClassVar[float] = 5.0

    unique_name: str
    display_name: str
    enabled: bool = True

    @property
    def requires(self) -> tuple[Permission, ...]:
        return () if self.existing else (Permission("graph", "Application.ReadWrite.OwnedBy"),)

    async def read(self, session: Session) -> Observed | None:
        with translated(f"read application {self.display_name}"):
            answer = await found(self._get(session))
        return None if answer is None else _observed(answer)

    async def _get(self, session: Session) -> Json:
        if self.existing:
            return await session.graph(lambda g: g.applications_with_app_id(self.existing).to_get_request_information())
        return await session.graph(lambda g: g.applications_with_unique_name(self.unique_name).to_get_request_information())

    async def create(self, session: Session) -> Observed:
        """One upsert. A soft-deleted application of ours that holds the name is restored instead."""
        from msgraph.generated.models.application import Application as Body

        body = Body(display_name=self.display_name, sign_in_audience=AUDIENCE, tags=[mark(self.project)])
        try:
            with translated(f"create application {self.display_name}", permission="Application.ReadWrite.OwnedBy"):
                answer = await session.graph(
                    lambda g: g.applications_with_unique_name(self.unique_name).to_patch_request_information(body), UPSERT
                )
        except ServiceRefused as refusal:
            if refusal.code != EXISTS:
                raise
            answer = await self._restored(session)
        if answer is None:  # 204: somebody made it since we looked, perhaps so lately that not every replica shows it
            with translated(f"read application {self.display_name}"):
                answer = await found(self._get(session))
            if answer is None:
                raise NotYet(f"Entra ID has not replicated application {self.display_name} yet", code="Request_ResourceNotFound")
        observed = _observed(answer)
        session.made(observed.attributes["object_id"])
        session.made(observed.attributes["client_id"])
        return observed

    async def _restored(self, session: Session) -> Json:
        with translated(f"look for a deleted application {self.display_name}"):
            answer = await session.graph(lambda g: g.directory.deleted_items.graph_application.to_get_request_information())
        rows = [row for row in (answer or {}).get("value", ()) if row.get("uniqueName") == self.unique_name]
        if not rows:
            raise NameTaken(
                f"the application name {self.unique_name} is taken", hints=["choose another name under `naming:` in lakestrap.yaml"]
            )
        key = rows[0]["id"]
        address = f"https://graph.microsoft.com/v1.0/directory/deletedItems/{key}"
        if owner_of(rows[0].get("tags") or ()) != self.project:
            hints = [f"az rest --method DELETE --url {address}", "or choose another name under `naming:` in lakestrap.yaml"]
            raise NameTaken(f"a deleted application that is not ours still holds the name {self.unique_name}", hints=hints)
        with translated(f"restore application {self.display_name}", permission="Application.ReadWrite.OwnedBy"):
            return await session.graph(
                lambda g: g.directory.deleted_items.by_directory_object_id(key).restore.to_post_request_information()
            )

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Bring name and state in line, and write our tag beside the tags that are there."""
        from msgraph.generated.models.application import Application as Body

        key = str(observed.attributes["object_id"])
        tags = with_mark(observed.attributes.get("tags") or (), self.project)
        body = Body(display_name=self.display_name, tags=tags)
        if not observed.attributes["enabled"]:
            body.is_disabled = False
        with translated(f"update application {self.display_name}", young=session.young(key), permission="Application.ReadWrite.All"):
            await session.graph(lambda g: g.applications.by_application_id(key).to_patch_request_information(body))
        attributes = {**observed.attributes, "display_name": self.display_name, "enabled": True, "tags": tuple(tags)}
        return Observed(observed.id, attributes, owner=self.project)

    async def finished(self, session: Session, observed: Observed) -> Observed:
        """Until it is found again under its id; the name may differ on a replica that lags behind, so it is not compared."""
        key = str(observed.attributes["object_id"])
        with translated(f"read application {self.display_name}"):
            answer = await found(session.graph(lambda g: g.applications.by_application_id(key).to_get_request_information()))
        if answer is None:
            raise NotYet(f"Entra ID has not replicated application {self.display_name} yet", code="Request_ResourceNotFound")
        return observed

    async def delete(self, session: Session, observed: Observed) -> None:
        """Soft deletion: the tenant keeps it for thirty days."""
        key = str(observed.attributes["object_id"])
        with translated(f"delete application {self.display_name}", permission="Application.ReadWrite.All"):
            await found(session.graph(lambda g: g.applications.by_application_id(key).to_delete_request_information()))

    def command(self, action: str) -> str:
        address = f"https://graph.microsoft.com/v1.0/applications(uniqueName='{self.unique_name}')"
        if action == "delete":
            return f'az rest --method DELETE --url "{address}"'
        body = json.dumps({"displayName": self.display_name, "signInAudience": AUDIENCE, "tags": [mark(self.project)]})
        return f"az rest --method PATCH --url \"{address}\" --headers Prefer=create-if-missing --body '{body}'"


def _observed(answer: Json) -> Observed:
    attributes = {
        "object_id": answer["id"],
        "client_id": answer["appId"],
        "unique_name": answer.get("uniqueName") or "",
        "display_name": answer.get("displayName") or "",
        "enabled": not answer.get("isDisabled"),
        "tags": tuple(answer.get("tags") or ()),
    }
    return Observed(str(answer["id"]), attributes, owner=owner_of(attributes["tags"]))
