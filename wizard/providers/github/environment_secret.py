"""One secret of a GitHub environment, sealed for GitHub before it leaves the process.

Owns the sealing. A secret that exists is never overwritten unless ``rewrite`` says so; nobody can read one back.
https://docs.github.com/rest/actions/secrets
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Difference, Observed, Permission, Ref, Resource, Service
from wizard.errors import BadInput, Problem
from wizard.providers.github.rest import found, listed, path_of, removed, send
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.providers.session import Session

ENVIRONMENTS = "environments:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSecret(Resource):
    """``secret`` (upper case) in ``environment_name`` of ``repository``; ``value`` is a ``Secret`` when it is sent."""

    kind: ClassVar[str] = "github.environment_secret"
    service: ClassVar[Service] = Service.GITHUB
    identified_by: ClassVar[tuple[str, ...]] = ("repository",)

    repository: str | Ref
    environment_name: str
    secret_name: str
    value: Secret | Ref | None = None
    rewrite: bool = False
    """Replace the value of one that exists (rotation)."""

    async def read(self, session: Session) -> Observed | None:
        body = await found(session, self._path(self.secret_name))
        return self._observed(str(body["updated_at"])) if body else None

    def differences(self, observed: Observed) -> tuple[Difference, ...]:
        """Only whether it has to be written: values cannot be compared."""
        wanted = self.rewrite and not observed.attributes.get("written")
        return (Difference("value", "(a new value)", f"(written {observed.attributes.get('updated_at')})"),) if wanted else ()

    async def create(self, session: Session) -> Observed:
        await self._put(session)
        return self._observed("now", written=True)

    async def update(self, session: Session, observed: Observed) -> Observed:
        await self._put(session)
        return self._observed("now", written=True)

    async def _put(self, session: Session) -> None:
        from github.PublicKey import encrypt

        if not isinstance(self.value, Secret):
            raise BadInput(
                [Problem(self.key, f"there is no value for the secret {self.secret_name}", "give the value, or leave the secret out")]
            )
        key = await found(session, self._path("public-key"), permission="environments:read")
        sealed = encrypt(key["key"], self.value.reveal())
        await send(
            session, "PUT", self._path(self.secret_name), {"encrypted_value": sealed, "key_id": key["key_id"]}, permission=ENVIRONMENTS
        )

    async def delete(self, session: Session, observed: Observed) -> None:
        await removed(session, self._path(self.secret_name), permission=ENVIRONMENTS)

    def _path(self, *name: str) -> str:
        return path_of(str(self.repository), "environments", self.environment_name, "secrets", *name)

    def _observed(self, updated_at: str, *, written: bool = False) -> Observed:
        return Observed(f"{self.repository}/{self.environment_name}/{self.secret_name}", {"updated_at": updated_at, "written": written})

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("github", ENVIRONMENTS, str(self.repository)),)

    def command(self, action: str) -> str:
        where = f"{self.secret_name} --env {self.environment_name} --repo {self.repository}"
        return f"gh secret delete {where}" if action == "delete" else f"gh secret set {where}"


async def names_in(session: Session, repository: str, environment: str) -> tuple[str, ...]:
    """Names of all secrets of a GitHub environment, ours or not."""
    return tuple(str(row["name"]) for row in await listed(session, path_of(repository, "environments", environment, "secrets"), "secrets"))
