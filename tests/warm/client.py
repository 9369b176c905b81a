"""Asks for a fork that runs the product's command, and ends as it ends. Standard library alone, so that it starts at once."""

import array
import json
import os
import signal
import socket
import sys


def main() -> int:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["LAKESTRAP_TEST_WARM"])
        wish = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()  # noqa: PTH109 - it starts sooner without pathlib
        streams = array.array("i", [0, 1, 2])
        connection.sendmsg([len(wish).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
        connection.sendall(wish)
        pid = int.from_bytes(connection.recv(4), "big")
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: os.kill(pid, number))
        code = connection.recv(1)
    return code[0] if code else 137


sys.exit(main())
