"""A running local internet: world, application, server and proxy on an event loop in a thread of their own.

Owns starting and stopping them together. Everything around it (a child process, a test) touches the world only while it
holds ``lock``.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Self

from wizard.sandbox.application import Application
from wizard.sandbox.certificates import Certificates
from wizard.sandbox.faults import Faults
from wizard.sandbox.proxy import Answer, Proxy
from wizard.sandbox.recorder import Recorder
from wizard.sandbox.server import Server
from wizard.sandbox.services import router_for, routers

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from wizard.sandbox.killer import Killer
    from wizard.sandbox.world import World


class Internet:
    """``with Internet(world) as internet: …`` – clients go through ``internet.url`` and trust ``internet.certificates``."""

    def __init__(
        self,
        world: World,
        *,
        certificates: Certificates | None = None,
        recorder: Recorder | None = None,
        faults: Faults | None = None,
        killer: Killer | None = None,
    ) -> None:
        self.world = world
        self.certificates = certificates or Certificates()
        self.recorder = recorder or Recorder()
        self.faults = faults or Faults()
        found = routers()
        self.application = Application(world, found, reset=self._reset, recorder=self.recorder, faults=self.faults, killer=killer)
        self._server = Server(self.application, self.certificates)
        self.proxy = Proxy(self._server, self._answer)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    @property
    def url(self) -> str:
        """The proxy's address, for ``HTTPS_PROXY``."""
        return self.proxy.url

    def _answer(self, host: str) -> Answer:
        """Whether a service answers for the name, and the thing that it names is there."""
        router = router_for(host, self.application.routers)
        if router is None:
            return Answer.UNKNOWN
        with self.lock:
            return Answer.KNOWN if router.resolves(host, self.world) else Answer.UNRESOLVED

    @property
    def lock(self) -> threading.RLock:
        return self.application.lock

    def _reset(self, client: tuple[str, int]) -> None:
        self._server.reset(client)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _wait_for(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def start(self) -> Self:
        self._thread.start()
        self._wait_for(self.proxy.listen())
        return self

    def stop(self) -> None:
        """Stop listening, drop every connection, end the thread; the recording is complete afterwards."""
        self._wait_for(self._stopped())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=30)
        self._loop.close()
        self.recorder.close()

    async def _stopped(self) -> None:
        await self.proxy.close()
        await asyncio.sleep(0)
        waiting = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
