"""The one ASGI application behind every host name: from a request on the wire to a service's handler and back.

Owns the life of a request: routing by host, the transaction, refusals, faults, the kill switch, recording, latency. Knows
no service's paths. A handler that fails unexpectedly changes nothing: its writes are undone, the client gets a 500 and
the traceback goes to the sandbox's log.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from wizard.sandbox.faults import Fault, Faults
from wizard.sandbox.recorder import Recorder
from wizard.sandbox.router import Refusal, Request, Response, Router
from wizard.sandbox.services import router_for

if TYPE_CHECKING:
    from wizard.sandbox.killer import Killer
    from wizard.sandbox.world import World

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Address = tuple[str, int]

log = logging.getLogger("wizard.sandbox")

READ_SECONDS, WRITE_SECONDS = 0.08, 0.25
"""What a read and a write of the real clouds take, roughly; multiplied by the world's latency scale (0: none)."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a request: the answer, whether the world changed, and whether its sender is to be killed."""

    service: str
    response: Response
    mutating: bool = False
    kill: bool = False


class Application:
    """ASGI callable over one world. ``reset(address)`` breaks the connection of a client without an answer."""

    def __init__(
        self,
        world: World,
        routers: Sequence[Router],
        *,
        reset: Callable[[Address], None],
        recorder: Recorder | None = None,
        faults: Faults | None = None,
        killer: Killer | None = None,
    ) -> None:
        self.world = world
        self.routers = tuple(routers)
        self.recorder = recorder or Recorder()
        self.faults = faults or Faults()
        self.killer = killer
        self.lock = threading.RLock()
        """Held while a handler runs; whoever touches the world from another thread takes it first."""
        self.failures: list[str] = []
        """Handlers that failed unexpectedly, newest last: a bug of the sandbox, never of its client."""
        self.changes = 0
        """How many requests changed the world so far."""
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await _read(scope, receive)
        client: Address = tuple(scope["client"])
        started = time.time()
        fault = self.faults.struck(request)
        if fault is not None and not fault.after:
            service = self._service(request)
            await self._fail(request, fault, Handled(service, fault.response(service)), client, started, receive, send)
            return
        handled = self.handle(request)
        if handled.kill:
            assert self.killer is not None
            self.recorder.record(request, handled.service, handled.response, handled.mutating, started, killed=True)
            await asyncio.get_running_loop().run_in_executor(None, self.killer.kill, client)
            await self._hang_up(client, receive)
            return
        if self.world.latency:
            await asyncio.sleep(self.world.latency * (READ_SECONDS if request.method in ("GET", "HEAD") else WRITE_SECONDS))
        if fault is not None:
            seen = Handled(handled.service, fault.response(handled.service), handled.mutating)
            await self._fail(request, fault, seen, client, started, receive, send)
            return
        self.recorder.record(request, handled.service, handled.response, handled.mutating, started)
        await self._respond(request, handled.response, send)

    def handle(self, request: Request) -> Handled:
        """Run the handler as one transaction; nothing of it stays when it refuses, fails, or its sender dies before."""
        router = router_for(request.host, self.routers)
        if router is None:
            return Handled("", Response(421, {"message": f"{request.host} is not part of the local internet"}))
        with self.lock:
            try:
                with self.world.transaction():
                    response = router.handle(request, self.world)
            except Refusal as refusal:
                return Handled(router.service, refusal.response)
            except Exception as failure:
                self.failures.append(f"{request.method} {request.url}: {failure!r}")
                log.exception("the sandbox failed to answer %s %s", request.method, request.url)
                message = f"the sandbox failed to answer: {failure!r}"
                return Handled(router.service, Response(500, {"error": {"code": "SandboxFailure", "message": message}, "message": message}))
            mutating = self.world.mutated
            moment = self.killer.reached() if mutating and self.killer is not None else None
            if moment == "before":
                self.world.roll_back()
            self.changes += mutating
            return Handled(router.service, response, mutating and moment != "before", kill=moment is not None)

    def _service(self, request: Request) -> str:
        router = router_for(request.host, self.routers)
        return router.service if router is not None else ""

    async def _fail(
        self, request: Request, fault: Fault, handled: Handled, client: Address, started: float, receive: Receive, send: Send
    ) -> None:
        log.info("fault: %s %s", request.method, request.url)
        self.recorder.record(request, handled.service, handled.response, handled.mutating, started, fault=True)
        if fault.timeout is not None:
            await asyncio.wait({asyncio.ensure_future(receive())}, timeout=fault.timeout)
        if fault.timeout is not None or fault.reset:
            await self._hang_up(client, receive)
            return
        await self._respond(request, handled.response, send)

    async def _hang_up(self, client: Address, receive: Receive) -> None:
        self._reset(client)
        while (await receive())["type"] != "http.disconnect":
            pass

    async def _respond(self, request: Request, response: Response, send: Send) -> None:
        body = response.encoded()
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.body is not None:
            as_bytes = isinstance(response.body, bytes)
            headers.setdefault("content-type", "application/octet-stream" if as_bytes else "application/json; charset=utf-8")
        if response.status not in (204, 304):
            headers["content-length"] = str(len(body))
        headers.setdefault("date", formatdate(self.world.clock.now(), usegmt=True))
        encoded = [(name.encode("latin-1"), str(value).encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": encoded})
        await send({"type": "http.response.body", "body": b"" if response.status in (204, 304) else body})


async def _read(scope: Scope, receive: Receive) -> Request:
    """The whole request; header lines of one name are joined by a comma."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    host = headers.get("host", "").lower().removesuffix(":443")
    path = scope["raw_path"].decode("latin-1") or "/"
    return Request(scope["method"], host, path, scope["query_string"].decode("latin-1"), headers, b"".join(parts))
