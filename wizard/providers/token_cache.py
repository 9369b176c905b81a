"""The token cache of the ``az`` profile, written whole or not at all.

Owns one thing: a process that is killed while it keeps a new token must not sign the operator out of ``az``. The vendor's
persistence empties the file first and writes it then. Never reads a token, never changes what is kept or where.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def written_whole(cache: Any) -> None:
    """Let an MSAL ``PersistedTokenCache`` replace its plain file instead of rewriting it; other stores are left alone."""
    from msal_extensions.persistence import FilePersistence  # type: ignore[import-untyped]

    persistence: Any = getattr(cache, "_persistence", None)
    if type(persistence) is FilePersistence:
        vendors = persistence.save
        persistence.save = lambda content: _replaced(Path(persistence.get_location()).resolve(), content) or vendors(content)


def _replaced(path: Path, content: str) -> bool:
    """Whether the file could be replaced: another process may hold it open (Windows), or the folder be read-only.

    The name beside it is always the same, so that a killed process leaves no token behind that nobody overwrites; whoever
    writes holds the vendor's lock.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
        beside.replace(path)
    except OSError:
        return False
    return True
