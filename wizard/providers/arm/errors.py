"""From Azure's exceptions to ours: what Resource Manager (and Key Vault's control plane) said, with a hint.

Owns the translation for every kind that talks to ``management.azure.com``. It must never retry: the SDK's pipeline has
honoured ``Retry-After`` before an error arrives here. Which refusals a propagation delay explains is the kind's business.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from wizard.errors import LakestrapError, NameTaken, NotAllowed, NotSignedIn, ServiceRefused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from azure.core.exceptions import HttpResponseError
    from azure.core.pipeline import PipelineResponse

Answer = TypeVar("Answer")

_ACTION = re.compile(r"perform action '([^']+)' (?:over|on) (?:scope|path) '([^']+)'")
_NAMESPACE = re.compile(r"namespace '([^']+)'")
_LOCKS = re.compile(r"locked: '([^']+)'")
_POLICY = re.compile(r'"policyAssignment":\{"name":"([^"]*)"')
_NOTHING_THERE = frozenset({"MissingSubscriptionRegistration", "SubscriptionNotRegistered"})
_UNSEEN_SUBSCRIPTION = frozenset({"SubscriptionNotFound", "InvalidSubscriptionId"})


@contextmanager
def translated(step: str) -> Iterator[None]:
    """Turn the SDK's exceptions into ours. ``step`` says what was tried, for errors that do not say it themselves.

    Raises ``NotSignedIn``, ``NotAllowed`` (with the permission), ``NameTaken``, ``Unreachable`` or ``ServiceRefused``.
    """
    from azure.core.exceptions import AzureError, HttpResponseError

    try:
        yield
    except HttpResponseError as refusal:
        raise from_answer(refusal, step) from refusal
    except AzureError as trouble:  # no answer: refused, reset, timed out, not resolved
        hints = ("check the network and the proxy, then run the same command again",)
        raise Unreachable(f"cannot reach Azure to {step}: {trouble.message}", hints=hints) from trouble


def refuse_unregistered(response: PipelineResponse[Any, Any]) -> None:
    """A response hook for ARM clients: end a call whose namespace is not registered in the subscription.

    azure-mgmt-core would register it by itself, whatever was called, and wait in steps of ten seconds. What is registered is
    in the plan instead. Raises ``ServiceRefused`` past the SDK's retries; ``found`` takes it for *nothing there*.
    """
    from azure.core.exceptions import AzureError

    answer = response.http_response
    if answer.status_code != 409:
        return
    try:
        error = json.loads(answer.text())["error"]
        code, text = str(error["code"]), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AzureError):
        return  # not read yet (long-running operations): there the SDK does not look either
    if code in _NOTHING_THERE:
        raise ServiceRefused(f"409 {code}: {text}", status=409, code=code, hints=_registration_hints(text))


async def found(call: Awaitable[Answer]) -> Answer | None:
    """The answer of a read, ``None`` where there is nothing: not found, or the subscription's provider is not registered.

    A subscription that is not there is an error all the same. Use it inside ``translated``.
    """
    from azure.core.exceptions import HttpResponseError

    try:
        return await call
    except HttpResponseError as refusal:
        code = code_of(refusal)
        if (refusal.status_code == 404 and code not in _UNSEEN_SUBSCRIPTION) or code in _NOTHING_THERE:
            return None
        raise
    except ServiceRefused as refusal:
        if refusal.code in _NOTHING_THERE:
            return None
        raise


def code_of(refusal: HttpResponseError) -> str:
    """The vendor's own code: ``AuthorizationFailed``, ``RoleAssignmentExists`` …; empty where the body had none."""
    return str(getattr(refusal.error, "code", "") or "")


def message_of(refusal: HttpResponseError) -> str:
    """The vendor's own sentence, and what its details add to it."""
    error: Any = refusal.error
    text = str(getattr(error, "message", "") or refusal.reason or refusal.message)
    details = [str(each.message) for each in getattr(error, "details", None) or () if getattr(each, "message", "")]
    more = [each for each in details if each not in text]
    return " ".join([text, *more])


