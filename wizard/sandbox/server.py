"""The HTTP server: uvicorn's h11 protocol over TLS, one connection at a time handed to it by the proxy.

Owns how bytes become ASGI calls, the register of open connections by client address, and their violent end. It listens
nowhere itself: ``proxy.py`` accepts on loopback, and a tunnel to a known host is turned into a TLS connection to this
server in place, so the client's own port is the connection's, and nothing is copied between sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

if TYPE_CHECKING:
    from wizard.sandbox.certificates import Certificates

KEEP_ALIVE_SECONDS = 300
Address = tuple[str, int]


class Connection(H11Protocol):
    """uvicorn's protocol, entered in the register for as long as it lives.

    ``start_tls`` leaves it to its caller to announce the connection, and the first request may arrive before that.
    """

    def __init__(self, server: Server, client: Address) -> None:
        super().__init__(server.config, server.state, {}, _loop=asyncio.get_running_loop())
        self._register = server.open
        self._address = client
        self._early = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._register[self._address] = transport
        if self._early:
            super().data_received(self._early)

    def data_received(self, data: bytes) -> None:
        if self._address in self._register:
            super().data_received(data)
        else:
            self._early += data

    def connection_lost(self, exc: Exception | None) -> None:
        if self._register.pop(self._address, None) is not None:
            super().connection_lost(exc)


class Server:
    """Makes a connection's protocol, and knows every open connection."""

    def __init__(self, application: Any, certificates: Certificates) -> None:
        self.config = Config(
            application,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        self.config.load()
        self.certificates = certificates
        self.state = ServerState()
        self.open: dict[Address, asyncio.Transport] = {}

    async def take_over(self, transport: asyncio.Transport, host: str) -> None:
        """Speak TLS as ``host`` on a tunnel that the proxy has just opened, then HTTP."""
        client: Address = transport.get_extra_info("peername")[:2]
        connection = Connection(self, client)
        context = self.certificates.context(host)
        try:
            secured = await asyncio.get_running_loop().start_tls(transport, connection, context, server_side=True)
        except (OSError, asyncio.CancelledError):  # the client does not trust us, or has gone
            transport.abort()
            return
        if secured is None or secured.is_closing():
            return
        connection.connection_made(secured)

    def reset(self, client: Address) -> None:
        """Break a connection with a TCP RST, as a network does that fails."""
        transport = self.open.get(client)
        if transport is None:
            return
        connection = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    def close(self) -> None:
        """Drop every connection."""
        for transport in list(self.open.values()):
            transport.abort()
