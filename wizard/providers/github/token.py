"""Whether GitHub accepts a token that is not the session's own.

Owns that one question; the session's client is not touched.
https://docs.github.com/rest/users/users#get-the-authenticated-user
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wizard.errors import NotSignedIn
from wizard.providers.github.errors import translated
from wizard.providers.workers import GithubWorkers

if TYPE_CHECKING:
    from wizard.secret import Secret


async def accepted(token: Secret) -> bool:
    """Whether GitHub signs its owner in; ``False`` for a 401. Raises what any other refusal means."""
    workers = GithubWorkers(token)
    try:
        with translated():
            await workers.run(lambda github: github.requester.requestJsonAndCheck("GET", "/rate_limit"))
    except NotSignedIn:
        return False
    finally:
        await asyncio.to_thread(workers.close)
    return True
