"""The recording: every exchange as one JSON object a line, in the form that an API judge reads.

Owns the file of ``--record`` (0600: bodies hold secrets) and the list that tests look at. Members: ``service method url
request status response mutating time seconds``; bodies are JSON where they are, text where they are text, base64 under
``{"base64": …}`` where they are neither. ``fault`` marks an answer that ``--faults`` made (status 0: connection reset),
``killed`` one that was never sent, ``part`` the parts of a Graph ``$batch``, which follow the exchange that carried them.
Count mutating requests by exchanges without ``part``: that is how the kill switch counts.
"""

from __future__ import annotations

import base64
import json
import os
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.sandbox.router import Request, Response

Json = Any


def _body(data: bytes, content_type: str) -> Json:
    if not data:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}
    if "form-urlencoded" in content_type:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


class Recorder:
    """Remembers exchanges; writes them where a path is given, each line whole before the answer goes out."""

    def __init__(self, path: Path | None = None) -> None:
        self.exchanges: list[dict[str, Json]] = []
        self._file: IO[str] | None = None
        if path is not None:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)

    def record(self, request: Request, service: str, response: Response, mutating: bool, started: float, **marks: bool) -> None:
        """Add one exchange; ``marks`` are ``fault=True`` or ``killed=True``. ``started`` is in seconds since the epoch."""
        exchange = {
            "service": service,
            "method": request.method,
            "url": request.url,
            "request": _body(request.body, request.headers.get("content-type", "")),
            "status": response.status,
            "response": response.body if not isinstance(response.body, bytes) else _body(response.body, ""),
            "mutating": mutating,
            "time": started,
            **{name: True for name, given in marks.items() if given},
        }
        self._add(exchange)
        if request.path.endswith("/$batch") or request.path.endswith("/%24batch"):
            for part in _parts(exchange):
                self._add(part)

    def _add(self, exchange: dict[str, Json]) -> None:
        self.exchanges.append(exchange)
        if self._file is not None:
            self._file.write(json.dumps(exchange, sort_keys=True) + "\n")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _parts(batch: dict[str, Json]) -> list[dict[str, Json]]:
    """The parts of a Graph ``$batch`` that was answered, in the order of asking."""
    sent, got = batch["request"], batch["response"]
    if not isinstance(sent, dict) or not isinstance(got, dict):
        return []
    base = str(batch["url"]).rsplit("/", 1)[0]
    answers = {answer.get("id"): answer for answer in got.get("responses", ())}
    parts = []
    for part in sent.get("requests", ()):
        answer = answers.get(part.get("id"))
        if answer is None:
            continue
        method, status = str(part.get("method", "GET")).upper(), int(answer.get("status", 0))
        changed = bool(batch["mutating"]) and method != "GET" and 200 <= status < 300
        url = base + "/" + str(part.get("url", "")).lstrip("/")
        body = {"request": part.get("body"), "status": status, "response": answer.get("body")}
        parts.append({**batch, "method": method, "url": url, **body, "mutating": changed, "part": True})
    return parts
