"""What a deployment request asks for: scope, name, template, parameters, mode; and the refusals of a malformed one.

Owns the reading of the body; looks at the world only for the scope. Not emulated, and refused in clear words:
``templateLink``, ``parametersLink``, ``onErrorDeployment``, scopes other than a resource group or a subscription.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, deployments_text, errors
from wizard.sandbox.arm.catalog import REGIONS, region_name
from wizard.sandbox.arm.template.context import Place
from wizard.sandbox.login.directory import tenant
from wizard.sandbox.router import Request

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
TYPE = "Microsoft.Resources/deployments"
LEVELS = {"": "Provider", "provider": "Provider", "template": "Template", "providernorbac": "ProviderNoRbac"}


@dataclass(frozen=True, slots=True)
class Wish:
    """One checked request."""

    id: str
    place: Place
    template: Json
    parameters: Json
    mode: str = "Incremental"
    tags: Json = field(default_factory=dict)
    level: str = "Provider"
    full_format: bool = True


def scope_of(request: Request) -> str:
    """The scope in the path: a resource group's id or a subscription's."""
    subscription = f"/subscriptions/{request.params['subscription']}"
    return subscription + (f"/resourceGroups/{request.params['group']}" if "group" in request.params else "")


def deployment_id(request: Request) -> str:
    """The id of the deployment in the path."""
    return f"{scope_of(request)}/providers/{TYPE}/{request.params['name']}"


def read_body(request: Request) -> Json:
    """The body; Azure CLI's is not strict JSON."""
    try:
        found = deployments_text.read(request.body.decode("utf-8-sig"))
    except (ValueError, UnicodeDecodeError) as problem:
        raise errors.refused(
            400, "InvalidRequestContent", f"The request content was invalid and could not be deserialized: '{problem}'."
        ) from None
    if not isinstance(found, dict):
        raise errors.invalid_content("the body must be a JSON object")
    return found


def wish(request: Request, world: World) -> Wish:
    """The request, checked as far as that needs no template evaluation."""
    name, group = request.params["name"], request.params.get("group", "")
    _check_name(name)
    body = read_body(request)
    properties = body.get("properties")
    if not isinstance(properties, dict):
        raise errors.invalid_content("Required property 'properties' not found in JSON. Path ''")
    for link in ("templateLink", "parametersLink", "onErrorDeployment"):
        if properties.get(link):
            raise errors.refused(501, "NotEmulated", f"not emulated: a deployment with '{link}'; send the template itself.")
    mode = _mode(properties, group)
    settings = properties.get("whatIfSettings") or {}
    level = LEVELS.get(str(properties.get("validationLevel") or "").lower())
    if level is None:
        raise errors.invalid_content(f"Error converting value \"{properties['validationLevel']}\" to type 'ValidationLevel'")
    if group:
        checks.group_of(world, scope_of(request))
    place = Place(tenant(world)["id"], request.params["subscription"], group, "", name, _location(name, group, body))
    return Wish(
        id=deployment_id(request),
        place=place,
        template=_object(properties.get("template"), "template"),
        parameters=_parameters(properties.get("parameters")),
        mode=mode,
        tags=body.get("tags") or {},
        level=level,
        full_format=str(settings.get("resultFormat", "")).lower() != "resourceidonly",
    )


def _check_name(name: str) -> None:
    if len(name) > 64:
        message = f"The deployment name '{name}' exceeds the length limit of '64'."
        raise errors.refused(400, "InvalidDeploymentName", message)
    if wrong := re.sub(r"[\w().-]", "", name):
        message = (
            f"The provided deployment name '{name}' has these invalid characters: '{wrong}'. The name can only be a letter, digit, '-', "
            "'.' or '_'."
        )
        raise errors.refused(400, "InvalidDeploymentName", message)


def _mode(properties: Json, group: str) -> str:
    mode = {"incremental": "Incremental", "complete": "Complete"}.get(str(properties.get("mode", "")).lower())
    if mode is None:
        raise errors.invalid_content(
            f"Error converting value \"{properties.get('mode')}\" to type 'DeploymentMode'. Path 'properties.mode'"
        )
    if mode == "Complete" and not group:
        message = "The deployment mode 'Complete' is not supported for deployments at subscription scope. Please use 'Incremental' instead."
        raise errors.refused(400, "InvalidDeployment", message)
    return mode


def _location(name: str, group: str, body: Json) -> str:
    location = body.get("location")
    if group and location:
        message = (
            f"The 'location' property is not allowed for '{name}' at resource group scope. Please see "
            "https://aka.ms/deploy-to-subscription for usage details."
        )
        raise errors.refused(400, "InvalidDeployment", message)
    if group:
        return ""
    if not location:
        message = (
            f"The 'location' property must be specified for '{name}'. Please see https://aka.ms/deploy-to-subscription for usage details."
        )
        raise errors.refused(400, "InvalidDeployment", message)
    if not region_name(str(location)):
        raise errors.location_unavailable(str(location), TYPE, list(REGIONS))
    return region_name(str(location))


def _object(value: Json, what: str) -> Json:
    """An object, or one written as a JSON string, which ARM takes too."""
    if isinstance(value, str):
        try:
            value = deployments_text.read(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        raise errors.refused(
            400,
            "InvalidTemplate",
            f"Deployment template validation failed: 'Required property '{what}' not found in JSON. Path 'properties'.'.",
        )
    return value


def _parameters(value: Json) -> Json:
    """``{name: {"value": …}}``; a whole parameter file is refused, as ARM does."""
    if value is None:
        return {}
    found = _object(value, "parameters")
    if "$schema" in found and "parameters" in found:
        raise errors.invalid_content(f"Error converting the parameters: {json.dumps(found)[:60]}… is a parameter file, not its parameters")
    for name, node in found.items():
        if not isinstance(node, dict):
            raise errors.invalid_content(
                f"Error converting value {node!r} to type 'DeploymentParameterDefinition'. Path 'properties.parameters.{name}'"
            )
    return found
