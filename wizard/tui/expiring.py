"""What will soon need somebody: credentials that expire, and old ones whose grace is over.

Owns a quiet look for the first screen, long after it was painted. Reads only, and says nothing where it may not read or nobody is
signed in: the status tells all of that.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import LakestrapError

if TYPE_CHECKING:
    from wizard.flows.rotate.preview import Preview
    from wizard.secret import Secret


async def expiring(path: Path, tenant: str = "", token: Secret | None = None) -> tuple[str, ...]:
    """A line each, most urgent first; none where nothing is due and where that cannot be known."""
    from wizard.flows.job import opened
    from wizard.flows.rotate.preview import previewed
    from wizard.flows.rotate.wishes import Wishes

    try:
        async with opened(path, tenant=tenant, token=token, to_look=True) as job:
            return lines(await previewed(job, Wishes()))
    except LakestrapError:
        return ()


def lines(preview: Preview) -> tuple[str, ...]:
    """What a plain rotation would do something with, in words."""
    latest = datetime.max.replace(tzinfo=preview.now.tzinfo)
    due = sorted(preview.doing, key=lambda item: item.expires or latest)
    return tuple(f"{item.credential.key}: {item.reason}" for item in due)
