"""A process with the product's modules and third parties' loaded, forked for each command that is asked for on its socket.

Owns the list of what is loaded. What looks at its environment when it is imported does so after the fork: ``azure.cli`` (its folder)
is not in the list, and the authorities that ``aiohttp`` trusts are read again.
"""

from __future__ import annotations

import array
import gc
import json
import os
import signal
import socket
import sys
import tempfile
import threading
from importlib import import_module
from pathlib import Path
from typing import TextIO

LOADED = (
    "aiohttp", "azure.core.pipeline.policies", "azure.keyvault.secrets", "azure.mgmt.core.policies", "cryptography.x509", "databricks.sdk",
    "email.parser", "github", "httpx", "jinja2", "jmespath", "jwt", "msal", "msgraph.graph_service_client", "msgraph_core", "nacl.public",
    "psutil", "pydantic", "requests", "rich.console", "rich.progress", "rich.table", "ruamel.yaml", "trustme", "typer", "uvicorn",
    "wizard.cli", "wizard.flows.check", "wizard.flows.setup", "wizard.headless", "wizard.providers.session", "wizard.sandbox.internet",
    "wizard.sandbox.run",
)  # fmt: skip
LOOK = 1.0
"""Seconds between two looks at whether anybody is left."""


def main(path: Path, runner: int) -> None:
    """Until the socket's folder or the process ``runner``, which runs the tests, is gone."""
    sys.path[0] = str(Path(__file__).parents[2])
    for name in LOADED:
        import_module(name)
    providers, services = import_module("wizard.providers"), import_module("wizard.sandbox.services")
    for kind in providers.KINDS:
        providers.kind_class(kind)
    services.routers()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        new = path.with_suffix(".new")
        listening.bind(str(new))
        listening.listen(64)
        listening.settimeout(LOOK)
        new.rename(path)
        while path.exists() and _alive(runner):
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            connection.setblocking(True)
            if os.fork() == 0:
                listening.close()
                os._exit(_run(connection))
            connection.close()


def _run(connection: socket.socket) -> int:
    size, streams = _received(connection)
    arguments, environment, folder = json.loads(_exactly(connection, size))
    for stream, number in zip(streams, (0, 1, 2), strict=True):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = open(0), _text(1), _text(2)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    tempfile.tempdir = None  # a folder may have been asked for already
    sys.argv = ["lakestrap", *arguments]
    connector = import_module("aiohttp.connector")
    vars(connector)["_SSL_CONTEXT_VERIFIED"] = connector._make_ssl_context(True)
    connection.sendall(os.getpid().to_bytes(4, "big"))
    threading.Thread(target=_die_with, args=(connection,), daemon=True).start()
    code = _command()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([code]))
    return code


def _text(number: int) -> TextIO:
    return open(number, "w", encoding="utf-8", buffering=1 if os.isatty(number) or number == 2 else -1)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _command() -> int:
    from wizard.__main__ import main as product

    try:
        product()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _received(connection: socket.socket) -> tuple[int, list[int]]:
    """The length of the wish, and the three streams."""
    head, parts, _, _ = connection.recvmsg(4, socket.CMSG_SPACE(3 * 4))
    streams = array.array("i")
    for _, _, content in parts:
        streams.frombytes(content)
    return int.from_bytes(head, "big"), list(streams)


def _exactly(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        content += connection.recv(size - len(content))
    return content


def _die_with(connection: socket.socket) -> None:
    """A client that is gone was killed: so is its command."""
    if not connection.recv(1):
        os.kill(os.getpid(), signal.SIGKILL)


main(Path(sys.argv[1]), int(sys.argv[2]))
