"""A world that stays between commands: in the background (``start``, ``stop``, ``reset``) or from command to command.

Owns the state folder (``.lakestrap/sandbox/`` of the project): ``world.json`` is the world, with its ephemeral tables;
``running.json`` says which process uses it now and what its clients need. Both are 0600. Nobody uses a world that
another process is using; what a dead process left is cleaned up by the next.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.sandbox.options import BadOption, Options, latency_scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from wizard.sandbox.internet import Internet
    from wizard.sandbox.world import World

log = logging.getLogger("wizard.sandbox")

WORLD, RUNNING, LOG = "world.json", "running.json", "log"
SAVED_EVERY = 2.0
START_SECONDS = 30.0
ROOT = str(Path(__file__).resolve().parent.parent.parent)


class InUse(BadOption):
    """Another process uses the kept world."""


@dataclass(frozen=True, slots=True)
class Running:
    """Who uses the world. ``variables`` is empty until its clients can be served; ``removed`` names what they must not have."""

    process: int
    started: float
    folder: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)


def program(module: str, *arguments: str) -> list[str]:
    """A Python of ours that calls ``main`` of a module, installed or not, whatever folder it is started in."""
    code = f"import sys; sys.path.insert(0, {ROOT!r}); from {module} import main; main()"
    return [sys.executable, "-P", "-c", code, *arguments]


def running(state: Path) -> Running | None:
    """Who uses the world now; what a dead process left behind is removed."""
    import psutil

    try:
        found = Running(**json.loads((state / RUNNING).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):  # being written this very moment, or torn by a crash
        found = Running(0, 0.0)
    try:
        if found.process and abs(psutil.Process(found.process).create_time() - found.started) < 2:
            return found
    except psutil.Error:
        pass
    if Path(found.folder).name.startswith("lakestrap-sandbox-"):
        shutil.rmtree(found.folder, ignore_errors=True)
    (state / RUNNING).unlink(missing_ok=True)
    return None


def _write(path: Path, content: Running, *, new: bool) -> None:
    from dataclasses import asdict

    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(content), file)
    try:
        if new:
            os.link(beside, path)  # fails where somebody was faster
        else:
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def claimed(state: Path) -> Iterator[Running]:
    """Use the world alone for the block; raises ``InUse``."""
    import psutil

    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    mine = Running(os.getpid(), psutil.Process().create_time())
    other = running(state)
    try:
        if other is None:
            _write(state / RUNNING, mine, new=True)
    except FileExistsError:
        other = running(state)
    if other is not None:
        raise InUse(f"the sandbox in {state} is in use by process {other.process}; `lakestrap sandbox stop` ends it")
    try:
        yield mine
    finally:
        (state / RUNNING).unlink(missing_ok=True)


def open_world(state: Path, options: Options) -> World:
    """The kept world where there is one (its source must be the one asked for), else a new one."""
    from wizard.sandbox.worlds import load, source_of

    kept = state / WORLD
    if not kept.exists():
        return load(options.world or "owner", seed=options.seed, canary=options.canary, latency=latency_scale(options.latency))
    world = load(kept, seed=options.seed, canary=options.canary, latency=latency_scale(options.latency))
    if options.world and source_of(world) != options.world:
        raise BadOption(f"a world made from {source_of(world)} is kept in {state}; `lakestrap sandbox reset` removes it")
    return world


@contextmanager
def serving(state: Path, options: Options) -> Iterator[tuple[Internet, dict[str, str]]]:
    """The kept world, served for the block; it is saved every two seconds in which it changed, and at the end."""
    from wizard.sandbox.environment import PrivateFolder, given
    from wizard.sandbox.faults import read_faults
    from wizard.sandbox.internet import Internet
    from wizard.sandbox.recorder import Recorder
    from wizard.sandbox.worlds import save

    faults, world = read_faults(options.faults), open_world(state, options)
    ended = threading.Event()

    def keep() -> None:
        seen = -1
        while not ended.wait(SAVED_EVERY):
            if internet.application.changes != seen:
                with internet.lock:
                    seen = internet.application.changes
                    save(world, state / WORLD, ephemeral=True)

    with PrivateFolder() as private, Internet(world, recorder=Recorder(options.record), faults=faults) as internet:
        keeper = threading.Thread(target=keep, name="sandbox-keeper", daemon=True)
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
        keeper.start()
        try:
            yield internet, variables
        finally:
            ended.set()
            keeper.join()
            with internet.lock:
                save(world, state / WORLD, ephemeral=True)


def serve(state: Path, options: Options) -> None:
    """The background process: serves until it is told to stop."""
    from wizard.sandbox.environment import without_credentials

    stopped = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with claimed(state) as mine, serving(state, options) as (_, variables):
        removed = sorted(set(os.environ) - set(without_credentials(os.environ)) - set(variables))
        folder = str(Path(variables["AZURE_CONFIG_DIR"]).parent)
        _write(state / RUNNING, Running(mine.process, mine.started, folder, variables, removed), new=False)
        while not stopped.wait(0.5):
            pass


def start(state: Path, arguments: Sequence[str]) -> Running:
    """Start the background process with the options given; returns when it serves. Raises ``InUse`` or ``BadOption``."""
    other = running(state)
    if other is not None:
        raise InUse(f"the sandbox in {state} is in use by process {other.process}; `lakestrap sandbox stop` ends it")
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(state / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
        command = program("wizard.sandbox.commands", "serve", "--state", str(state), *arguments)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = running(state)
        if found is not None and found.variables:
            return found
        time.sleep(0.05)
    said = (state / LOG).read_text(encoding="utf-8", errors="replace").strip()
    process.terminate()
    process.wait()
    (state / LOG).unlink(missing_ok=True)
    raise BadOption(said.removeprefix("error: ") or "the sandbox did not start")


def stop(state: Path) -> bool:
    """End the background process; the world stays. ``False`` where none was running."""
    import psutil

    found = running(state)
    if found is None:
        return False
    try:
        process = psutil.Process(found.process)
        process.terminate()
        process.wait(timeout=START_SECONDS)
    except psutil.NoSuchProcess:
        pass
    running(state)
    (state / LOG).unlink(missing_ok=True)
    return True


def reset(state: Path) -> None:
    """End the background process and forget the world."""
    stop(state)
    shutil.rmtree(state, ignore_errors=True)


@contextmanager
def _quiet(state: Path) -> Iterator[None]:
    """The sandbox's log in a file of the state folder; no file where there is nothing to say."""
    from wizard.sandbox.run import talking

    path = state / LOG
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as output, talking(output):
        yield
    if not path.stat().st_size:
        path.unlink()


def rehearse(arguments: Sequence[str], state: Path, options: Options | None = None) -> int:
    """Run ``lakestrap ARGUMENTS`` in the kept world of ``state``; its exit code.

    Where ``sandbox start`` serves that world, the command is led there; otherwise it is served for this one command.
    Nothing but the command itself writes to the terminal: the sandbox's own log goes to ``state / "log"``.
    """
    from wizard.sandbox.environment import child_environment
    from wizard.sandbox.run import child

    command = program("wizard.__main__", *arguments)
    found = running(state)
    if found is not None and found.variables:
        return child(command, child_environment(found.variables))
    with claimed(state), _quiet(state), serving(state, options or Options(world="")) as (_, variables):
        return child(command, child_environment(variables))
