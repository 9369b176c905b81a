"""What Azure, Entra and Databricks still tell of one environment: marked things, the deployment's own parameters, roles and locks.

Owns that reading. Changes nothing; what may not be read is told as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.blueprint.roles import ACCESS_ROLES
from wizard.errors import LakestrapError, NotSignedIn, ServiceRefused, Unreachable
from wizard.flows.adopt.evidence import OnAzure
from wizard.flows.adopt.people import people
from wizard.flows.adopt.settings import named, own_things
from wizard.providers.arm import contents
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import ENVIRONMENT_TAG, PROJECT_TAG, owner_of, subscription_of
from wizard.providers.databricks.held_catalog import marked_catalog
from wizard.providers.keyvault.ids import CREDENTIAL_TAG

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from wizard.flows.adopt.evidence import Gate
    from wizard.providers.arm.contents import Thing
    from wizard.providers.session import Session

Json = Any
UNREGISTERED = "MissingSubscriptionRegistration"
VAULTS, IDENTITIES = "microsoft.keyvault/vaults", "microsoft.managedidentity/userassignedidentities"


@dataclass(slots=True)
class _Found:
    """What has been gathered so far of one environment."""

    subscription: str
    names: dict[str, str] = field(default_factory=dict)
    existing: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    region: str = ""
    mode: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Json] = field(default_factory=dict)

    async def or_unread(self, what: str, asked: Awaitable[Any], default: Any) -> Any:
        try:
            return await asked
        except (NotSignedIn, Unreachable):
            raise
        except LakestrapError as refusal:
            self.unread.append(f"{what}: {refusal.message}")
            return default


async def marked(session: Session, project: str) -> tuple[tuple[Thing, ...], tuple[Thing, ...]]:
    """Groups and resources with the project's mark in every visible subscription."""
    groups: list[Thing] = []
    resources: list[Thing] = []
    for subscription in session.subscriptions:
        groups += [thing for thing in await contents.marked_groups(session, subscription, project) if not thing.managed_by]
        resources += await contents.marked_resources(session, subscription, project)
    return tuple(groups), tuple(resources)


async def on_azure(
    session: Session,
    project: str,
    environment: str,
    gate: Gate | None,
    groups: Iterable[Thing],
    resources: Iterable[Thing],
    published: Mapping[str, Json],
) -> OnAzure | None:
    """Everything about one environment; ``None`` where neither a variable nor a mark says in which subscription it is.

    ``published``: the template's parameters as the repository has them, for what no deployment tells.
    """
    mine = [thing for thing in groups if thing.environment == environment]
    things = [thing for thing in resources if thing.environment == environment]
    variables = gate.variables if gate else {}
    subscription = variables.get("AZURE_SUBSCRIPTION_ID") or next((thing.id.split("/")[2] for thing in (*mine, *things)), "")
    if not subscription:
        return None
    state = _Found(subscription)
    group = await _group(session, project, variables.get("AZURE_RESOURCE_GROUP", ""), mine, state)
    state.region = variables.get("AZURE_LOCATION", "") or state.region
    deployed, outputs = await state.or_unread("the deployment", _deployed(session, project, environment, group), ({}, {}))
    _told_by_parameters({**published, **deployed}, state)
    beside = [thing for thing in things if thing.id.lower().startswith(f"{group.lower()}/")]
    vault, protected = await _vault(
        session, variables.get("KEY_VAULT_NAME", ""), things if "KEY_VAULT_NAME" in variables else beside, state
    )
    operations = next((thing for thing in things if thing.type.lower() == VAULTS and thing.id != vault), None)
    if operations is not None:
        state.names["operations_vault"] = operations.name
    await _identity(session, project, environment, variables.get("AZURE_CLIENT_ID", ""), things, gate, state)
    host = (variables.get("DATABRICKS_HOST") or outputs.get("workspaceUrl") or "").removeprefix("https://").rstrip("/")
    await state.or_unread("the secret scope", _scope(session, host, vault, state), None)
    catalog = await state.or_unread("the catalog", marked_catalog(session, host, project, environment), None) if host else None
    if catalog is not None:
        (state.names if catalog.marked else state.existing)["catalog"] = catalog.name
    secrets = await state.or_unread("the secrets' names", _secrets(session, project, environment, vault), {})
    locks = await state.or_unread("the locks", contents.locks(session, group), ())
    roles = await state.or_unread("the roles", people(session, project, group, vault, ACCESS_ROLES), ())
    locked = any(lock.project == project for lock in locks)
    values = (state.subscription, state.region, state.tags, state.names, state.existing, secrets, roles, state.mode, protected, locked)
    return OnAzure(*values, state.parameters, catalog, tuple(state.unread))


async def _group(session: Session, project: str, name: str, mine: list[Thing], state: _Found) -> str:
    """The id of the environment's group; of the user's own where it does not bear our mark."""
    operations = [thing for thing in mine if thing.name.lower() != name.lower()] if name else [t for t in mine if t.name.endswith("-ops")]
    main = next((thing for thing in mine if thing not in operations), None)
    if operations:
        state.names["operations_group"] = operations[0].name
    group = main.name if main else name
    client: Any = session.resources(state.subscription).resource_groups
    with translated(f"read resource group {group}"):
        body = await found(client.get(group)) if group else None
    if body is None:
        return f"/subscriptions/{state.subscription}/resourceGroups/{group}"
    tags = dict(body.tags or {})
    state.region, state.names["resource_group"] = str(body.location), str(body.name)
    state.tags = {key: text for key, text in tags.items() if key not in (PROJECT_TAG, ENVIRONMENT_TAG)}
    if owner_of(tags) != project:
        state.existing["resource_group"] = str(body.id)
        state.tags = {}
    return str(body.id)


