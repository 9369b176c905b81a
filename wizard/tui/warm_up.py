"""The seconds before and after the first frame: what the next screens need is imported behind it, without a pause that one feels.

Owns the process's garbage collection and thread switching in that time; puts both back. A collection among the many objects of
half-imported libraries would hold the screen for a tenth of a second, so none is made: nothing that is made meanwhile is garbage.
"""

from __future__ import annotations

import gc
import sys
import threading

YIELDING = 0.0005
"""Seconds after which an import in the background lets the screen go first."""


def begin() -> None:
    """Collect nothing until the next screens' libraries are imported."""
    gc.disable()


def warm_up() -> None:
    """Import what the next screens need, in a thread of its own, and end what ``begin`` began."""
    threading.Thread(target=_load, name="warm-up", daemon=True).start()


def _load() -> None:
    from wizard.engine.resource import Service
    from wizard.providers.session import preload

    interval = sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(YIELDING)
    try:
        preload((Service.ARM, Service.GITHUB, Service.ENTRA, Service.KEYVAULT, Service.DATABRICKS)).join()
    finally:
        sys.setswitchinterval(interval)
        gc.freeze()
        gc.enable()
