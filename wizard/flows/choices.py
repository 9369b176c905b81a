"""Values fetched from the clouds, so that people choose instead of typing.

Owns one function a list, and the rule that a list never fails: what cannot be fetched is an empty list with the reason in
words, and the question can be answered by typing. Reads only.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, LakestrapError, NotYet
from wizard.providers.verdict import Answer, Verdict
from wizard.questions import BY_FIELD, Answers, Asked, Choice, Known, Offered, to_verify, value_of_text

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any

PATIENCE = 20.0
"""Seconds after which a list is given up: somebody is waiting to type."""
AT_MOST = 50
"""People and groups in one list; a longer prefix narrows it."""


async def fetch(session: Session, name: str, *arguments: str) -> Offered:
    """The list of that name (``Listed.name``) for those arguments. Never raises for a lost network, sign-in or right."""
    try:
        return Offered(tuple(await asyncio.wait_for(FETCHERS[name](session, *arguments), PATIENCE)))
    except TimeoutError:
        return Offered(reason=f"no answer in {PATIENCE:.0f} seconds")
    except NotYet as delay:
        return Offered(reason=delay.reason)
    except LakestrapError as refusal:
        return Offered(reason="; ".join((refusal.message, *refusal.hints[:1])))
    except KeyError as unknown:  # a subscription that is not visible
        return Offered(reason=str(unknown).strip("'\""))


async def learn(session: Session, item: Asked, answers: Answers, known: Known) -> None:
    """Fetch into ``known.lists`` what a question chooses from and its default is taken from, where it is not there yet."""
    keys = (item.listed(answers), item.proposed(answers), *to_verify(answers))
    wanted = [key for key in dict.fromkeys(keys) if key and key[0] in FETCHERS and key not in known.lists]
    for key, offered in zip(wanted, await asyncio.gather(*(fetch(session, *key) for key in wanted)), strict=True):
        known.lists[key] = offered


async def subscriptions(session: Session) -> list[Choice]:
    """Visible subscriptions, those that can be used first; by name, by id where several share a name."""
    rows = sorted(session.subscriptions.values(), key=lambda row: (row.state != "Enabled", row.name.lower()))
    names = Counter(row.name.lower() for row in rows)
    marks = {row.id: f"{row.state.lower()}, " if row.state != "Enabled" else "trial, " if row.trial else "" for row in rows}
    return [Choice(row.name if names[row.name.lower()] == 1 else row.id, row.name, marks[row.id] + row.id) for row in rows]


async def regions(session: Session, subscription: str) -> list[Choice]:
    """The physical regions that the subscription may use. https://learn.microsoft.com/rest/api/resources/subscriptions/list-locations"""
    from wizard.providers.arm.errors import translated

    with translated("list the regions"):
        found = session.directory_of_subscriptions().subscriptions.list_locations(session.subscription(subscription).id)
        rows = [row async for row in found]
    physical = [row for row in rows if row.metadata is None or str(getattr(row.metadata.region_type, "value", "Physical")) != "Logical"]
    shown = [Choice(str(row.name), str(row.display_name), str(getattr(row.metadata, "geography", "") or "")) for row in physical]
    return sorted(shown, key=lambda choice: choice.label)


async def usual_region(session: Session, subscription: str) -> list[Choice]:
    """The region in which most resource groups of the subscription are; nothing where there are none."""
    counts = Counter(choice.detail for choice in await groups(session, subscription))
    return [Choice(region, region, f"{count} resource groups") for region, count in counts.most_common(1)]


async def groups(session: Session, subscription: str) -> list[Choice]:
    """Resource groups, by ARM id; the detail is the region."""
    from wizard.providers.arm.errors import translated

    with translated("list the resource groups"):
        found = session.resources(session.subscription(subscription).id).resource_groups.list()
        return sorted([Choice(str(row.id), str(row.name), str(row.location)) async for row in found], key=lambda choice: choice.label)


def resources_of(kind: str) -> Callable[..., Awaitable[list[Choice]]]:
    """A list of all resources of one type in a subscription, by ARM id; the detail is the group."""

    async def listed(session: Session, subscription: str) -> list[Choice]:
        from wizard.providers.arm.errors import translated

        with translated(f"list {kind}"):
            found = session.resources(session.subscription(subscription).id).resources.list(filter=f"resourceType eq '{kind}'")
            rows = [Choice(str(row.id), str(row.name), str(row.id).split("/")[4]) async for row in found]
        return sorted(rows, key=lambda choice: choice.label)

    return listed


async def repositories(session: Session) -> list[Choice]:
    """Repositories that the token may administer, last pushed to first."""
    from wizard.providers.github.rest import listed

    rows = await listed(session, "/user/repos", parameters={"sort": "pushed", "affiliation": "owner,collaborator,organization_member"})
    mine = [row for row in rows if (row.get("permissions") or {}).get("admin") and not row.get("archived")]
    return [Choice(row["full_name"], row["full_name"], row.get("visibility") or "") for row in mine]


async def reviewers(session: Session, repository: str) -> list[Choice]:
    """People and teams that can read the repository; of a new one, the owner's members and teams. A team reads at once."""
    from wizard.providers.github.rest import found, listed, path_of

    owner = repository.partition("/")[0]
    exists = await found(session, path_of(repository), missing=(403, 404)) is not None
    places = (
        (path_of(repository, "collaborators"), path_of(repository, "teams"))
        if exists
        else (f"/orgs/{owner}/members", f"/orgs/{owner}/teams")
    )
    people, teams = await asyncio.gather(*(listed(session, place, missing=(403, 404)) for place in places))
    logins = [row["login"] for row in people] or ([session.github_login] if session.github_login else [])
    return [
        *(Choice(f"@{login}", f"@{login}", "you" if login == session.github_login else "") for login in sorted(logins, key=str.lower)),
        *(Choice(f"{owner}/{row['slug']}", f"{owner}/{row['slug']}", "team") for row in teams),
    ]


