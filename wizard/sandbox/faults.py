"""Faults on demand: which requests fail, how, and whether before or after their handler ran.

Owns the rules of ``--faults FILE`` (YAML or JSON, a list) and their counting. A rule:

    - method: PUT                 # regular expression over the whole method; any where absent
      path: management.azure.com/.*/vaults/[^/]+   # regular expression over the whole of host + path (no query)
      let: 2                      # let so many matching requests through first (default 0)
      fail: 1                     # then fail so many (default 1)
      when: after                 # before (default): the handler does not run; after: it ran, and its effect stays
      status: 429                 # an answer of this status …
      retry_after: 1              # … with this Retry-After, in seconds
      body: {…}                   # … and this body; the vendor's own form of the error where absent
      reset: true                 # or: the connection is reset, no answer
      timeout: 3                  # or: no answer for so many seconds, then the connection is reset
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.sandbox.options import BadOption
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Json = Any

MESSAGES = {
    400: ("BadRequest", "The request is invalid."),
    401: ("Unauthorized", "Authentication failed."),
    403: ("Forbidden", "The request is forbidden."),
    404: ("NotFound", "The resource was not found."),
    409: ("Conflict", "The request conflicts with another operation."),
    429: ("TooManyRequests", "Too many requests. Please retry after the time that the Retry-After header names."),
    500: ("InternalServerError", "An unexpected error occurred while processing the request."),
    502: ("BadGateway", "The server received an invalid response from an upstream server."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable. Please try again."),
    504: ("GatewayTimeout", "The gateway did not receive a response in time."),
}
KEYS = frozenset({"method", "path", "let", "fail", "when", "status", "retry_after", "body", "reset", "timeout"})


class BadFaults(BadOption):
    """The rules cannot be understood; the message names the rule by its number."""


def vendor_body(service: str, status: int) -> Json:
    """An error body in the form that the service's clients parse."""
    code, message = MESSAGES.get(status, ("Error", f"HTTP {status}"))
    match service:
        case "github" | "github-other" | "actions":
            limited = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            return {
                "message": limited if status in (403, 429) else message,
                "documentation_url": "https://docs.github.com/rest",
                "status": str(status),
            }
        case "databricks":
            names = {429: "REQUEST_LIMIT_EXCEEDED", 500: "INTERNAL_ERROR", 503: "TEMPORARILY_UNAVAILABLE", 404: "RESOURCE_DOES_NOT_EXIST"}
            return {"error_code": names.get(status, code.upper()), "message": message}
        case "login":
            return {"error": "temporarily_unavailable", "error_description": f"AADSTS90033: {message}", "error_codes": [90033]}
        case _:
            return {"error": {"code": code, "message": message}}


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure that a client gets to see."""

    after: bool
    status: int
    retry_after: float | None = None
    body: Json = None
    reset: bool = False
    timeout: float | None = None

    def response(self, service: str) -> Response:
        """The answer; where the connection is reset it is only what the recording says (status 0)."""
        if self.reset or self.timeout is not None:
            return Response(0)
        headers = {"Retry-After": f"{self.retry_after:g}"} if self.retry_after is not None else {}
        return Response(self.status, vendor_body(service, self.status) if self.body is None else self.body, headers)


@dataclass(slots=True)
class Rule:
    method: re.Pattern[str]
    path: re.Pattern[str]
    let: int
    fail: int
    fault: Fault
    seen: int = field(default=0)

    def counts(self, request: Request) -> bool:
        """Whether the rule is about this request at all; if so it is counted."""
        if not self.method.fullmatch(request.method) or not self.path.fullmatch(f"{request.host}{request.path}"):
            return False
        self.seen += 1
        return True

    def strikes(self) -> bool:
        return self.let < self.seen <= self.let + self.fail


def _rule(number: int, given: Mapping[str, Json]) -> Rule:
    unknown = set(given) - KEYS
    if unknown:
        raise BadFaults(f"fault rule {number}: unknown member {', '.join(sorted(unknown))}")
    when = given.get("when", "before")
    if when not in ("before", "after"):
        raise BadFaults(f"fault rule {number}: when is {when!r}, not before or after")
    if not any(name in given for name in ("status", "reset", "timeout")):
        raise BadFaults(f"fault rule {number}: needs a status, reset: true or a timeout")
    timeout, retry_after = given.get("timeout"), given.get("retry_after")
    try:
        fault = Fault(
            after=when == "after",
            status=int(given.get("status", 0)),
            retry_after=None if retry_after is None else float(retry_after),
            body=given.get("body"),
            reset=bool(given.get("reset", False)),
            timeout=None if timeout is None else float(timeout),
        )
        method, path = re.compile(str(given.get("method", ".*")), re.IGNORECASE), re.compile(str(given.get("path", ".*")), re.IGNORECASE)
        return Rule(method, path, int(given.get("let", 0)), int(given.get("fail", 1)), fault)
    except (ValueError, TypeError, re.error) as wrong:
        raise BadFaults(f"fault rule {number}: {wrong}") from wrong


def read_faults(path: Path | None) -> Faults:
    """The rules of a file (YAML, of which JSON is a part); no rules without one."""
    if path is None:
        return Faults()
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        given = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as missing:
        raise BadFaults(f"cannot read the faults {path}: {missing.strerror}") from missing
    except YAMLError as wrong:
        raise BadFaults(f"{path} holds no fault rules: {wrong}") from wrong
    if given is None:
        given = []
    if not isinstance(given, list) or not all(isinstance(rule, dict) for rule in given):
        raise BadFaults(f"{path} holds no fault rules: a list of mappings is asked for")
    return Faults(given)


class Faults:
    """All rules of a run; the first that strikes decides."""

    def __init__(self, rules: Iterable[Mapping[str, Json]] = ()) -> None:
        self.rules = [_rule(number, given) for number, given in enumerate(rules, 1)]

    def add(self, **given: Json) -> None:
        """One more rule, by the members that the file has."""
        self.rules.append(_rule(len(self.rules) + 1, given))

    def struck(self, request: Request) -> Fault | None:
        """The fault that this request meets; every rule about it counts it, once a request."""
        struck = [rule for rule in self.rules if rule.counts(request) and rule.strikes()]
        return struck[0].fault if struck else None
