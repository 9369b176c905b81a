"""What can still be judged in a file with wrong values: the rules that span fields, so that one run tells everything.

Owns a lenient build of the project. Its result is only ever given to ``rules.found`` and never leaves this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.project import rules
from wizard.project.messages import part_at
from wizard.project.model import Project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

    from wizard.project.positions import Place

Json = Any
_KEPT = frozenset({"string_pattern_mismatch", "string_too_long", "greater_than_equal", "less_than_equal", "too_long", "extra_forbidden"})
"""Errors that leave a value of the right shape."""
_UNRELATED = frozenset(
    {"role", "wait_minutes", "tags", "production", "purge_protection", "prevent_self_review", "from", "region", "subscription"}
)
"""Fields that no rule looks at, besides those of names."""
_STAND_IN = {"name": "x", "region": "x", "repository": "x/x", "subscription": "x", "version": 1, "role": "reader", "from": "prompt"}


def broken_rules(raw: Mapping[str, Json], errors: Sequence[ErrorDetails]) -> list[rules.Broken]:
    """The broken rules that are certain in spite of ``errors``; those that a wrong value may have caused are left out."""
    lost = {error["loc"] for error in errors if error["type"] not in _KEPT}
    wrong = {error["loc"] for error in errors}
    if any(len(place) <= 1 and place[:1] in ((), ("environments",)) for place in lost) or not raw.get("environments"):
        return []
    project = _built(Project, raw, (), lost)
    return [broken for broken in rules.found(project) if not _doubtful(broken, lost, wrong)]


def _doubtful(broken: rules.Broken, lost: set[Place], wrong: set[Place]) -> bool:
    """Whether a wrong value may be the only cause of a broken rule."""
    place = broken.place
    if any(place[: len(error)] == error or error[: len(place)] == place for error in wrong):
        return True
    if any(error[:2] == place[:2] and error[-1] not in _UNRELATED for error in lost):
        return True
    if place[0] in ("access", "secrets") and "environments" in place and any(error[0] == "environments" for error in lost if _names(error)):
        return True
    if "reviewers" in place and ("github", "repository") in wrong:
        return True
    named = "naming" in place or broken.reason.startswith("gives ")
    return named and any(error[0] in ("name", "region", "github", "naming") or _names(error) for error in wrong)


def _names(place: Place) -> bool:
    """Whether an environment's names depend on what is there."""
    return isinstance(place[-1], int) or place[-1] in ("name", "region", "naming", "subscription")


def _built(part: type[BaseModel], raw: Mapping[str, Json], place: Place, lost: set[Place]) -> Any:
    values: dict[str, Json] = {}
    for key, field in part.model_fields.items():
        name = field.alias or key
        here = (*place, name)
        if here in lost or name not in raw:
            values[key] = _STAND_IN.get(name) if field.is_required() else field.get_default(call_default_factory=True)
        else:
            values[key] = _value(part_at(here), raw[name], here, lost)
    return part.model_construct(**values)


def _value(part: type[BaseModel] | None, value: Json, place: Place, lost: set[Place]) -> Json:
    if isinstance(value, list):
        kept = [(index, item) for index, item in enumerate(value) if (*place, index) not in lost]
        return tuple(_value(part, item, (*place, index), lost) for index, item in kept)
    if part and isinstance(value, dict):
        return _built(part, value, place, lost)
    return value
