"""A ruleset of the repository: what must hold before a release branch moves, and that release tags stay.

Owns one ruleset by its name; rulesets of others are never touched. https://docs.github.com/rest/repos/rules
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.github.rest import found, listed, path_of, removed, send

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any

ADMINISTRATION = "administration:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset(Resource):
    """``patterns`` are full (``refs/heads/main``, ``refs/tags/v*``) or ``~DEFAULT_BRANCH``, ``~ALL``.

    On branches: no deletion, no force-push, changes through pull requests with ``approvals``, ``required_checks``. On tags: once made
    they stay where they are. Attributes: the compared ones and ``ruleset_id``.
    """

    kind: ClassVar[str] = "github.ruleset"
    service: ClassVar[Service] = Service.GITHUB
    compared: ClassVar[tuple[str, ...]] = ("target", "covered", "rules", "enforcement")
    identified_by: ClassVar[tuple[str, ...]] = ("repository",)

    repository: str | Ref
    ruleset: str
    target: str = "branch"
    patterns: tuple[str, ...] = ()
    pull_requests: bool = True
    approvals: int = 0
    required_checks: tuple[str, ...] = ()
    signatures: bool = False
    enforcement: str = "active"

    @property
    def covered(self) -> frozenset[str]:
        return frozenset(self.patterns)

    @property
    def rules(self) -> frozenset[str]:
        """What is demanded, in short printable words, the same for wished and observed."""
        return frozenset(_word(rule) for rule in self._rules())

    def _rules(self) -> list[Json]:
        rules: list[Json] = [{"type": "deletion"}, {"type": "non_fast_forward"}]
        if self.target == "tag":
            return [*rules, {"type": "update"}]
        if self.pull_requests:
            demands: Json = {"required_approving_review_count": self.approvals, "dismiss_stale_reviews_on_push": False}
            demands |= {"require_code_owner_review": False, "require_last_push_approval": False, "required_review_thread_resolution": False}
            rules.append({"type": "pull_request", "parameters": demands})
        if self.required_checks:
            checks = [{"context": name} for name in self.required_checks]
            demands = {"required_status_checks": checks, "strict_required_status_checks_policy": False, "do_not_enforce_on_create": True}
            rules.append({"type": "required_status_checks", "parameters": demands})
        if self.signatures:
            rules.append({"type": "required_signatures"})
        return rules

    async def read(self, session: Session) -> Observed | None:
        rows = await listed(session, self._path(), parameters={"includes_parents": "false"}, missing=(403, 404))
        row = next((row for row in rows if row["name"] == self.ruleset), None)
        if row is None:
            return None
        body = await found(session, self._path(str(row["id"])))
        return self._observed(body) if body else None

    def _observed(self, body: Json) -> Observed:
        names = (body.get("conditions") or {}).get("ref_name") or {}
        attributes = {
            "target": body.get("target", "branch"),
            "covered": frozenset(names.get("include", [])) | {f"not {pattern}" for pattern in names.get("exclude", [])},
            "rules": frozenset(_word(rule) for rule in body.get("rules", [])),
            "enforcement": body["enforcement"],
            "ruleset_id": body["id"],
        }
        return Observed(str(body["id"]), attributes, owner=self.project)

    def _body(self) -> Json:
        conditions = {"ref_name": {"include": list(self.patterns), "exclude": []}}
        return {
            "name": self.ruleset,
            "target": self.target,
            "enforcement": self.enforcement,
            "conditions": conditions,
            "rules": self._rules(),
            "bypass_actors": [],
        }

    async def create(self, session: Session) -> Observed:
        try:
            return self._observed(await send(session, "POST", self._path(), self._body(), permission=ADMINISTRATION))
        except ServiceRefused:
            # an answer that was lost on the way: the client sent the request again and the name is taken, by us
            observed = await self.read(session)
            if observed is None:
                raise
            return observed

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Replaces rules and conditions; who may bypass stays as the team set it."""
        body = {name: value for name, value in self._body().items() if name != "bypass_actors"}
        return self._observed(await send(session, "PUT", self._path(observed.id), body, permission=ADMINISTRATION))

    async def delete(self, session: Session, observed: Observed) -> None:
        await removed(session, self._path(observed.id), permission=ADMINISTRATION)

    def _path(self, *parts: str) -> str:
        return path_of(str(self.repository), "rulesets", *parts)

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("github", ADMINISTRATION, str(self.repository)),)

    def command(self, action: str) -> str:
        method = {"create": "POST", "delete": "DELETE"}.get(action, "PUT")
        tail = "" if action == "create" else "/ID"
        return f"gh api -X {method} repos/{self.repository}/rulesets{tail}" + ("" if action == "delete" else " --input ruleset.json")


def _word(rule: Json) -> str:
    """A rule in words, without the parameters that we do not set."""
    demands = rule.get("parameters") or {}
    if rule["type"] == "pull_request":
        return f"pull_request with {demands.get('required_approving_review_count', 0)} approvals"
    if rule["type"] == "required_status_checks":
        return "required_status_checks " + " ".join(sorted(check["context"] for check in demands.get("required_status_checks", [])))
    return str(rule["type"])
