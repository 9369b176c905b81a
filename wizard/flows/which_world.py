"""Whether this process works on the real clouds or in a rehearsal, so that every face can say it.

Owns that one question. Decides nothing by the answer: no flow behaves differently in a rehearsal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping


def rehearsing(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this process was led to the local cloud: it says so, and the proxy is still the one it named."""
    named = environ.get("LAKESTRAP_REHEARSAL", "")
    return bool(named) and environ.get("HTTPS_PROXY") == named
