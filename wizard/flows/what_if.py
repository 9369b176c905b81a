"""What Azure itself says a deployment would change, beside each deployment in the plan.

Owns the asking and the wording: paths of what changes, never values. Best effort: where it cannot be asked or answered the plan says
*unknown* and goes on. Asks, changes nothing. https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Change, Plan
from wizard.engine.resource import Difference
from wizard.errors import LakestrapError, NotYet
from wizard.providers.arm.deployment import Deployment, Predicted, what_if

if TYPE_CHECKING:
    from wizard.providers.session import Session

PATIENCE = 120.0
"""Seconds after which the prediction is given up."""
MOST_PATHS = 6
UNCHANGED = frozenset({"NoChange", "Ignore"})


async def with_what_if(plan: Plan, session: Session) -> Plan:
    """The plan with a prediction at every deployment into a group that is there. Never raises for what Azure refuses."""
    there = {change.resource.environment for change in plan.changes if change.resource.kind == "arm.resource_group" and change.observed}
    changes = await asyncio.gather(*(_predicted(change, session) if _asks(change, there) else _same(change) for change in plan.changes))
    return replace(plan, changes=tuple(changes))


def _asks(change: Change, there: set[str]) -> bool:
    due = change.action in (Action.CREATE, Action.UPDATE) and change.resource.environment in there
    return due and isinstance(change.resource, Deployment) and next(change.resource.refs(), None) is None


async def _same(change: Change) -> Change:
    return change


async def _predicted(change: Change, session: Session) -> Change:
    assert isinstance(change.resource, Deployment)
    try:
        found = await asyncio.wait_for(what_if(change.resource, session), PATIENCE)
    except NotYet as wait:
        return replace(change, predicted=(_unknown(wait.reason),))
    except LakestrapError as refusal:
        return replace(change, predicted=(_unknown(refusal.message),))
    except TimeoutError:
        return replace(change, predicted=(_unknown(f"no answer in {PATIENCE:.0f} seconds"),))
    lines = tuple(_line(each) for each in found if each.change not in UNCHANGED)
    return replace(change, predicted=lines or (Difference("what-if", "no change", "Azure"),))


def _unknown(reason: str) -> Difference:
    return Difference("what-if", f"unknown: {reason.splitlines()[0][:200]}", "Azure")


def _line(predicted: Predicted) -> Difference:
    """``what-if TYPE/NAME: as it is → Modify tags.a, properties.b``."""
    if predicted.resource_id.startswith("["):
        return Difference("what-if", "unknown", "something whose name is known only when the rest is there")
    paths = ", ".join(predicted.fields[:MOST_PATHS])
    more = f" and {len(predicted.fields) - MOST_PATHS} more" if len(predicted.fields) > MOST_PATHS else ""
    before = "absent" if predicted.change == "Create" else "as it is"
    return Difference(f"what-if {_short(predicted.resource_id)}", f"{predicted.change} {paths}{more}".rstrip(), before)


def _short(resource_id: str) -> str:
    """Type and name of what an id names: ``Microsoft.Storage/storageAccounts/stshop``."""
    namespace, *pairs = resource_id.rsplit("/providers/", 1)[-1].split("/")
    return "/".join((namespace, *pairs[::2], *pairs[1::2]))
