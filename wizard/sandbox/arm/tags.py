"""Tags of a subscription, a group or a resource, as a resource of their own (``az tag``).

Owns the four calls on ``Microsoft.Resources/tags/default``; the tags themselves live in the tagged document. Who may write the
resource may write its tags, and so may who holds ``Microsoft.Resources/tags/write`` (Tag Contributor). Not emulated: the
list of tag names of a subscription (``tagNames``), tags of a subscription itself (501).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, errors, policy, rbac
from wizard.sandbox.arm.router import ROUTER, body, caller
from wizard.sandbox.router import Refusal, Request, Response, not_emulated

if TYPE_CHECKING:
    from wizard.sandbox.arm.ids import ResourceId
    from wizard.sandbox.world import World

Json = Any
_PATH = "/{scope:path}/providers/Microsoft.Resources/tags/default"


def _tagged(request: Request, world: World) -> tuple[ResourceId, str, Json]:
    """The parts of the scope, the table that holds it, and the document."""
    parts = checks.parsed(f"/{request.params['scope'].strip('/')}")
    if not parts.group:
        raise Refusal(not_emulated(request))
    table = "arm.groups" if parts.is_group else "arm.resources"
    document = world.table(table).get(parts.text.lower())
    return parts, table, document


def _require(request: Request, world: World, verb: str) -> tuple[ResourceId, str, Json]:
    parts, table, document = _tagged(request, world)
    who, action = caller(request, world), f"Microsoft.Resources/tags/{verb}"
    own = "Microsoft.Resources/subscriptions/resourceGroups" if parts.is_group else parts.type
    if not rbac.allowed(world, who, f"{own}/{verb}", parts.text):
        rbac.require(world, who, action, parts.text)
    checks.group_of(world, parts.text)
    if document is None:
        raise errors.resource_not_found(parts.type, parts.name, parts.group)
    return parts, table, document


def _body(parts: ResourceId, tags: Json) -> Json:
    tags_id = f"{parts.text}/providers/Microsoft.Resources/tags/default"
    return {"id": tags_id, "name": "default", "type": "Microsoft.Resources/tags", "properties": {"tags": tags}}


def _write(world: World, found: tuple[ResourceId, str, Json], tags: Json) -> Response:
    parts, table, document = found
    checks.require_unlocked(world, parts.text, "write")
    changed = document | {"tags": tags}
    policy.require_compliant(world, parts.text, changed)
    world.table(table)[parts.text.lower()] = changed
    return Response(200, _body(parts, tags))


@ROUTER.get(_PATH)
def get_tags(request: Request, world: World) -> Response:
    """The tags."""
    parts, _, document = _require(request, world, "read")
    return Response(200, _body(parts, document.get("tags") or {}))


@ROUTER.put(_PATH)
def put_tags(request: Request, world: World) -> Response:
    """Replace all tags."""
    found = _require(request, world, "write")
    return _write(world, found, (body(request).get("properties") or {}).get("tags") or {})


@ROUTER.patch(_PATH)
def patch_tags(request: Request, world: World) -> Response:
    """``operation``: *Merge*, *Replace* or *Delete* the tags that are sent."""
    found = _require(request, world, "write")
    wished, held = body(request), found[2].get("tags") or {}
    sent = (wished.get("properties") or {}).get("tags") or {}
    operation = str(wished.get("operation", "")).lower()
    if operation == "merge":
        return _write(world, found, {**held, **sent})
    if operation == "replace":
        return _write(world, found, sent)
    if operation == "delete":
        return _write(world, found, {name: text for name, text in held.items() if sent.get(name, object()) not in (text, "")})
    raise errors.refused(400, "InvalidTagsOperation", f"The tags operation '{wished.get('operation')}' is not valid.")


@ROUTER.delete(_PATH)
def delete_tags(request: Request, world: World) -> Response:
    """Take all tags away."""
    _write(world, _require(request, world, "write"), {})
    return Response(200)