async def _deployed(session: Session, project: str, environment: str, group: str) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
    """The template's parameters, as it was last given them, and its outputs."""
    name = f"lakestrap-{project}-{environment.lower()}"
    client: Any = session.deployments(subscription_of(group)).deployments
    with translated(f"read deployment {name}"):
        seen = await found(client.get(group.rsplit("/", 1)[-1], name))
    given, made = (seen.properties.parameters, seen.properties.outputs) if seen else ({}, {})
    return _values(given), _values(made)


def _values(entries: Mapping[str, Json] | None) -> dict[str, Json]:
    return {key: entry.get("value") for key, entry in (entries or {}).items()}


def _told_by_parameters(given: Mapping[str, Json], state: _Found) -> None:
    """Names, tags and things of the user's own."""
    state.parameters = given
    state.names |= named(given)
    state.existing |= own_things(given)
    if given.get("tags"):
        state.tags = {key: text for key, text in given["tags"].items() if key not in (PROJECT_TAG, ENVIRONMENT_TAG)}
    if not given:
        state.unread.append("the template's parameters: names of workspace and data lake, tags, network, containers, logs, budget")


async def _vault(session: Session, name: str, things: list[Thing], state: _Found) -> tuple[str, bool | None]:
    """The id of the vault behind the pipeline, and whether a vault of ours is protected against purging."""
    ours = next((t for t in things if t.type.lower() == VAULTS and t.name.lower() == (name or t.name).lower()), None)
    if ours is None:
        thing = await _named(session, VAULTS, name) if name else ""
        if thing:
            state.existing["vault"] = thing
        return thing, None
    state.names["vault"] = ours.name
    client: Any = session.vaults(state.subscription).vaults
    with translated(f"read vault {ours.name}"):
        body = await found(client.get(ours.id.split("/")[4], ours.name))
    return ours.id, bool(body.properties.enable_purge_protection) if body else None


async def _named(session: Session, kind: str, name: str) -> str:
    """The id of a resource of that type and name, in whatever subscription; empty where it is not seen."""
    for subscription in session.subscriptions:
        client: Any = session.resources(subscription).resources
        with translated(f"look for {name}"):
            async for row in client.list(filter=f"resourceType eq '{kind}'"):
                if str(row.name).lower() == name.lower():
                    return str(row.id)
    return ""


async def _secrets(session: Session, project: str, environment: str, vault: str) -> Mapping[str, str]:
    """Names of the secrets with our mark, each with what it is called at its issuer: empty where set-up did not have it issued."""
    if not vault:
        return {}
    parts = vault.split("/")
    client: Any = session.vaults(parts[2]).secrets
    with translated(f"list the secrets of {parts[-1]}"):
        rows = [row async for row in client.list(parts[4], parts[-1])]
    tagged = sorted((str(row.name), dict(row.tags or {})) for row in rows)
    ours = ((name, tags) for name, tags in tagged if owner_of(tags) == project and tags.get(ENVIRONMENT_TAG, environment) == environment)
    return {name: tags.get(CREDENTIAL_TAG, "") for name, tags in ours}


async def _identity(
    session: Session, project: str, environment: str, client_id: str, things: list[Thing], gate: Gate | None, state: _Found
) -> None:
    from wizard.providers.entra.application import Application

    managed = next((thing for thing in things if thing.type.lower() == IDENTITIES and not thing.name.endswith("-plan")), None)
    if managed is not None:
        state.mode, state.names["identity"] = "managed-identity", managed.name
        return
    unique = f"lakestrap-{project}-{environment.lower()}"
    application = Application(name=environment, project=project, unique_name=unique, display_name=unique)
    seen = await state.or_unread("the application", application.read(session), None)
    if seen is not None and seen.owner == project and client_id in ("", seen.attributes["client_id"]):
        state.mode = "client-secret" if gate and gate.client_secret else "federated"
        state.names["application"] = str(seen.attributes["display_name"])
    elif client_id:
        state.mode = "existing"
        state.existing["identity"] = await state.or_unread("your identities", _own_identity(session, client_id), "") or client_id


async def _own_identity(session: Session, client_id: str) -> str:
    """The ARM id of a managed identity with that client id; empty where there is none in sight."""
    refused: list[LakestrapError] = []
    for subscription in session.subscriptions:
        client: Any = session.identities(subscription).user_assigned_identities
        try:
            with translated("list the managed identities"):
                rows = [row async for row in client.list_by_subscription()]
        except ServiceRefused as refusal:
            refused += [refusal] if refusal.code != UNREGISTERED else []  # where the provider was never used there are none
            continue
        found_here = next((row for row in rows if str(row.client_id).lower() == client_id.lower()), None)
        if found_here is not None:
            return str(found_here.id)
    if refused:
        raise refused[0]
    return ""


async def _scope(session: Session, host: str, vault: str, state: _Found) -> None:
    """The name of the secret scope that is backed by the vault."""
    from wizard.providers.databricks.errors import translated as asked

    if not host or not vault:
        return
    with asked("list the secret scopes", host, session):
        scopes = await session.databricks(host, lambda workspace: list(workspace.secrets.list_scopes()))
    for scope in scopes:
        metadata = scope.keyvault_metadata
        if metadata is not None and str(metadata.resource_id).lower() == vault.lower():
            state.names["scope"] = str(scope.name)
