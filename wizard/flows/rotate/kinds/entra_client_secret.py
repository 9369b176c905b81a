"""The client secret that a pipeline signs in with, where federation is impossible.

Owns how it is rotated: a second password on the same application, its value in the operations vault and in the GitHub
environment, its last day in the repository's variable that the workflow ``credentials`` reads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from wizard.blueprint.identity import SECRET_LIFETIME_DAYS
from wizard.blueprint.vaults import CREDENTIAL
from wizard.engine.resource import Permission
from wizard.errors import NotAllowed
from wizard.flows.rotate.copies import EnvironmentCopy, ExpiryDate, VaultCopy
from wizard.flows.rotate.credential import Credential, Held, Issued
from wizard.project.endings import expiry_variable

if TYPE_CHECKING:
    from wizard.blueprint import Place
    from wizard.providers.session import Session

VARIABLE = "AZURE_CLIENT_SECRET"


def credentials(place: Place) -> Iterator[Credential]:
    """One for the environment's deploy identity, in identity mode client-secret; what is left of it after ``migrate oidc``."""
    if place.stores_credential:
        yield EntraClientSecret(place)
    elif place.project.identity.mode == "federated":
        yield ReplacedClientSecret(place)


class EntraClientSecret(Credential):
    """Passwords of an application are unlimited in number; each of ours bears ``lakestrap:PROJECT/ENVIRONMENT``."""

    kind: ClassVar[str] = "entra-client-secret"

    def __init__(self, place: Place) -> None:
        self.place, self.environment, self.name = place, place.name, place.name
        owned = {"project": place.project.name, "environment": place.name}
        repository = place.project.github.repository
        vault = place.operations_vault_id
        self.copies = (
            VaultCopy(**owned, vault_id=vault, secret_name=CREDENTIAL, vault_key=f"{place.name}-ops"),
            EnvironmentCopy(**owned, repository=repository, secret_name=VARIABLE),
            ExpiryDate(**owned, repository=repository, variable=expiry_variable(place.name)),
        )
        self.readers = (f"workflows of {repository} in the environment {place.name}",)
        self._ids: tuple[str, str] | None = None

    @property
    def read_by_jobs(self) -> bool:
        return True

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("graph", "Application.ReadWrite.OwnedBy"),)

    async def inventory(self, session: Session, known: frozenset[str] = frozenset()) -> tuple[Held, ...]:
        from wizard.providers.entra.client_secret import bears
        from wizard.providers.entra.marks import mark

        label = mark(self.place.project.name, self.environment)
        rows = sorted(await self._passwords(session), key=lambda row: str(row.get("startDateTime")))
        ours = {str(row["keyId"]) for row in rows if bears(row.get("displayName"), label) or str(row["keyId"]) in known}
        assert self.store is not None
        named = (await self.store.standing(session)).credential
        unnamed = [str(row["keyId"]) for row in rows if row.get("displayName") == label]
        active = named or (unnamed[-1] if unnamed else "")
        return tuple(_held(row, ours, active) for row in rows)

    async def _application(self, session: Session) -> tuple[str, str]:
        """Object id and client id."""
        if self._ids is None:
            from wizard.providers.entra.application import Application

            names = self.place.names
            wished = Application(**self.place.named, unique_name=names.application_unique_name, display_name=names.application)
            seen = await wished.read(session)
            if seen is None:
                raise NotAllowed(f"there is no application {names.application}, or it may not be read", hints=["lakestrap setup"])
            self._ids = str(seen.attributes["object_id"]), str(seen.attributes["client_id"])
        return self._ids

    async def _passwords(self, session: Session) -> list[Any]:
        from wizard.providers.entra.errors import found, translated

        key, _ = await self._application(session)
        with translated("read the application's secrets"):
            answer = await found(session.graph(lambda g: g.applications.by_application_id(key).to_get_request_information()))
        return list((answer or {}).get("passwordCredentials") or ())

    async def issue(self, session: Session) -> Issued:
        from wizard.providers.entra.client_secret import ClientSecret

        key, _ = await self._application(session)
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = await ClientSecret(**self.place.named, application=key, lifetime_days=SECRET_LIFETIME_DAYS, stamp=stamp).create(session)
        return Issued(made.id, made.attributes["value"], _moment(made.attributes["ends"]))

    async def probe(self, session: Session, issued: Issued) -> None:
        from wizard.providers.entra.sign_in import signs_in

        _, client_id = await self._application(session)
        await signs_in(session.tenant, client_id, issued.value)

    async def retire(self, session: Session, id: str) -> None:
        from wizard.providers.entra.client_secret import removed

        key, _ = await self._application(session)
        await removed(session, key, UUID(id))

    async def refused(self, session: Session) -> tuple[str, str]:
        from wizard.providers.entra.access import may_create_secrets
        from wizard.providers.verdict import Answer

        verdict = await may_create_secrets(session)
        return (verdict.why, verdict.hint) if verdict.answer is Answer.NO else ("", "")


class ReplacedClientSecret(EntraClientSecret):
    """What pipelines signed in with before they were trusted without a secret. It is ended, never renewed."""

    replaced: ClassVar[bool] = True

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.copies, self.readers = (), ()

    @property
    def read_by_jobs(self) -> bool:
        return False

    async def inventory(self, session: Session, known: frozenset[str] = frozenset()) -> tuple[Held, ...]:
        """None where the application may not be read or is not there: then nothing of ours can be left of it."""
        from wizard.providers.entra.client_secret import bears
        from wizard.providers.entra.marks import mark

        try:
            rows = await self._passwords(session)
        except NotAllowed:
            return ()
        label = mark(self.place.project.name, self.environment)
        ours = {str(row["keyId"]) for row in rows if bears(row.get("displayName"), label) or str(row["keyId"]) in known}
        return tuple(_held(row, ours, "") for row in rows)

    def remnants(self) -> tuple[tuple[str, Callable[[Session], Awaitable[None]]], ...]:
        repository, environment = self.place.project.github.repository, self.environment

        async def secret(session: Session) -> None:
            from wizard.providers.github.rest import path_of, removed

            await removed(session, path_of(repository, "environments", environment, "secrets", VARIABLE), permission="environments:write")

        async def day(session: Session) -> None:
            from wizard.providers.github.variables import remove_variable

            await remove_variable(session, repository, expiry_variable(environment))

        return (
            (f"github.environment_secret/{environment}/{VARIABLE}", secret),
            (f"github.repository_variable/{expiry_variable(environment)}", day),
        )


def _held(row: Any, ours: set[str], active: str) -> Held:
    identity = str(row["keyId"])
    created, expires = _moment(row.get("startDateTime")), _moment(row.get("endDateTime"))
    return Held(identity, identity in ours, identity == active, created, expires, str(row.get("displayName") or "(no name)"))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
