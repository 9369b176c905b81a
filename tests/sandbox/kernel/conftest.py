"""The kernel with a stand-in service, so that its tests need no vendor's rules."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import BUNDLE, CERTIFICATES
from tests.sandbox.kernel.shop import HOST, SHOP
from wizard.sandbox import internet as internet_module
from wizard.sandbox.faults import Faults
from wizard.sandbox.internet import Internet
from wizard.sandbox.killer import Killer
from wizard.sandbox.recorder import Recorder
from wizard.sandbox.world import World


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


class Client:
    """One keep-alive connection through the proxy."""

    def __init__(self, running: Internet) -> None:
        context = ssl.create_default_context(cafile=str(BUNDLE))
        self.connection = http.client.HTTPSConnection("127.0.0.1", running.proxy.port, context=context, timeout=10)
        self.connection.set_tunnel(HOST, 443)

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, body=data, headers={"content-type": "application/json"} if data else {})
        got = self.connection.getresponse()
        text = got.read()
        headers = {name.lower(): value for name, value in got.getheaders()}
        is_json = headers.get("content-type", "").startswith("application/json")
        return Answer(got.status, json.loads(text) if text and is_json else text, headers)


class Shop:
    """A running internet with the stand-in service only, and a client of it."""

    def __init__(self, running: Internet) -> None:
        self.internet = running
        self.world = running.world
        self.exchanges = running.recorder.exchanges
        self.client = Client(running)

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        return self.client.ask(method, path, body)

    @property
    def items(self) -> dict[str, Any]:
        with self.internet.lock:
            return dict(self.world.table("shop.items"))


Started = Callable[..., Shop]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    """Start the stand-in internet: ``started(faults=[…], kill="2.before", recorder=…)``."""
    monkeypatch.setattr(internet_module, "routers", lambda: (SHOP,))
    running: list[Shop] = []

    def start(*, faults: Any = (), kill: str = "", recorder: Recorder | None = None, world: World | None = None) -> Shop:
        killer = Killer(kill) if kill else None
        found = Internet(world or World(), certificates=CERTIFICATES, faults=Faults(faults), killer=killer, recorder=recorder)
        running.append(Shop(found.start()))
        return running[-1]

    yield start
    for shop in running:
        shop.client.connection.close()
        shop.internet.stop()
