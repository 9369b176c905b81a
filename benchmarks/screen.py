"""The full screen: how long to the first paint beside an empty Textual app, and the longest time in which nothing could be drawn.

Owns a pseudo-terminal for the first and the event loop's pauses for the second. The limits are those of the product's promise:
1.5 times the empty application, and 50 ms while the SDKs of the next step are imported behind the first screen.
"""

from __future__ import annotations

import asyncio
import os
import pty
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("painted")
Empty().run()
"""
WATCHED = 4.0
"""Seconds after the first paint in which pauses are looked for: the SDKs are loaded by then."""


def first_paint(command: Sequence[str], word: str, folder: Path) -> float:
    """Seconds from the start of a process to a word of its first screen."""
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    leader, follower = pty.openpty()
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdin=follower, stdout=follower, stderr=follower, env=environment, start_new_session=True
    )
    os.close(follower)
    seen = b""
    try:
        while word.encode() not in seen:
            if not select.select([leader], [], [], 20)[0]:
                raise TimeoutError(f"{word!r} was never painted by {' '.join(command)}")
            seen += os.read(leader, 65536)
        return time.perf_counter() - start
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(leader)


def compared(folder: Path, runs: int = 7) -> None:
    """First paints of an empty application and of ours, in turns so that both meet the same machine."""
    ours, empty = (sys.executable, "-m", "wizard"), (sys.executable, "-c", EMPTY)
    pairs = [(first_paint(empty, "painted", folder), first_paint(ours, "Set up", folder)) for _ in range(runs)]
    nothing, wizard = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"first paint: empty Textual app {nothing:.2f} s, lakestrap {wizard:.2f} s, {wizard / nothing:.2f} times (median of {runs} pairs)"
    )


async def longest_pause(folder: Path) -> float:
    """The longest time, in seconds, in which the event loop did not turn while the first screen stands and SDKs load behind it."""
    from wizard.tui.app import Wizard
    from wizard.tui.sitting import Sitting
    from wizard.tui.warm_up import begin

    begin()
    longest = 0.0
    async with Wizard(Sitting(folder / "lakestrap.yaml")).run_test(size=(120, 40)):
        end = time.perf_counter() + WATCHED
        before = time.perf_counter()
        while before < end:
            await asyncio.sleep(0.002)
            now = time.perf_counter()
            longest, before = max(longest, now - before), now
    return longest


def main() -> None:
    """Both figures."""
    with tempfile.TemporaryDirectory() as temporary:
        compared(Path(temporary))
        code = "import asyncio, sys; from pathlib import Path; from benchmarks.screen import longest_pause as pause; "
        code += "print(asyncio.run(pause(Path(sys.argv[1]))))"
        runs = [
            float(subprocess.run([sys.executable, "-c", code, temporary], capture_output=True, text=True, check=True).stdout)
            for _ in range(5)
        ]
    print(f"longest pause while SDKs load: median {statistics.median(runs) * 1000:.0f} ms, max {max(runs) * 1000:.0f} ms (5 runs)")


if __name__ == "__main__":
    main()
