"""What GitHub's refusals mean, in our exception tree.

Owns the translation of PyGithub's and requests' exceptions, nothing else. Every call to GitHub runs inside
``translated()``; what a 404 means only the caller knows, so it says by ``permission`` what the call needed.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, LakestrapError, NotAllowed, NotSignedIn, NotYet, Problem, ServiceRefused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = Any

PLANS = "https://docs.github.com/en/get-started/learning-about-github/githubs-plans"
SECONDARY_WAIT = 60.0
"""Seconds to wait on a secondary limit without ``retry-after`` (GitHub's own advice: at least a minute)."""


@contextmanager
def translated(permission: str = "") -> Iterator[None]:
    """Turn PyGithub's exceptions into ours. ``permission`` is what the call needs, in GitHub's words (``administration:write``)."""
    import requests
    from github import GithubException

    try:
        yield
    except GithubException as refusal:
        raise meaning(refusal.status, refusal.data, _lower(refusal.headers), permission) from refusal
    except requests.exceptions.RetryError as exhausted:
        raise NotYet("GitHub limits how fast we may call it", SECONDARY_WAIT, "secondary_rate_limit") from exhausted
    except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as lost:
        raise Unreachable(
            f"cannot reach GitHub: {type(lost).__name__}", hints=("check the network and https://www.githubstatus.com",)
        ) from lost


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in (headers or {}).items()}


def meaning(status: int, data: Json, headers: Mapping[str, str], permission: str = "") -> LakestrapError | NotYet:
    """Our exception for an answer of GitHub; the message starts with the status."""
    if isinstance(data, dict) and data.get("errors") and "message" not in data:
        return _graphql(data["errors"][0], permission)
    words = described(data)
    text = f"{status} {words}"
    if status == 401:
        return NotSignedIn(
            f"{text}: the token is not valid or has expired",
            hints=("gh auth login --scopes repo,workflow,read:org", "or: export GH_TOKEN=…"),
        )
    if status in (403, 429) and ("rate limit" in words.lower() or "retry-after" in headers):
        return NotYet(f"GitHub: {words}", _pause(headers), "rate_limit")
    if "upgrade to github" in words.lower() or "billing plan" in words.lower():
        remedy = f"make the repository public, upgrade the plan ({PLANS}), or do without this protection"
        return BadInput([Problem("github", text, remedy)], hints=(remedy,))
    if status in (403, 404):
        return NotAllowed(text, permission=permission, hints=tuple(hints_of(status, headers, permission)))
    return ServiceRefused(text, status=status, code=_code(data))


def described(data: Json) -> str:
    """The message of an error body with the messages of its ``errors``, on one line."""
    if not isinstance(data, dict):
        return str(data or "no answer body")
    words = [str(data.get("message", ""))]
    for error in data.get("errors") or []:
        if isinstance(error, dict):
            fields = (error.get("resource"), error.get("field"), error.get("code"))
            words.append(error.get("message") or " ".join(str(part) for part in fields if part))
        else:
            words.append(str(error))
    return "; ".join(re.sub(r"\s+", " ", word).strip() for word in words if word)


def _code(data: Json) -> str:
    errors = data.get("errors") if isinstance(data, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return str(first.get("code", "")) if isinstance(first, dict) else ""


def _pause(headers: Mapping[str, str]) -> float:
    if headers.get("retry-after", "").isdigit():
        return float(headers["retry-after"])
    if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
        return max(1.0, float(headers["x-ratelimit-reset"]) - time.time())
    return SECONDARY_WAIT


def hints_of(status: int, headers: Mapping[str, str], permission: str = "") -> Iterator[str]:
    """What to run or to click, from the headers that GitHub sends along with a refusal."""
    sso = re.search(r"url=(\S+)", headers.get("x-github-sso", ""))
    if sso:
        yield f"authorize the token for the organization's single sign-on: {sso.group(1)}"
        return
    if headers.get("x-accepted-github-permissions"):
        yield f"give the fine-grained token the permission {headers['x-accepted-github-permissions'].replace(',', ' and ')}"
        return
    held = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
    wanted = {"repo", "workflow"} if "workflow" in headers.get("x-accepted-oauth-scopes", "") + permission else {"repo"}
    if "x-oauth-scopes" in headers and not wanted <= held:
        yield f"gh auth refresh --scopes {','.join(sorted(wanted - held))}"
        return
    if status == 404:
        yield "GitHub answers 404 for what the token may not see: check the name, and that you are a member"
    if permission:
        yield f"ask an owner of the repository for the right to do this ({permission})"


def _graphql(error: Json, permission: str) -> LakestrapError:
    kind, words = str(error.get("type", "")), re.sub(r"\s+", " ", str(error.get("message", ""))).strip()
    if kind in ("FORBIDDEN", "INSUFFICIENT_SCOPES") or "refusing to allow" in words:
        hints = ("gh auth refresh --scopes workflow",) if "workflow` scope" in words else ()
        return NotAllowed(f"GitHub: {words}", permission=permission, hints=hints)
    if kind == "STALE_DATA":
        return ServiceRefused(f"GitHub: {words}", status=409, code=kind, hints=("somebody pushed meanwhile: run the same command again",))
    return ServiceRefused(f"GitHub: {words}", status=200, code=kind)
