"""GitHub's REST API through PyGithub's requester: one call each, JSON in, JSON out.

Owns paths' quoting, paging and the rule that a missing thing is ``None``. PyGithub's own objects would fetch the
repository first for every call; its requester brings sign-in, retries and errors without that. Decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from wizard.providers.github.errors import translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from github import Github

    from wizard.providers.session import Session

Json = Any

PAGE = 100
_GONE = "Reference does not exist"
"""What a DELETE of a branch answers with 422 instead of 404."""


def path_of(repository: str, *parts: str) -> str:
    """``/repos/owner/name/…`` with every part quoted whole (environment names may hold ``/``)."""
    return "/".join((f"/repos/{repository}", *(quote(part, safe="") for part in parts)))


def _call(method: str, path: str, body: Json, parameters: dict[str, str] | None) -> Callable[[Github], Json]:
    def call(github: Github) -> Json:
        return github.requester.requestJsonAndCheck(method, path, parameters=parameters, input=body)[1]

    return call


async def found(
    session: Session,
    path: str,
    *,
    parameters: dict[str, str] | None = None,
    missing: tuple[int, ...] = (404,),
    permission: str = "",
    default: Json = None,
) -> Json:
    """GET; ``None`` where the status is one of ``missing``, ``default`` where the answer has no body."""
    from github import GithubException

    def call(github: Github) -> Json:
        try:
            answer = _call("GET", path, None, parameters)(github)
            return default if answer is None else answer
        except GithubException as refusal:
            if refusal.status in missing:
                return None
            raise

    with translated(permission):
        return await session.github(call)


async def with_server_time(session: Session, path: str) -> tuple[Json, str]:
    """GET, and GitHub's clock at the answer: the text of its ``Date`` header."""
    with translated():
        headers, body = await session.github(lambda github: github.requester.requestJsonAndCheck("GET", path))
    return body, next(str(value) for name, value in headers.items() if name.lower() == "date")


async def listed(
    session: Session, path: str, key: str = "", *, parameters: dict[str, str] | None = None, missing: tuple[int, ...] = (404,)
) -> list[Json]:
    """Every item of a list, page by page; ``key`` where the answer is ``{total_count, key: […]}``. Missing: empty."""
    out: list[Json] = []
    while True:
        wanted = {**(parameters or {}), "per_page": str(PAGE), "page": str(len(out) // PAGE + 1)}
        answer = await found(session, path, parameters=wanted, missing=missing)
        items = (answer or {}).get(key, []) if key else (answer or [])
        out += items
        if len(items) < PAGE:
            return out


async def send(session: Session, method: str, path: str, body: Json = None, *, permission: str = "") -> Json:
    """One mutating request; the answer's JSON, ``None`` for an empty one."""
    with translated(permission):
        return await session.github(_call(method, path, body, None))


async def removed(session: Session, path: str, *, permission: str = "") -> None:
    """DELETE; a thing already gone is no error."""
    from github import GithubException

    def call(github: Github) -> None:
        try:
            _call("DELETE", path, None, None)(github)
        except GithubException as refusal:
            if refusal.status != 404 and not (refusal.status == 422 and _GONE in str(refusal.data)):
                raise

    with translated(permission):
        await session.github(call)


async def seen_headers(session: Session, path: str) -> dict[str, str]:
    """The headers of a GET, names in lower case: a token's scopes are told there only."""
    with translated():
        headers = await session.github(lambda github: github.requester.requestJsonAndCheck("GET", path)[0])
    return {name.lower(): str(value) for name, value in headers.items()}


async def login_of(session: Session) -> str:
    """The login of the token's owner; ``""`` where it belongs to no person."""
    if session.github_login:
        return session.github_login
    body = await found(session, "/user", missing=(403, 404))
    return str(body["login"]) if body else ""


async def mutation(session: Session, name: str, given: Json, selection: str, *, permission: str = "") -> Json:
    """One GraphQL mutation; what ``selection`` asks of its payload."""
    with translated(permission):
        return await session.github(lambda github: github.requester.graphql_named_mutation(name, given, selection)[1])
