"""A secret in a vault.

Owns that the secret is there, with our mark; its value is written once and never again. That it is there is read over
Resource Manager, which needs no data role; the value goes to the data plane, and is read from there only when asked for.
https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import LakestrapError, NotYet, ServiceRefused
from wizard.providers.arm import errors as arm_errors
from wizard.providers.arm.ids import ENVIRONMENT_TAG, PROJECT_TAG, last_part, marked, owner_of
from wizard.providers.keyvault.access_policy import policy_key
from wizard.providers.keyvault.errors import DELETED, NoDataRight, translated
from wizard.providers.keyvault.ids import CREDENTIAL_TAG, parsed
from wizard.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from wizard.providers.session import Session

Json = Any
Answer = TypeVar("Answer")

YOUTH = timedelta(minutes=10)
"""How long after its making a role assignment may not work yet: "
"https://learn.microsoft.com/azure/role-based-access-control/troubleshooting"""

DATA_ROLES = frozenset(
    {
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",  # Key Vault Administrator
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",  # Key Vault Secrets Officer
        "4633458b-17de-408a-b874-0445c86b69e6",  # Key Vault Secrets User
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSecret(Resource):
    """``value`` is written only where no secret of that name exists; ``generate`` makes one at that moment.

    ``credential`` is the id of the credential whose value it is and ``expires`` (ISO 8601) its end, where another issues it.
    ``names_data_role``: ``requires`` then names the data action too; leave it off where this run gives the operator the
    role. Attributes: ``id``, ``secret_name``, ``uri``; ``value`` is a ``Secret`` that ``secret`` fetches.
    """

    kind: ClassVar[str] = "keyvault.secret"
    service: ClassVar[Service] = Service.KEYVAULT
    identified_by: ClassVar[tuple[str, ...]] = ("vault_id",)
    secret_attributes: ClassVar[frozenset[str]] = frozenset({"value"})
    revealable: ClassVar[bool] = True

    vault_id: str | Ref
    secret_name: str
    value: Secret | Ref | None = None
    generate: bool = False
    names_data_role: bool = False
    credential: str | Ref = ""
    expires: str | Ref = ""

    @property
    def requires(self) -> tuple[Permission, ...]:
        scope = "" if isinstance(self.vault_id, Ref) else self.vault_id
        reading = Permission("arm", "Microsoft.KeyVault/vaults/secrets/read", scope)
        writing = Permission("keyvault", "Microsoft.KeyVault/vaults/secrets/setSecret/action", scope)
        return (reading, writing) if self.names_data_role else (reading,)

    @property
    def _tags(self) -> dict[str, str]:
        named = {CREDENTIAL_TAG: str(self.credential)} if self.credential and not isinstance(self.credential, Ref) else {}
        return marked(named, self.project, self.environment)

    @property
    def _ends(self) -> datetime | None:
        return datetime.fromisoformat(self.expires) if self.expires and isinstance(self.expires, str) else None

    async def read(self, session: Session) -> Observed | None:
        place = parsed(self.vault_id)
        with arm_errors.translated(f"look for secret {self.secret_name} in vault {place.name}"):
            client: Any = session.vaults(place.subscription).secrets
            secret = await arm_errors.found(client.get(place.group, place.name, self.secret_name))
        return None if secret is None else self._observed(str(secret.id), dict(secret.tags or {}))

    def _observed(self, identity: str, tags: Mapping[str, str], value: Secret | None = None) -> Observed:
        uri = f"{parsed(self.vault_id).uri}secrets/{self.secret_name}"
        attributes: Json = {"id": identity, "secret_name": self.secret_name, "uri": uri}
        if value is not None:
            attributes["value"] = value
        return Observed(identity, attributes, owner=owner_of(tags))

    async def create(self, session: Session) -> Observed:
        """Write the value, unless somebody else has meanwhile; a deleted secret of ours is recovered first.

        Raises ``NotYet`` while a role just given has not spread, or a deletion or recovery is under way.
        """
        if not session.young(self._recovered_key) and (there := await self.read(session)) is not None:
            return there
        value = self._wished_value()
        client = session.secrets(parsed(self.vault_id).uri)
        try:
            await self.asked(
                session, "write", lambda: client.set_secret(self.secret_name, value.reveal(), tags=self._tags, expires_on=self._ends)
            )
        except ServiceRefused as refusal:
            if refusal.code != DELETED:
                raise
            await self._recover(session, refusal)
        return self._observed(f"{self.vault_id}/secrets/{self.secret_name}", self._tags, value)

    def _wished_value(self) -> Secret:
        if isinstance(self.value, Secret):
            return self.value
        if self.generate and self.value is None:
            return Secret(secrets.token_urlsafe(32))
        raise LakestrapError(
            f"no value is known for secret {self.secret_name}", hints=(f"say where it comes from: secrets.{self.secret_name}",)
        )

    @property
    def _recovered_key(self) -> str:
        return f"recovered {self.vault_id}/{self.secret_name}".lower()

    async def _recover(self, session: Session, refusal: ServiceRefused) -> None:
        """Ask for the recovery of a deleted secret that bears our mark; its new value is written afterwards."""
        place, name = parsed(self.vault_id), self.secret_name
        client = session.secrets(place.uri)
        deleted = await self.asked(session, "recover", lambda: client.get_deleted_secret(name))
        held = dict(deleted.properties.tags or {})
        if held.get(PROJECT_TAG) != self.project or held.get(ENVIRONMENT_TAG, "") != self.environment:
            hints = (
                f"az keyvault secret recover --vault-name {place.name} --name {name}   # keeps its value",
                f"az keyvault secret purge --vault-name {place.name} --name {name}   # it is gone for good",
            )
            raise ServiceRefused(refusal.message, status=refusal.status, code=refusal.code, hints=hints) from refusal
        await self.asked(session, "recover", lambda: _sent(client, "POST", f"{place.uri}deletedsecrets/{name}/recover"))
        session.made(self._recovered_key)
        raise NotYet(f"secret {name} is being recovered", code="ObjectIsBeingRecovered")

    async def asked(self, session: Session, verb: str, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """The data plane's answer; ``NotYet`` where only a right just given, or the vault's name, has not spread."""
        place, vault = parsed(self.vault_id), str(self.vault_id).lower()
        try:
            with translated(f"{verb} secret {self.secret_name}", place.name, fresh=session.young(vault)):
                return await call()
        except NoDataRight as refusal:
            if session.young(policy_key(vault)) or await self._young_role(session):
                raise NotYet(f"the right to {verb} secrets in vault {place.name} has not spread yet", code="ForbiddenByRbac") from refusal
            raise

    async def _young_role(self, session: Session) -> bool:
        """Whether the operator has a role for secrets at the vault so young that it may not work yet, whoever gave it."""
        scope, mine = str(self.vault_id).strip("/"), f"assignedTo('{session.operator.object_id}')"
        try:
            with arm_errors.translated("read role assignments"):
                assignments: Any = session.authorization(parsed(self.vault_id).subscription).role_assignments
                rows = [row async for row in assignments.list_for_scope(scope, filter=mine)]
        except LakestrapError:
            return session.young(str(self.vault_id).lower())
        made = [row.created_on for row in rows if last_part(str(row.role_definition_id)) in DATA_ROLES]
        return any(moment is None or datetime.now(UTC) - moment < YOUTH for moment in made)

    async def delete(self, session: Session, observed: Observed) -> None:
        """Soft-delete it: it can be recovered until the vault's retention ends."""
        uri = parsed(self.vault_id).uri
        try:
            await self.asked(session, "delete", lambda: _sent(session.secrets(uri), "DELETE", f"{uri}secrets/{self.secret_name}"))
        except ServiceRefused as refusal:
            if refusal.status != 404:
                raise

    async def secret(self, session: Session, observed: Observed, attribute: str) -> Json:
        """The value, from the data plane."""
        client = session.secrets(parsed(self.vault_id).uri)
        found = await self.asked(session, "read", lambda: client.get_secret(self.secret_name))
        return Secret(str(found.value))

    def command(self, action: str) -> str:
        vault = parsed(self.vault_id).name if not isinstance(self.vault_id, Ref) else str(self.vault_id)
        name = f"--vault-name {vault} --name {self.secret_name}"
        return f"az keyvault secret delete {name}" if action == "delete" else f"az keyvault secret set {name} --file VALUE_FILE"


async def _sent(client: Any, method: str, url: str) -> None:
    """One request without the SDK's own waiting for its end, which blocks for two seconds at a time."""
    from azure.core.rest import HttpRequest

    response = await client.send_request(HttpRequest(method, url))
    response.raise_for_status()
