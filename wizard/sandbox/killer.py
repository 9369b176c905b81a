"""The kill switch: ends, once, the process that sent the Nth mutating request.

Owns the counting and the search for the sender. Only ever kills a process that holds a connection to this sandbox's own
proxy and is not the sandbox itself; a shell around it lives on, so ``sh -c 'setup; setup'`` is a resume.
"""

from __future__ import annotations

import logging
import os
import re
from typing import Any, Literal

from wizard.sandbox.options import BadOption

Moment = Literal["before", "after"]
Address = tuple[str, int]

log = logging.getLogger("wizard.sandbox")


class BadMoment(BadOption):
    """``--kill-after`` is not ``N``, ``N.before`` or ``N.after`` with N of at least 1."""


class Killer:
    """``N.before``: the request has no effect; ``N.after`` (or plain ``N``): it has, but no answer is sent."""

    def __init__(self, when: str) -> None:
        found = re.fullmatch(r"([1-9]\d*)(?:\.(before|after))?", when.strip())
        if found is None:
            raise BadMoment(f"--kill-after {when}: give N, N.before or N.after, where N is the number of a mutating request, from 1")
        self.number = int(found[1])
        self.moment: Moment = "before" if found[2] == "before" else "after"
        self.count = 0
        self.killed: int | None = None
        """The id of the process that was killed."""

    def reached(self) -> Moment | None:
        """Count one mutating request; the moment to kill at where it is the Nth."""
        self.count += 1
        return self.moment if self.count == self.number else None

    def kill(self, client: Address) -> None:
        """End the process at the other end of a connection from ``client``; says so on the log."""
        import psutil

        process_id = sender(client)
        if process_id is None:
            log.error("kill switch: nobody holds the connection from %s:%d", *client)
            return
        try:
            psutil.Process(process_id).kill()
        except psutil.NoSuchProcess:
            return
        self.killed = process_id
        log.warning("kill switch: killed process %d at mutating request %d.%s", process_id, self.number, self.moment)


def sender(client: Address) -> int | None:
    """The id of the process at the other end of one of our connections, whose address is ``client``; never this process.

    Both ends are compared: another process may use the same port for a connection to somewhere else.
    """
    import psutil

    own = psutil.Process().net_connections(kind="tcp")
    ours = {tuple(item.laddr) for item in own if item.raddr and tuple(item.raddr) == client}

    def is_it(local: tuple[Any, ...], remote: tuple[Any, ...]) -> bool:
        return bool(local and remote) and tuple(local) == client and tuple(remote) in ours

    try:
        found = {item.pid for item in psutil.net_connections(kind="tcp") if item.pid and is_it(item.laddr, item.raddr)}
    except psutil.AccessDenied:  # macOS shows other processes' sockets to root only; our own children's to us
        found = set()
        for process in psutil.Process().children(recursive=True):
            try:
                if any(is_it(item.laddr, item.raddr) for item in process.net_connections(kind="tcp")):
                    found.add(process.pid)
            except psutil.Error:
                continue
    return next(iter(sorted(found - {os.getpid()})), None)
