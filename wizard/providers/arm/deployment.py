"""A template deployment into a resource group.

Owns the deployment and what it says of itself: state, outputs, whether everything it made is still there. What the template
makes belongs to the template. A hash of template and parameters in the deployment's tags tells whether anything
changed; for a deployment without our tags (the pipeline's) Azure's own copy of both is compared. Deleting the kind
deletes the record only: what it made goes with the group. https://learn.microsoft.com/rest/api/resources/deployments
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed, NotYet
from wizard.providers.arm.deployment_errors import failure, sent
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import group_id, marked, owner_of
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any
HASH_TAG = "lakestrap-hash"
POLL_SECONDS = 2.0
UNDER_WAY = frozenset({"Accepted", "Running", "Ready", "Creating", "Created", "Updating", "NotSpecified", "Deleting"})
_ACTION = "Microsoft.Resources/deployments"
_UNLISTED = ("microsoft.authorization", "microsoft.insights/diagnosticsettings", "microsoft.consumption")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment(Resource):
    """``template`` is compiled JSON text, ``parameters`` maps names to plain values.

    Observed attributes beside the compared ones: ``id``, ``made`` (ids of what it made), and ``output.NAME`` for every output.
    """

    kind: ClassVar[str] = "arm.deployment"
    service: ClassVar[Service] = Service.ARM
    compared: ClassVar[tuple[str, ...]] = ("content", "missing", "state")
    identified_by: ClassVar[tuple[str, ...]] = ("subscription", "group")
    expected_seconds: ClassVar[float] = 240.0

    subscription: str | Ref
    group: str | Ref
    deployment_name: str
    template: str
    parameters: Mapping[str, Json] = field(default_factory=dict)
    writes: tuple[str, ...] = ()
    """The types that are written; empty for all that the template holds, also where a parameter keeps some from being made."""
    joins: tuple[tuple[str, str], ...] = ()
    """Further actions with their scopes that Azure asks for on what is connected with each other."""

    @property
    def content(self) -> str | Ref:
        """A hash of template and parameters; unknown while a parameter is."""
        unknown = next(self.refs(), None)
        return unknown or _hash(json.loads(self.template), self._plain())

    @property
    def missing(self) -> tuple[str, ...]:
        """What the deployment made and is no more: nothing, as it should be."""
        return ()

    @property
    def state(self) -> str:
        """How a deployment should have ended."""
        return "Succeeded"

    @property
    def requires(self) -> tuple[Permission, ...]:
        """To deploy, to see what is there, and to write and read every type that the template holds."""
        scope = group_id(self.subscription, str(self.group))
        own = [f"{_ACTION}/{verb}" for verb in ("read", "write", "validate/action")]
        listing = "Microsoft.Resources/subscriptions/resourceGroups/resources/read"
        types = sorted(self.writes or set(_types(json.loads(self.template))))
        written = [f"{each}/{verb}" for each in types for verb in ("read", "write")]
        joined = [Permission("arm", action, where) for action, where in self.joins]
        return (*(Permission("arm", action, scope) for action in [*own, listing, *written]), *joined)

    def _plain(self) -> dict[str, Json]:
        return {name: "***" if isinstance(value, Secret) else value for name, value in self.parameters.items()}

    def _given(self) -> dict[str, Json]:
        return {name: {"value": value.reveal() if isinstance(value, Secret) else value} for name, value in self.parameters.items()}

    def _properties(self) -> dict[str, Json]:
        return {"mode": "Incremental", "template": json.loads(self.template), "parameters": self._given()}

    def _body(self) -> dict[str, Json]:
        tags = marked({HASH_TAG: str(self.content)}, self.project, self.environment)
        return {"properties": self._properties(), "tags": tags}

    def _deployments(self, session: Session) -> Any:
        return session.deployments(str(self.subscription)).deployments

    async def read(self, session: Session) -> Observed | None:
        """The deployment of that name; one under way with our content counts as wished, and is awaited."""
        with translated(f"read deployment {self.deployment_name}"):
            deployment = await found(self._deployments(session).get(str(self.group), self.deployment_name))
        return None if deployment is None else await self._observed(session, deployment)

    async def _observed(self, session: Session, deployment: Any) -> Observed:
        properties, tags = deployment.properties, dict(deployment.tags or {})
        state = _word(properties.provisioning_state)
        under_way = state in UNDER_WAY
        attributes: dict[str, Json] = {
            "id": str(deployment.id),
            "state": "Succeeded" if under_way else state,
            "content": tags.get(HASH_TAG) or await self._copied(session, properties, under_way),
            "missing": () if under_way else await self._absent(session, properties),
            "made": tuple(str(each.id) for each in properties.output_resources or ()),
        }
        attributes |= {f"output.{name}": output.get("value") for name, output in (properties.outputs or {}).items()}
        return Observed(str(deployment.id), attributes, owner=owner_of(tags) or _given_owner(properties), unfinished=under_way)

    async def _copied(self, session: Session, properties: Any, under_way: bool) -> str:
        """The hash of what somebody else deployed under this name, as far as Azure shows it."""
        if under_way:
            return ""
        try:
            with translated(f"read the template of deployment {self.deployment_name}"):
                exported = await found(self._deployments(session).export_template(str(self.group), self.deployment_name))
        except NotAllowed:
            return ""
        shown = {name: node.get("value") for name, node in (properties.parameters or {}).items()}
        given = {name: shown.get(name) for name in self.parameters}
        return _hash(exported.template, given) if exported is not None and exported.template else ""

    async def _absent(self, session: Session, properties: Any) -> tuple[str, ...]:
        """Ids of top-level resources that the deployment made in its group and that are not there any more."""
        inside = f"{group_id(self.subscription, str(self.group))}/providers/".lower()
        made = [str(each.id) for each in properties.output_resources or ()]
        wanted = [each for each in made if each.lower().startswith(inside) and _listed(each.lower()[len(inside) :])]
        if not wanted:
            return ()
        with translated(f"list the resources of {self.group}"):
            resources = session.resources(str(self.subscription)).resources
            present = {str(each.id).lower() async for each in resources.list_by_resource_group(str(self.group))}
        return tuple(sorted(each for each in wanted if each.lower() not in present))

    async def create(self, session: Session) -> Observed:
        """Start it; ``finished`` waits for its end."""
        with sent(f"deploy {self.deployment_name}"):
            poller = await self._deployments(session).begin_create_or_update(
                str(self.group), self.deployment_name, self._body(), polling=False
            )
            deployment = await poller.result()
        session.made(str(deployment.id))
        return await self._observed(session, deployment)

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Deploy again; an earlier deployment of the same name has to be over first."""
        if observed.unfinished:
            raise NotYet(f"an earlier deployment {self.deployment_name} is still running", POLL_SECONDS, "DeploymentActive")
        return await self.create(session)

    async def delete(self, session: Session, observed: Observed) -> None:
        with translated(f"delete the record of deployment {self.deployment_name}"):
            deployments = self._deployments(session)
            if await found(deployments.get(str(self.group), self.deployment_name)) is not None:
                await deployments.begin_delete(str(self.group), self.deployment_name, polling=False)

    async def finished(self, session: Session, observed: Observed) -> Observed:
        """The ended deployment with its outputs; raises what it failed with."""
        pause: list[float] = []
        with translated(f"read deployment {self.deployment_name}"):
            deployment = await self._deployments(session).get(
                str(self.group), self.deployment_name, raw_response_hook=lambda answer: pause.append(_pause(answer.http_response.headers))
            )
        state = _word(deployment.properties.provisioning_state)
        if state in UNDER_WAY:
            raise NotYet(f"deployment {self.deployment_name} is {state.lower()}", pause[-1] if pause else POLL_SECONDS)
        if state != "Succeeded":
            raise failure(self.deployment_name, state, deployment.properties.error)
        settled = await self._observed(session, deployment)
        if session.young(str(deployment.id)):
            session.made(deployed_key(settled.attributes.get("output.workspaceUrl")))
        return settled

    def command(self, action: str) -> str:
        where = f"--resource-group {self.group} --name {self.deployment_name} --subscription {self.subscription}"
        start = f"az deployment group create {where} --template-file infra/compiled/main.json"
        return {
            "create": f"{start} --parameters @infra/parameters/{self.name}.parameters.json",
            "update": f"{start} --parameters @infra/parameters/{self.name}.parameters.json",
            "delete": f"az deployment group delete {where}",
        }.get(action, "")


