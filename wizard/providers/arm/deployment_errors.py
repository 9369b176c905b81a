"""What went wrong in a deployment: the innermost errors, which alone say something.

Owns the way down through nested details (and details that are JSON text); the outer errors only say that there are
inner ones. It must never retry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from wizard.errors import LakestrapError, NameTaken, NotAllowed, ServiceRefused
from wizard.providers.arm.errors import translated

Json = Any
MOST = 5
TAKEN = frozenset({"StorageAccountAlreadyTaken", "VaultAlreadyExists", "WorkspaceNameAlreadyTaken"})
_ACTION = re.compile(r"perform action '([^']+)' (?:over|on|at) (?:scope|path) '([^']+)'")


def leaves(error: Json) -> Iterator[tuple[str, str]]:
    """``(code, message)`` of every error without further details."""
    code, message, details = _parts(error)
    if not details and message.lstrip().startswith("{"):
        try:
            inner = json.loads(message)
        except ValueError:
            inner = None
        if isinstance(inner, dict) and isinstance(inner.get("error"), dict):
            details = [inner["error"]]
    if not details:
        yield code, message
    for each in details:
        yield from leaves(each)


def _parts(error: Json) -> tuple[str, str, list[Json]]:
    if isinstance(error, Mapping):
        return str(error.get("code") or ""), str(error.get("message") or ""), list(error.get("details") or ())
    details = list(getattr(error, "details", None) or ())
    return str(getattr(error, "code", "") or ""), str(getattr(error, "message", "") or ""), details


def failure(name: str, state: str, error: Json, status: int = 0) -> LakestrapError:
    """Our exception for a deployment that ended badly or was refused."""
    if error is None:
        return ServiceRefused(f"deployment {name} ended as {state}", code=state)
    found = list(dict.fromkeys(leaves(error)))
    code = found[0][0]
    text = "; ".join(f"{each}: {message}" for each, message in found[:MOST])
    more = f" (and {len(found) - MOST} more)" if len(found) > MOST else ""
    shown = f"deployment {name} {state.lower()}: {text}{more}"
    lacking = next((match for _, message in found if (match := _ACTION.search(message))), None)
    if lacking is not None or code in ("AuthorizationFailed", "LinkedAuthorizationFailed"):
        hints = (f"ask for a role with {lacking[1]} at {lacking[2]}",) if lacking else ("run `lakestrap check` to see what is missing",)
        return NotAllowed(shown, permission=lacking[1] if lacking else "", hints=hints)
    if code in TAKEN:
        return NameTaken(shown, hints=("choose another name under `naming:` in lakestrap.yaml",))
    if code == "RequestDisallowedByPolicy":
        return NotAllowed(shown, hints=("an Azure Policy assignment forbids it: change region, tags or network in lakestrap.yaml",))
    return ServiceRefused(shown, status=status, code=code, hints=_hints(code))


def _hints(code: str) -> tuple[str, ...]:
    if code == "ApplianceProvisioningFailed":
        return ("choose another managed resource group under `naming:` in lakestrap.yaml, or delete the one that is there",)
    return ()


@contextmanager
def sent(step: str) -> Iterator[None]:
    """As ``translated``, but a refusal with nested details is told by the innermost of them."""
    from azure.core.exceptions import HttpResponseError

    with translated(step):
        try:
            yield
        except HttpResponseError as refusal:
            if refusal.error is not None and _parts(refusal.error)[2]:
                raise failure(step.rsplit(" ", 1)[-1], "refused", refusal.error, refusal.status_code or 0) from refusal
            raise
