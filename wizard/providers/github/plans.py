"""What GitHub enforces for a repository on its account's plan.

Owns the table of features. Where the plan cannot be read everything counts as there, and the later call decides.
https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.providers.github.rest import found, login_of, path_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

ENTERPRISE = ("enterprise", "business_plus")


@dataclass(frozen=True, slots=True)
class PlanFeatures:
    """``approvals`` are required reviewers and wait timers; ``plan`` is ``""`` where it is not shown to us."""

    environments: bool = True
    branch_policies: bool = True
    approvals: bool = True
    rulesets: bool = True
    plan: str = ""
    private: bool = False

    @property
    def known(self) -> bool:
        return bool(self.plan) or not self.private


async def plan_features(session: Session, repository: str, *, private: bool = True) -> PlanFeatures:
    """The features for ``owner/name``; ``private`` says what a repository that does not exist yet will be."""
    body = await found(session, path_of(repository), missing=(403, 404))
    private = bool(body["private"]) if body else private
    return features_of(await plan_of(session, repository.partition("/")[0]), private=private)


async def plan_of(session: Session, owner: str) -> str:
    """``free``, ``pro``, ``team``, ``enterprise``…; ``""`` where it is not shown to us (it is to owners only)."""
    own = (await login_of(session)).lower() == owner.lower()
    body = await found(session, "/user" if own else f"/orgs/{owner}", missing=(403, 404))
    return str(((body or {}).get("plan") or {}).get("name", "")).lower()


def features_of(plan: str, *, private: bool) -> PlanFeatures:
    """The table: public repositories have everything, private ones what their plan pays for."""
    if not private or not plan:
        return PlanFeatures(plan=plan, private=private)
    paid = plan != "free"
    approvals = plan in ENTERPRISE
    return PlanFeatures(environments=paid, branch_policies=paid, approvals=approvals, rulesets=paid, plan=plan, private=True)
