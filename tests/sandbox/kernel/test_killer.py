"""The kill switch: a real process, really killed, at the right request, with the right effect."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import BUNDLE
from tests.sandbox.kernel.shop import HOST
from wizard.sandbox.killer import BadMoment, Killer, sender

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.kernel.conftest import Shop, Started

CHILD = f"""
import http.client, ssl, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
connection = http.client.HTTPSConnection("127.0.0.1", port, context=ssl.create_default_context(cafile={str(BUNDLE)!r}))
connection.set_tunnel({HOST!r}, 443)
for number in range(count):
    for method, body in (("GET", None), ("PUT", "{{}}")):
        connection.request(method, f"/items/{{number}}", body=body)
        connection.getresponse().read()
"""


def child(shop: Shop, count: int = 4) -> int:
    return subprocess.run([sys.executable, "-c", CHILD, str(shop.internet.proxy.port), str(count)], check=False, timeout=30).returncode


@pytest.mark.parametrize(("when", "kept"), [("2.before", ["0"]), ("2.after", ["0", "1"]), ("2", ["0", "1"])])
def test_the_sender_dies_at_the_moment(started: Started, when: str, kept: list[str]) -> None:
    shop = started(kill=when)
    assert child(shop) == -signal.SIGKILL
    assert sorted(shop.items) == kept
    last = shop.exchanges[-1]
    assert (last["killed"], last["mutating"]) == (True, when != "2.before")


def test_it_strikes_once_and_a_shell_lives_on(started: Started, tmp_path: Path) -> None:
    shop = started(kill="1.before")
    (tmp_path / "child.py").write_text(CHILD)
    once = f"{sys.executable} {tmp_path}/child.py {shop.internet.proxy.port} 2"
    done = subprocess.run(["sh", "-c", f"{once}; echo $?; {once}; echo $?"], check=False, timeout=30, capture_output=True, text=True)
    assert done.stdout.split() == ["137", "0"]
    assert sorted(shop.items) == ["0", "1"]


def test_a_number_that_is_never_reached_kills_nobody(started: Started) -> None:
    shop = started(kill="9.before")
    assert child(shop) == 0
    application = shop.internet.application
    assert application.killer is not None
    assert (application.killer.count, application.killer.killed) == (4, None)


def test_the_sandbox_itself_is_never_the_sender(started: Started) -> None:
    shop = started()
    shop.ask("GET", "/items/a")
    assert shop.client.connection.sock is not None
    assert sender(shop.client.connection.sock.getsockname()[:2]) is None


def test_finding_the_sender_is_quick(started: Started) -> None:
    shop = started()
    begun = time.perf_counter()
    assert sender(("127.0.0.1", shop.internet.proxy.port + 1)) is None
    assert time.perf_counter() - begun < 1


CONNECTED = """
import socket, sys
port, server = int(sys.argv[1]), int(sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
client = socket.socket()
client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
client.bind(("127.0.0.1", port))
client.connect(("127.0.0.1", server or listener.getsockname()[1]))
print(client.getsockname()[1], flush=True)
sys.stdin.read()
"""


def test_a_stranger_that_uses_the_same_port_elsewhere_is_not_the_sender() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def connected(port: int, to: int) -> subprocess.Popen[str]:
            words = [sys.executable, "-c", CONNECTED, str(port), str(to)]
            return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        stranger = connected(0, 0)
        assert stranger.stdout is not None
        port = int(stranger.stdout.readline())
        client = connected(port, server.getsockname()[1])
        with server.accept()[0] as connection:
            assert connection.getpeername()[1] == port
            assert sender(("127.0.0.1", port)) == client.pid
        for process in (stranger, client):
            process.communicate("")


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "3.during", "1.before.after", ""])
def test_another_moment_is_refused(wrong: str) -> None:
    with pytest.raises(BadMoment):
        Killer(wrong)
