"""Whether GitHub accepts a token that is not the session's own, and when that token ends.

Owns that one question; the session's client is not touched.
https://docs.github.com/rest/users/users#get-the-authenticated-user
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wizard.errors import NotSignedIn
from wizard.providers.github.errors import translated
from wizard.providers.workers import GithubWorkers

if TYPE_CHECKING:
    from wizard.secret import Secret


ENDS = "github-authentication-token-expiration"
"""A header of every answer: https://docs.github.com/authentication/keeping-your-account-and-data-secure/token-expiration-and-revocation"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """GitHub takes the token; ``ends`` is ``None`` for one without an end."""

    ends: datetime | None


async def accepted(token: Secret) -> Accepted | None:
    """When a token ends that GitHub takes; ``None`` for a 401. Raises what any other refusal means."""
    workers = GithubWorkers(token)
    try:
        with translated():
            headers, _ = await workers.run(lambda github: github.requester.requestJsonAndCheck("GET", "/rate_limit"))
    except NotSignedIn:
        return None
    finally:
        await asyncio.to_thread(workers.close)
    return Accepted(_moment(str(headers.get(ENDS) or "")))


def _moment(text: str) -> datetime | None:
    """``2026-12-19 17:01:00 UTC``, or with an offset (``+0200``); ``None`` where it is neither."""
    try:
        moment = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