def deployed_key(host: object) -> str:
    """By which a run remembers that it has deployed, roles and all, what that host belongs to."""
    return f"deployed {host}".lower()


def _types(template: Json) -> Iterator[str]:
    """The resource types that a template and the templates in it write, nested deployments themselves left out."""
    resources = template.get("resources") or ()
    for resource in resources.values() if isinstance(resources, dict) else resources:
        if resource["type"] == _ACTION:
            yield from _types((resource.get("properties") or {}).get("template") or {})
        elif not resource.get("existing"):
            yield resource["type"]


def _given_owner(properties: Any) -> str:
    """The project in the tags that the template was given: the mark of a deployment that the pipeline made."""
    tags = ((properties.parameters or {}).get("tags") or {}).get("value")
    return owner_of(tags) if isinstance(tags, dict) else ""


def _word(value: Any) -> str:
    """The text of a value that the SDK may have made an enum of."""
    return str(getattr(value, "value", value))


def _hash(template: Json, parameters: Mapping[str, Json]) -> str:
    text = json.dumps([_without_stamp(template), parameters], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _without_stamp(template: Json) -> Json:
    """The template and those in it without what a compiler writes about itself: another release of it changes nothing."""
    if isinstance(template, list):
        return [_without_stamp(each) for each in template]
    if not isinstance(template, dict):
        return template
    return {name: _without_stamp(value) for name, value in template.items() if name != "_generator"}


def _listed(path: str) -> bool:
    """Whether ``namespace/type/name`` is what the list of a group's resources shows: top-level, and with a location."""
    return path.count("/") == 2 and not path.startswith(_UNLISTED)


def _pause(headers: Mapping[str, str]) -> float:
    """Seconds until the server wants to be asked again."""
    milliseconds, seconds = headers.get("retry-after-ms"), headers.get("Retry-After")
    try:
        return float(milliseconds) / 1000 if milliseconds else float(seconds or POLL_SECONDS)
    except ValueError:
        return POLL_SECONDS


@dataclass(frozen=True, slots=True)
class Predicted:
    """One resource in a what-if: ``change`` is Azure's word (``Create``, ``Modify`` …), ``fields`` the paths that change."""

    resource_id: str
    change: str
    fields: tuple[str, ...] = ()


async def what_if(deployment: Deployment, session: Session) -> list[Predicted]:
    """What Azure says the deployment would change; ignored resources are left out. Every parameter must be known."""
    with sent(f"ask what deployment {deployment.deployment_name} would change"):
        poller = await session.deployments(str(deployment.subscription)).deployments.begin_what_if(
            str(deployment.group), deployment.deployment_name, {"properties": deployment._properties()}
        )
        result = await poller.result()
    if result.error is not None:
        raise failure(deployment.deployment_name, "Failed", result.error)
    changes = (result.properties.changes if result.properties else None) or []
    return [
        Predicted(str(each.resource_id), _word(each.change_type), tuple(str(item.path) for item in each.delta or ()))
        for each in changes
        if _word(each.change_type) != "Ignore"
    ]


async def validate(deployment: Deployment, session: Session) -> None:
    """Raise what Azure refuses about the deployment before it begins: template, permissions, policies, names."""
    with sent(f"validate deployment {deployment.deployment_name}"):
        poller = await session.deployments(str(deployment.subscription)).deployments.begin_validate(
            str(deployment.group), deployment.deployment_name, {"properties": deployment._properties()}
        )
        result = await poller.result()
    if result is not None and result.error is not None:
        raise failure(deployment.deployment_name, "Failed", result.error)
