"""A GitHub environment: who approves, how long it waits, from which branches and tags it deploys, and our mark in it.

Owns the gate as a whole: one PUT for reviewers, timer and kind of policy, then the policies one by one, then the mark
(variable ``LAKESTRAP_PROJECT``). Until the policies are there nothing can deploy, so the gate is never open while it is
built. https://docs.github.com/rest/deployments/environments
"""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import BadInput, Problem, ServiceRefused
from wizard.providers.github.rest import found, listed, path_of, removed, send
from wizard.providers.github.reviewers import resolved, somebody_else, spelled

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any

ADMINISTRATION = "administration:write"
MARK = "LAKESTRAP_PROJECT"
PUT_FIELDS = ("approvers", "wait_minutes", "prevent_self_review", "restricted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Resource):
    """``reviewers`` are ``@login`` or ``organisation/team``; ``deploy_from`` are branch patterns and ``tag:PATTERN``.

    Without ``deploy_from`` every branch may deploy. Attributes: the compared ones, ``environment_name``, ``url``.
    """

    kind: ClassVar[str] = "github.environment"
    service: ClassVar[Service] = Service.GITHUB
    compared: ClassVar[tuple[str, ...]] = (*PUT_FIELDS, "policies", "mark")
    identified_by: ClassVar[tuple[str, ...]] = ("repository",)
    adoptable: ClassVar[bool] = True

    repository: str | Ref
    environment_name: str
    reviewers: tuple[str, ...] = ()
    wait_minutes: int = 0
    prevent_self_review: bool = False
    deploy_from: tuple[str, ...] = ()

    @property
    def approvers(self) -> frozenset[str]:
        return frozenset(self.reviewers)

    @property
    def restricted(self) -> str:
        """Which refs may deploy: ``selected`` ones or ``all``; GitHub also knows ``protected`` branches."""
        return "selected" if self.deploy_from else "all"

    @property
    def policies(self) -> frozenset[str]:
        """``branch:PATTERN`` and ``tag:PATTERN``."""
        return frozenset(pattern if pattern.startswith("tag:") else f"branch:{pattern}" for pattern in self.deploy_from)

    @property
    def mark(self) -> str:
        return self.project

    async def read(self, session: Session) -> Observed | None:
        """Raises ``BadInput`` for reviewers that do not exist and for a self-review rule that nobody could satisfy."""
        await self._refuse_the_impossible(session)
        return await self.look(session)

    async def look(self, session: Session) -> Observed | None:
        """What is there, whoever the wished reviewers are: for telling what has become of it."""
        body = await found(session, self._path())
        if body is None:
            return None
        policies, mark = await asyncio.gather(self._policies(session, body), found(session, self._path("variables", MARK)))
        owner = str(mark["value"]) if mark else ""
        numbers = _numbered(policies)
        attributes = self._gate(body) | {"policies": frozenset(numbers), "policy_ids": numbers, "mark": owner}
        return Observed(f"{self.repository}/{body['name']}", attributes, owner=owner)

    async def _refuse_the_impossible(self, session: Session) -> None:
        await resolved(session, self.reviewers)
        if not self.prevent_self_review:
            return
        place = f"environments.{self.environment_name}.prevent_self_review"
        if not self.reviewers:
            raise BadInput(
                [Problem(place, "there are no reviewers whose self-review could be prevented", "name reviewers, or leave it out")]
            )
        if not await somebody_else(session, self.reviewers):
            raise BadInput([Problem(place, "you are the only reviewer: nobody could approve what you start", "name another reviewer")])

    async def _policies(self, session: Session, body: Json) -> list[Json]:
        if not (body.get("deployment_branch_policy") or {}).get("custom_branch_policies"):
            return []
        return await listed(session, self._path("deployment-branch-policies"), "branch_policies")

    def _gate(self, body: Json) -> dict[str, Json]:
        """The attributes that one PUT decides, from the form of an environment."""
        rules = {rule["type"]: rule for rule in body.get("protection_rules") or []}
        approval = rules.get("required_reviewers", {})
        owner = str(self.repository).partition("/")[0]
        policy = body.get("deployment_branch_policy")
        restricted = "all" if policy is None else ("selected" if policy["custom_branch_policies"] else "protected")
        return {
            "environment_name": body["name"],
            "url": body["html_url"],
            "approvers": frozenset(spelled(entry, self.reviewers, owner) for entry in approval.get("reviewers", [])),
            "wait_minutes": rules.get("wait_timer", {}).get("wait_timer", 0),
            "prevent_self_review": bool(approval.get("prevent_self_review", False)),
            "restricted": restricted,
        }

    async def create(self, session: Session) -> Observed:
        """The PUT; policies and mark are the updates that follow."""
        body = await self._put(session)
        return Observed(f"{self.repository}/{body['name']}", self._gate(body) | {"policies": frozenset(), "policy_ids": {}, "mark": ""})

    async def _put(self, session: Session) -> Json:
        body = {
            "wait_timer": self.wait_minutes,
            "prevent_self_review": self.prevent_self_review,
            "reviewers": [reviewer.body() for reviewer in await resolved(session, self.reviewers)],
            "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True} if self.deploy_from else None,
        }
        return await send(session, "PUT", self._path(), body, permission=ADMINISTRATION)

    async def update(self, session: Session, observed: Observed) -> Observed:
        """The next request: the PUT, a missing policy, a foreign policy's end, the mark; in this order."""
        seen = observed.attributes
        differing = {difference.field for difference in self.differences(observed)}
        if differing & set(PUT_FIELDS) or not differing:
            return await self._after_put(session, observed, await self._put(session))
        missing, foreign = sorted(self.policies - seen["policies"]), sorted(seen["policies"] - self.policies)
        if missing:
            kind, _, name = missing[0].partition(":")
            made = await send(
                session, "POST", self._path("deployment-branch-policies"), {"name": name, "type": kind}, permission=ADMINISTRATION
            )
            numbers = seen["policy_ids"] | {missing[0]: made["id"] if made else 0}
            return _with(observed, policies=seen["policies"] | {missing[0]}, policy_ids=numbers)
        if foreign:
            number = str(seen["policy_ids"][foreign[0]])
            await removed(session, self._path("deployment-branch-policies", number), permission=ADMINISTRATION)
            numbers = {name: number for name, number in seen["policy_ids"].items() if name != foreign[0]}
            return _with(observed, policies=seen["policies"] - {foreign[0]}, policy_ids=numbers)
        return await self._marked(session, observed)

    async def _after_put(self, session: Session, observed: Observed, body: Json) -> Observed:
        """GitHub keeps policies of an environment that was open meanwhile: look again where the kind has changed."""
        gate, numbers = self._gate(body), observed.attributes["policy_ids"]
        if gate["restricted"] != observed.attributes["restricted"]:
            numbers = _numbered(await self._policies(session, body))
        return _with(observed, **gate, policies=frozenset(numbers), policy_ids=numbers)

    async def _marked(self, session: Session, observed: Observed) -> Observed:
        existing = await found(session, self._path("variables", MARK))
        if existing is not None:
            await send(session, "PATCH", self._path("variables", MARK), {"value": self.project}, permission="environments:write")
            return dataclasses.replace(_with(observed, mark=self.project), owner=self.project)
        try:
            await send(session, "POST", self._path("variables"), {"name": MARK, "value": self.project}, permission="environments:write")
        except ServiceRefused:
            # an answer that was lost on the way: the client sent the request again
            existing = await found(session, self._path("variables", MARK))
            if existing is None or existing["value"] != self.project:
                raise
        return dataclasses.replace(_with(observed, mark=self.project), owner=self.project)

    async def delete(self, session: Session, observed: Observed) -> None:
        """Its variables, secrets and policies go with it."""
        await removed(session, self._path(), permission=ADMINISTRATION)

    def _path(self, *parts: str) -> str:
        return path_of(str(self.repository), "environments", self.environment_name, *parts)

    @property
    def requires(self) -> tuple[Permission, ...]:
        name = str(self.repository)
        return (Permission("github", ADMINISTRATION, name), Permission("github", "environments:write", name))

    def command(self, action: str) -> str:
        path = f"repos/{self.repository}/environments/{self.environment_name}"
        if action == "delete":
            return f"gh api -X DELETE {path}"
        custom = ' -F "deployment_branch_policy[protected_branches]=false" -F "deployment_branch_policy[custom_branch_policies]=true"'
        return f"gh api -X PUT {path} -F wait_timer={self.wait_minutes}" + (custom if self.deploy_from else "")


def _numbered(policies: list[Json]) -> dict[str, Json]:
    return {f"{policy.get('type', 'branch')}:{policy['name']}": policy["id"] for policy in policies}


def _with(observed: Observed, **attributes: Json) -> Observed:
    return dataclasses.replace(observed, attributes={**observed.attributes, **attributes})
