"""The proxy's walls: loopback only, known hosts only, port 443 only; and leaves per name."""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING

import certifi
import pytest

from tests.conftest import CERTIFICATES
from tests.sandbox.kernel.shop import HOST

if TYPE_CHECKING:
    from tests.sandbox.kernel.conftest import Shop, Started


def said(shop: Shop, head: str) -> str:
    with socket.create_connection(("127.0.0.1", shop.internet.proxy.port), timeout=5) as connection:
        connection.sendall(head.encode() + b"\r\n\r\n")
        text = b""
        while data := connection.recv(65536):
            text += data
    return text.decode()


@pytest.mark.parametrize(
    ("head", "named"),
    [
        ("CONNECT example.com:443 HTTP/1.1", "example.com"),
        (f"CONNECT {HOST}:22 HTTP/1.1", HOST),
        (f"CONNECT {HOST}.evil.example:443 HTTP/1.1", f"{HOST}.evil.example"),
        (f"GET http://{HOST}/items/a HTTP/1.1", HOST),
        ("GET http://169.254.169.254/metadata HTTP/1.1", "169.254.169.254"),
        ("GET / HTTP/1.1", "/"),
        ("rubbish", ""),
    ],
)
def test_everything_else_is_refused_by_name(started: Started, caplog: pytest.LogCaptureFixture, head: str, named: str) -> None:
    shop = started()
    answer = said(shop, head)
    assert answer.startswith("HTTP/1.1 403 ")
    assert f"refuses {named}" in answer
    assert named in caplog.text
    assert shop.exchanges == []


def test_a_tls_hello_or_an_endless_head_is_cut_off(started: Started) -> None:
    shop = started()
    for noise in (b"\x16\x03\x01\x00\x05hello", b"CONNECT " + b"a" * 70000):
        with socket.create_connection(("127.0.0.1", shop.internet.proxy.port), timeout=5) as connection:
            connection.sendall(noise)
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(10) == b""


def test_it_listens_on_loopback_only(started: Started) -> None:
    listener = started().internet.proxy._listener
    assert listener is not None
    assert [item.getsockname()[0] for item in listener.sockets] == ["127.0.0.1"]


def test_a_client_that_does_not_trust_us_gets_nothing(started: Started) -> None:
    shop = started()
    with socket.create_connection(("127.0.0.1", shop.internet.proxy.port), timeout=5) as connection:
        connection.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        with pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context(cafile=certifi.where()).wrap_socket(connection, server_hostname=HOST)
    assert shop.ask("GET", "/items/a").status == 404


def test_the_leaf_names_exactly_the_host_and_is_kept() -> None:
    assert CERTIFICATES.context("adb-1.2.azuredatabricks.net") is CERTIFICATES.context("ADB-1.2.azuredatabricks.net")
    assert CERTIFICATES.context("a.vault.azure.net") is not CERTIFICATES.context("b.vault.azure.net")


def test_many_requests_share_one_connection(started: Started) -> None:
    shop = started()
    for number in range(20):
        assert shop.ask("PUT", f"/items/{number}", {}).status == 201
    assert len(shop.internet._server.open) == 1


def test_the_host_of_a_thing_that_is_not_there_does_not_resolve(started: Started) -> None:
    shop = started()
    assert said(shop, f"CONNECT north.{HOST}:443 HTTP/1.1").startswith("HTTP/1.1 502 ")
    assert shop.internet.proxy.refused == []
    shop.world.table("shop.branches")["north"] = {}
    with socket.create_connection(("127.0.0.1", shop.internet.proxy.port), timeout=5) as connection:
        connection.sendall(f"CONNECT north.{HOST}:443 HTTP/1.1\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
