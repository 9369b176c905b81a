"""The subject of the tokens that GitHub gives to jobs in an environment: asked for, never put together from names.

Owns the rendering of a repository's own subject template. Repositories made since July 2026 have ids in
their subject whatever ``use_immutable_subject`` says; ``sub_claim_prefix`` is what is really sent.
https://docs.github.com/rest/actions/oidc, https://docs.github.com/actions/reference/security/oidc
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed
from wizard.providers.github.rest import found, path_of, send

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
        template = await subject_template(session, str(self.repository))
        if template is None:
            return None
        subject = template.subject(self.environment_name)
        return Observed(subject, {"subject": subject, "issuer": ISSUER, "prefix": template.prefix})

    async def create(self, session: Session) -> Observed:
        raise NotImplementedError("GitHub decides the subject")

    async def delete(self, session: Session, observed: Observed) -> None:
        """There is nothing to delete."""

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("github", "actions:read", str(self.repository)),)


@dataclass(frozen=True, slots=True)
class SubjectTemplate:
    """How a repository's subjects are made: its present prefix, its own template (``custom``) and its ``repository`` body."""

    prefix: str
    custom: Mapping[str, Json]
    repository: Mapping[str, Json]

    @property
    def immutable_prefix(self) -> str:
        """The prefix with ids in it, which no change of name touches."""
        owner, body = self.repository["owner"], self.repository
        return f"repo:{owner['login']}@{owner['id']}/{body['name']}@{body['id']}"

    def subject(self, environment_name: str, prefix: str = "") -> str:
        """The subject of an environment's jobs, now or with another prefix. Raises ``UnfixedSubject``."""
        return rendered(environment_name, prefix or self.prefix, self.custom, self.repository)


async def subject_template(session: Session, repository: str) -> SubjectTemplate | None:
    """How GitHub makes the repository's subjects now; ``None`` where it shows no such repository."""
    body = await found(session, path_of(repository))
    if body is None:
        return None
    custom = await found(session, path_of(repository, "actions", "oidc", "customization", "sub")) or {"use_default": True}
    return SubjectTemplate(custom.get("sub_claim_prefix") or f"repo:{body['full_name']}", custom, body)


async def opt_in(session: Session, repository: str, template: SubjectTemplate) -> None:
    """Ask for the immutable subject, one request; the template of claims stays as it is. It cannot be taken back.

    https://docs.github.com/rest/actions/oidc#set-the-customization-template-for-an-oidc-subject-claim-for-a-repository
    """
    body: Json = {"use_default": template.custom.get("use_default", True), "use_immutable_subject": True}
    if not body["use_default"]:
        body["include_claim_keys"] = list(template.custom.get("include_claim_keys") or [])
    path = path_of(repository, "actions", "oidc", "customization", "sub")
    await send(session, "PUT", path, body, permission="actions:write")


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
