"""The subject of the tokens that GitHub gives to jobs in an environment: asked for, never put together from names.

Owns the rendering of a repository's own subject template. Only reads. Repositories made since July 2026 have ids in
their subject whatever ``use_immutable_subject`` says; ``sub_claim_prefix`` is what is really sent.
https://docs.github.com/rest/actions/oidc, https://docs.github.com/actions/reference/security/oidc
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed
from wizard.providers.github.rest import found, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.providers.session import Session

Json = Any

ISSUER = "https://token.actions.githubusercontent.com"
FIXED = ("repository", "repository_id", "repository_owner", "repository_owner_id", "repository_visibility", "environment")
"""Claims that are the same in every job of an environment; the others depend on who runs what and where."""


class UnfixedSubject(NotAllowed):
    """The repository's own template gives no subject that is the same in every job of an environment, and in no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSubject(Resource):
    """The subject for one environment. Attributes: ``subject``, ``issuer``, ``prefix``."""

    kind: ClassVar[str] = "github.oidc_subject"
    service: ClassVar[Service] = Service.GITHUB
    lookup: ClassVar[bool] = True
    identified_by: ClassVar[tuple[str, ...]] = ("repository",)

    repository: str | Ref
    environment_name: str

    async def read(self, session: Session) -> Observed | None:
        """Raises ``UnfixedSubject`` where the template gives no fixed subject for the environment."""
        name = str(self.repository)
        repository = await found(session, path_of(name))
        if repository is None:
            return None
        custom = await found(session, path_of(name, "actions", "oidc", "customization", "sub")) or {"use_default": True}
        prefix = custom.get("sub_claim_prefix") or f"repo:{repository['full_name']}"
        subject = rendered(self.environment_name, prefix, custom, repository)
        return Observed(subject, {"subject": subject, "issuer": ISSUER, "prefix": prefix})

    async def create(self, session: Session) -> Observed:
        raise NotImplementedError("GitHub decides the subject")

    async def delete(self, session: Session, observed: Observed) -> None:
        """There is nothing to delete."""

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("github", "actions:read", str(self.repository)),)


def escaped(text: str) -> str:
    """A value as it stands in a subject: ``:`` becomes ``%3A``."""
    return text.replace(":", "%3A")


def rendered(environment_name: str, prefix: str, custom: Mapping[str, Json], repository: Mapping[str, Json]) -> str:
    """The subject for an environment, by the default form or by the template's claim keys.

    ``custom`` is the body of ``actions/oidc/customization/sub``, ``repository`` that of the repository.
    """
    context = f"environment:{escaped(environment_name)}"
    if custom.get("use_default", True):
        return f"{prefix}:{context}"
    keys = list(custom.get("include_claim_keys") or [])
    changing = [key for key in keys if key not in FIXED and key not in ("repo", "context")]
    command = f"gh api -X PUT repos/{repository['full_name']}/actions/oidc/customization/sub -F use_default=true"
    if changing:
        raise UnfixedSubject(
            f"the subject of {repository['full_name']} depends on {', '.join(changing)}: no federated credential can match every job",
            hints=(f"go back to the default subject: {command}", "or use `identity: {mode: client-secret}`"),
        )
    if "context" not in keys and "environment" not in keys:
        raise UnfixedSubject(
            f"the subject of {repository['full_name']} does not name the environment: any job would get its identity",
            hints=(f"go back to the default subject: {command}",),
        )
    values = {
        "repository": repository["full_name"],
        "repository_id": repository["id"],
        "repository_owner": repository["owner"]["login"],
        "repository_owner_id": repository["owner"]["id"],
        "repository_visibility": repository.get("visibility", "private" if repository["private"] else "public"),
        "environment": environment_name,
    }
    special = {"repo": prefix, "context": context}
    return ":".join(special.get(key) or f"{key}:{escaped(str(values[key]))}" for key in keys)
