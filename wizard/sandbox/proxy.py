"""The way in: an HTTP proxy on loopback that leads the known hosts to the server and refuses every other.

Owns the listening socket, which binds 127.0.0.1 only, and the CONNECT request. Nothing that it is asked for ever leaves
the machine: an unknown host, another port than 443 and plain ``http://`` are refused with 403 and a body that says why.
A host of a kind that we serve, but of a thing that is not there (no such vault), is a 502: the name does not resolve.
"""

from __future__ import annotations

import asyncio
import logging
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.sandbox.server import Server

LONGEST_HEAD = 65536
log = logging.getLogger("wizard.sandbox")


class Answer(Enum):
    """What the local internet says to a host name; the value says why it is turned away."""

    KNOWN = ""
    UNKNOWN = "it is not part of the local internet"
    UNRESOLVED = "the name does not resolve, as there is no such thing (yet)"


class Entrance(asyncio.Protocol):
    """One accepted connection until its CONNECT is answered."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.head = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.head += data
        if b"\r\n\r\n" not in self.head:
            if len(self.head) > LONGEST_HEAD or self.head[:1] == b"\x16":  # a TLS hello: nobody asked for a host
                self.transport.abort()
            return
        method, _, rest = self.head.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
        target = rest.rsplit(" ", 1)[0]
        if method != "CONNECT":
            self.refuse(method, target, urlsplit(target).hostname or target, "it is asked for without TLS")
            return
        host, _, port = target.rpartition(":")
        if port != "443":
            self.refuse(method, target, host or target, "port 443 is the only one served")
            return
        match self.proxy.answer(host.lower()):
            case Answer.KNOWN:
                self.transport.pause_reading()  # what comes next is for TLS
                self.transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self.proxy.hand_over(self.transport, host.lower())
            case Answer.UNRESOLVED:
                self.turn_away("502 Bad Gateway", host, Answer.UNRESOLVED.value)
            case unknown:
                self.refuse(method, target, host, unknown.value)

    def refuse(self, method: str, target: str, host: str, why: str) -> None:
        self.proxy.refused.append(target)
        log.warning("refused %s %s: %s", method, target, why)
        self.turn_away("403 Forbidden", host, why)

    def turn_away(self, status: str, host: str, why: str) -> None:
        body = f"The sandbox refuses {host}: {why}. Nothing was sent anywhere.\n".encode()
        form = "Content-Type: text/plain; charset=utf-8\r\nConnection: close"
        self.transport.write(f"HTTP/1.1 {status}\r\n{form}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        self.transport.close()


class Proxy:
    """Listens on an ephemeral port of 127.0.0.1. ``refused`` lists the targets that were turned away."""

    def __init__(self, server: Server, answer: Callable[[str], Answer]) -> None:
        self.answer = answer
        self.refused: list[str] = []
        self.port = 0
        self._server = server
        self._listener: asyncio.Server | None = None
        self._handovers: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def listen(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: Entrance(self), "127.0.0.1", port, backlog=512)
        self.port = int(self._listener.sockets[0].getsockname()[1])

    def hand_over(self, transport: asyncio.Transport, host: str) -> None:
        """Let the server speak TLS as ``host`` on this connection from now on."""
        task = asyncio.get_running_loop().create_task(self._server.take_over(transport, host))
        self._handovers.add(task)
        task.add_done_callback(self._handovers.discard)

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for task in list(self._handovers):
            task.cancel()
        self._server.close()
