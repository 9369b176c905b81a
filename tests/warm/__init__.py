"""The product's command without its two seconds of imports: ``python -m wizard`` in a fork of a process that has them already.

``command()`` stands wherever a test would write ``[sys.executable, "-m", "wizard"]``. What runs is the same entry point in a process of
its own, with the caller's arguments, environment, folder and streams; only the imports of third parties have happened before.
A killed client takes its process with it. Not for tests about starting, dying or what is imported: those start the real command.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
SOCKET = "LAKESTRAP_TEST_WARM"
"""Names the socket on which forks are asked for; its folder is there as long as the run of tests."""
RUNNER = "LAKESTRAP_TEST_RUNNER"
"""Names the process that runs the tests, by its number."""
PATIENCE = 60.0


def command() -> tuple[str, ...]:
    """The words that start it. The first caller in a run of tests starts the process that is forked."""
    path = Path(os.environ[SOCKET])
    if not path.exists():
        _started(path)
    return (sys.executable, "-I", "-S", str(HERE / "client.py"))


def _started(path: Path) -> None:
    try:
        path.with_suffix(".starting").mkdir()
    except FileExistsError:
        pass
    else:
        os.posix_spawn(sys.executable, [sys.executable, str(HERE / "server.py"), str(path), os.environ[RUNNER]], os.environ)
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, "the process that is forked did not start"
        time.sleep(0.01)
