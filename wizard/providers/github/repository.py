"""The repository: found, or made empty; Actions switched on.

Owns no content and no rules. Never deletes a repository, never changes one's visibility or default branch.
https://docs.github.com/rest/repos/repos
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Resource, Service
from wizard.errors import BadInput, NotAllowed, Problem, ServiceRefused
from wizard.providers.github.rest import found, login_of, path_of, send

if TYPE_CHECKING:
    from wizard.providers.session import Session

ADMINISTRATION = "administration:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository(Resource):
    """``repository`` is ``owner/name``. An existing one is used as it is; only Actions are switched on.

    Attributes: ``full_name`` (GitHub's own spelling), ``repository_id``, ``default_branch``, ``private``, ``visibility``,
    ``owner_login``, ``owner_kind`` (``User``/``Organization``), ``actions_enabled``.
    """

    kind: ClassVar[str] = "github.repository"
    service: ClassVar[Service] = Service.GITHUB
    compared: ClassVar[tuple[str, ...]] = ("actions_enabled",)

    repository: str
    visibility: str = "private"
    create_missing: bool = True
    actions_enabled: bool = True

    async def read(self, session: Session) -> Observed | None:
        body = await found(session, path_of(self.repository))
        if body is None:
            if not self.create_missing:
                remedy = "correct the name, or let it be created with `create: true`"
                raise BadInput([Problem("github.repository", f"there is no repository {self.repository} that the token can see", remedy)])
            return None
        if body["archived"]:
            remedy = "unarchive it in its settings, or choose another repository"
            raise BadInput([Problem("github.repository", f"{body['full_name']} is archived and can only be read", remedy)])
        return await self._observed(session, body)

    async def _observed(self, session: Session, body: dict[str, object]) -> Observed:
        name = str(body["full_name"])
        permissions = await found(session, path_of(name, "actions", "permissions"), missing=(403, 404))
        owner = body["owner"]
        assert isinstance(owner, dict)
        attributes = {
            "full_name": name,
            "repository_id": body["id"],
            "default_branch": body["default_branch"],
            "private": body["private"],
            "visibility": body.get("visibility", "private" if body["private"] else "public"),
            "owner_login": owner["login"],
            "owner_kind": owner["type"],
            # who may not read the setting could not change it either: preflight says so, a plan must not
            "actions_enabled": permissions["enabled"] if permissions else True,
        }
        return Observed(name, attributes, owner="")

    async def create(self, session: Session) -> Observed:
        """Make it empty: its first commit is the files' own."""
        owner, _, name = self.repository.partition("/")
        login = await login_of(session)
        body: dict[str, object] = {"name": name, "private": self.visibility != "public"}
        if self.visibility == "internal":
            body["visibility"] = "internal"
        path = "/user/repos" if login.lower() == owner.lower() else f"/orgs/{owner}/repos"
        try:
            made = await send(session, "POST", path, body, permission=ADMINISTRATION)
        except ServiceRefused:
            # an answer that was lost on the way: the client sent the request again and the name is taken, by us
            made = await found(session, path_of(self.repository))
            if made is None:
                raise
        return await self._observed(session, made)

    async def update(self, session: Session, observed: Observed) -> Observed:
        await send(session, "PUT", path_of(observed.id, "actions", "permissions"), {"enabled": True}, permission=ADMINISTRATION)
        return Observed(observed.id, {**observed.attributes, "actions_enabled": True}, observed.owner)

    async def delete(self, session: Session, observed: Observed) -> None:
        raise NotAllowed(f"{observed.id} is never deleted by this tool", hints=(f"gh repo delete {observed.id}",))

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("github", ADMINISTRATION, self.repository),)

    def command(self, action: str) -> str:
        if action == "create":
            return f"gh repo create {self.repository} --{self.visibility}"
        return f"gh api -X PUT repos/{self.repository}/actions/permissions -F enabled=true"