async def people_groups(session: Session, prefix: str = "") -> list[Choice]:
    """Entra groups whose name begins with a prefix; by name, by id where several share it."""
    rows = await _directory(session, "groups", prefix)
    names = Counter(str(row["displayName"]).lower() for row in rows)
    shown = [(row["id"], str(row["displayName"])) for row in rows]
    return sorted(
        (Choice(name if names[name.lower()] == 1 else key, name, key) for key, name in shown), key=lambda choice: choice.label.lower()
    )


async def people_users(session: Session, prefix: str = "") -> list[Choice]:
    """Entra users whose name or sign-in name begins with a prefix, by sign-in name."""
    rows = await _directory(session, "users", prefix)
    shown = [Choice(str(row["userPrincipalName"]), str(row["userPrincipalName"]), str(row["displayName"])) for row in rows]
    return sorted(shown, key=lambda choice: choice.label.lower())


async def _directory(session: Session, collection: str, prefix: str) -> list[Json]:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

    from wizard.providers.entra.errors import translated

    members = {"groups": ["displayName"], "users": ["displayName", "userPrincipalName"]}[collection]
    begin = prefix.replace("'", "''")
    query: dict[str, Any] = {"top": AT_MOST, "select": ["id", *members]}
    if begin:
        query["filter"] = " or ".join(f"startswith({member},'{begin}')" for member in members)
    forms: Mapping[str, Any] = {
        "groups": GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters,
        "users": UsersRequestBuilder.UsersRequestBuilderGetQueryParameters,
    }
    configuration: Any = RequestConfiguration(query_parameters=forms[collection](**query))
    with translated(f"list the {collection}", permission="Group.Read.All" if collection == "groups" else "User.ReadBasic.All"):
        answer = await session.graph(lambda g: getattr(g, collection).to_get_request_information(configuration))
    rows: list[Json] = (answer or {}).get("value", [])
    return rows


async def vault_names(session: Session, subscription: str, name: str) -> list[Choice]:
    """What the clouds say to a vault's name, as one choice labelled ``free``, ``yours``, ``deleted`` or ``taken``."""
    from wizard.providers.keyvault.preflight import name_state

    try:
        state = str(await name_state(session, session.subscription(subscription).id, name))
    except BadInput:  # no name for a vault at all: the rules of the project file say so
        return []
    if state == "taken":
        mine = await FETCHERS["vaults"](session, subscription)
        state = "yours" if name.lower() in (choice.label.lower() for choice in mine) else "taken"
    return [Choice(name, state if state in ("free", "yours", "taken") else "deleted")]


FETCHERS: Mapping[str, Callable[..., Awaitable[Iterable[Choice]]]] = {
    "subscriptions": subscriptions,
    "regions": regions,
    "usual region": usual_region,
    "groups": groups,
    "vaults": resources_of("Microsoft.KeyVault/vaults"),
    "workspaces": resources_of("Microsoft.Databricks/workspaces"),
    "storage accounts": resources_of("Microsoft.Storage/storageAccounts"),
    "networks": resources_of("Microsoft.Network/virtualNetworks"),
    "identities": resources_of("Microsoft.ManagedIdentity/userAssignedIdentities"),
    "repositories": repositories,
    "reviewers": reviewers,
    "vault name": vault_names,
    "people: groups": people_groups,
    "people: users": people_users,
}


async def vault_name(session: Session, subscription: str, name: str) -> Verdict:
    """Whether a vault of that name can be made now; *unknown* with the reason where it cannot be asked."""
    from wizard.providers.keyvault.preflight import name_state

    try:
        state = str(await asyncio.wait_for(name_state(session, session.subscription(subscription).id, name), PATIENCE))
    except BadInput as wrong:
        return Verdict(Answer.NO, wrong.problems[0].reason, wrong.problems[0].remedy, bad_input=True)
    except LakestrapError as refusal:
        return Verdict(Answer.UNKNOWN, refusal.message)
    except (TimeoutError, KeyError) as trouble:
        return Verdict(Answer.UNKNOWN, str(trouble).strip("'\"") or "no answer")
    if state == "taken":
        return Verdict(Answer.NO, f"the vault name {name} is taken", "choose another under naming.vault", bad_input=True)
    return Verdict(Answer.YES, "it is soft-deleted in your subscription; set-up recovers it" if state != "free" else "")


def tenants() -> Offered:
    """The tenants of the ``az`` profile, the default one first."""
    from wizard.providers.signin import accounts

    rows = sorted(accounts(), key=lambda row: not row.default)
    return Offered(
        tuple({row.tenant: Choice(row.tenant, row.tenant_name or row.tenant, row.user) for row in reversed(rows)}.values())[::-1]
    )


def repository_of(folder: Path) -> Offered:
    """The GitHub repository that a folder is a clone of; nothing where it is none or git is not there."""
    command = ["git", "-C", str(folder), "config", "--get", "remote.origin.url"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return Offered()
    address = done.stdout.strip()
    name = str(value_of_text(BY_FIELD["github.repository"], address)) if "github.com" in address else ""
    return Offered((Choice(name, name, "this folder"),)) if name and name != address else Offered()
