"""The one router of ``graph.microsoft.com``, and the spelling of its paths.

Owns how alternate keys are written: ``/applications(uniqueName='x')/owners`` is served as ``/applications/uniqueName=x/owners``,
so that every route is written once. ``/v1.0//applications``, ``/microsoft.graph.addPassword`` and the SDKs' ``/graph.application`` (the
namespace's alias) are legal spellings too.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from wizard.sandbox.graph.rights import caller
from wizard.sandbox.router import Request, Response, Router

if TYPE_CHECKING:
    from wizard.sandbox.world import World

KEY = re.compile(r"/?\((?:(\w+)=)?'([^']*)'\)")
ACTION = re.compile(r"/microsoft\.graph\.(?=(addPassword|removePassword|addKey|removeKey|restore|checkMemberGroups|getMemberGroups)\b)")


def spelled(path: str) -> str:
    """The path in the spelling that the routes use; keys stay percent-encoded."""
    plain = re.sub(r"%(28|29|27|3D|24|2C)", lambda found: unquote(found.group()), path, flags=re.IGNORECASE)
    keyed = KEY.sub(lambda found: "/" + (f"{found[1]}=" if found[1] else "") + quote(unquote(found[2]), safe=""), plain)
    cast = re.sub(r"/graph\.(?=\w+$)", "/microsoft.graph.", re.sub(r"/{2,}", "/", keyed))
    return ACTION.sub("/", cast)


class GraphRouter(Router):
    """A router that reads Graph's spellings of one path as the same path."""

    def handle(self, request: Request, world: World) -> Response:
        return super().handle(dataclasses.replace(request, path=spelled(request.path)), world)


def _signed_in(request: Request, world: World) -> None:
    caller(request, world)


ROUTER = GraphRouter("graph", r"graph\.microsoft\.com", ignore_case=True, guard=_signed_in)
CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"


def body_of(request: Request) -> dict[str, object]:
    """The JSON object of the request; an empty one where there is no body."""
    body = request.json()
    return body if isinstance(body, dict) else {}
