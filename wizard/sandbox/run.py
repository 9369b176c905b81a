"""One command in a local internet of its own: the whole life of ``sandbox run``.

Owns the order of things (check every option, start, run the child, leave the world, clean up) and the child: it inherits
the terminal, gets Ctrl-C from it directly, is handed SIGTERM, and its exit code is ours (128 + signal where it was killed).
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from wizard.sandbox.options import BadOption, Options, latency_scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

log = logging.getLogger("wizard.sandbox")

NOT_FOUND, NOT_EXECUTABLE = 127, 126


@contextmanager
def talking(stream: TextIO | None = None) -> Iterator[None]:
    """The sandbox's log on stderr (or another stream), for as long as it runs."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(logging.Formatter("sandbox: %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.WARNING)
    propagated, log.propagate = log.propagate, False
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.propagate = propagated


def run(command: Sequence[str], options: Options) -> int:
    """Run the command; the exit code is the command's own. Raises ``BadOption`` before anything is started."""
    from wizard.sandbox.environment import PrivateFolder, child_environment, given
    from wizard.sandbox.faults import read_faults
    from wizard.sandbox.internet import Internet
    from wizard.sandbox.killer import Killer
    from wizard.sandbox.recorder import Recorder
    from wizard.sandbox.worlds import load, save

    latency, faults = latency_scale(options.latency), read_faults(options.faults)
    killer = Killer(options.kill_after) if options.kill_after else None
    world = load(options.world, seed=options.seed, canary=options.canary, latency=latency)
    try:
        recorder = Recorder(options.record)
        if options.world_out is not None:
            save(world, options.world_out)
    except OSError as unwritable:
        raise BadOption(f"cannot write {unwritable.filename}: {unwritable.strerror}") from unwritable
    with talking(), PrivateFolder() as private, Internet(world, recorder=recorder, faults=faults, killer=killer) as internet:
        with internet.lock:
            variables = given(
                world,
                url=internet.url,
                certificates=internet.certificates,
                folder=private.path,
                person=options.person,
                job=options.job,
                repository=options.repository,
            )
        try:
            return child(command, child_environment(variables))
        finally:
            if killer is not None and killer.count < killer.number:
                log.warning("kill switch: there were only %d mutating requests, not %d", killer.count, killer.number)
            if options.world_out is not None:
                with internet.lock:
                    save(world, options.world_out)


def child(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end with the terminal as it is; its exit code."""
    processes: list[subprocess.Popen[bytes]] = []

    def hand_on(number: int, _: FrameType | None) -> None:
        for process in processes:
            process.send_signal(number)

    def stay(_: int, __: FrameType | None) -> None:
        """The terminal sends Ctrl-C to the child too; the child decides what it means."""

    handlers = {signal.SIGINT: stay, signal.SIGTERM: hand_on}
    if hasattr(signal, "SIGHUP"):
        handlers[signal.SIGHUP] = hand_on
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        processes.append(subprocess.Popen([*command], env=dict(environment)))
        code = processes[0].wait()
    except FileNotFoundError:
        log.error("%s: no such command", command[0])
        return NOT_FOUND
    except PermissionError:
        log.error("%s: not a program that may be run", command[0])
        return NOT_EXECUTABLE
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code