def from_answer(refusal: HttpResponseError, step: str) -> LakestrapError:
    """Our exception for an error answer."""
    status, code, text = refusal.status_code or 0, code_of(refusal), message_of(refusal)
    shown = " ".join(part for part in (str(status or ""), f"{code}:" if code else "", text) if part)
    if status == 401:
        return NotSignedIn(shown, hints=_sign_in_hints(refusal))
    if code == "RequestDisallowedByPolicy":
        return NotAllowed(shown, hints=_policy_hints(text))
    if status == 403:
        return _not_allowed(shown, code, text)
    if code in ("VaultAlreadyExists", "StorageAccountAlreadyTaken", "RoleDefinitionWithSameNameExists"):
        return NameTaken(shown, hints=("choose another name under `naming:` in lakestrap.yaml",))
    return ServiceRefused(shown, status=status, code=code, hints=_hints(refusal, code, text, step))


def _sign_in_hints(refusal: HttpResponseError) -> tuple[str, ...]:
    headers: Any = getattr(refusal.response, "headers", None) or {}
    challenge = str(headers.get("WWW-Authenticate", ""))
    claims = re.search(r'claims="([^"]+)"', challenge)
    tenant = re.search(r"login\.(?:microsoftonline\.com|windows\.net)/([0-9a-f-]{36})", challenge)
    login = "az login" + (f" --tenant {tenant[1]}" if tenant else "")
    if claims:
        return (
            f'{login} --scope "https://management.core.windows.net//.default" --claims-challenge "{claims[1]}"',
            "Azure asks for a second factor (MFA) before anything is created, changed or deleted",
        )
    return (login,)


def _policy_hints(text: str) -> tuple[str, ...]:
    policy = _POLICY.search(text)
    who = f"the Azure Policy assignment '{policy[1]}'" if policy else "an Azure Policy assignment"
    return (f"{who} forbids it: change region, tags or network in lakestrap.yaml, or ask its owner for an exemption",)


def _not_allowed(shown: str, code: str, text: str) -> NotAllowed:
    named = _ACTION.search(text)
    action, scope = (named[1], named[2]) if named else ("", "")
    if code == "DenyAssignmentAuthorizationFailed":
        hints = ["a deny assignment stands against it (a deployment stack or a managed application): its owner has to lift it"]
    elif "ABAC condition" in text:
        hints = ["your role to assign roles carries a condition that this role, principal or principal type does not fulfil"]
    elif action:
        hints = [f"ask for a role with {action} at {scope}"]
    else:
        hints = ["run `lakestrap check` to see which permissions are missing"]
    if action and code != "DenyAssignmentAuthorizationFailed":
        hints.append("a role that was granted minutes ago may need a new sign-in: az account clear && az login")
    return NotAllowed(shown, permission=action, hints=hints)


def _registration_hints(text: str) -> tuple[str, ...]:
    namespace = _NAMESPACE.search(text)
    return (f"az provider register --namespace {namespace[1]} --wait",) if namespace else ()


def _hints(refusal: HttpResponseError, code: str, text: str, step: str) -> tuple[str, ...]:
    if code in _NOTHING_THERE:
        return _registration_hints(text)
    if code == "ScopeLocked" and (locks := _LOCKS.search(text)):
        return tuple(f"az lock list --scope {scope} --output table   # then: az lock delete --ids ID" for scope in locks[1].split(","))
    if code in _UNSEEN_SUBSCRIPTION:
        return ("az account list --output table   # is it the right tenant and subscription?",)
    if refusal.status_code == 429:
        headers: Any = getattr(refusal.response, "headers", None) or {}
        wait = headers.get("Retry-After", "")
        return (f"Azure throttles: wait {f'{wait} s' if wait else 'a minute'} and run the same command again",)
    if (refusal.status_code or 0) >= 500:
        return (f"Azure failed to {step}: run the same command again",)
    return ()
