"""A workspace as the source of an import: which one is meant, and its answers as definitions and files.

Owns the choice of the host and that translation. Changes nothing there.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, NotAllowed, Problem
from wizard.flows.import_assets.assets import Assets, Definition, Leftover, Weight
from wizard.project.file import load, located, shown_as
from wizard.project.naming import names

if TYPE_CHECKING:
    from wizard.project.model import Environment, Project
    from wizard.providers.databricks.assets import Found
    from wizard.providers.session import Session
    from wizard.secret import Secret

Json = Any
HOST = re.compile(r"adb-\d+\.\d+\.azuredatabricks\.net")
API_VERSION = "2024-05-01"


async def read_workspace(path: Path, said: str, *, tenant: str = "", token: Secret | None = None) -> Assets:
    """Everything that the workspace has of an environment of the project at ``path``, or of a host name.

    Raises ``BadInput`` where neither is said, and what ``assets_of`` raises.
    """
    from wizard.providers.databricks.assets import assets_of
    from wizard.providers.signin import open_session

    host = said.removeprefix("https://").partition("/")[0].lower()
    if HOST.fullmatch(host):
        async with await open_session(tenant=tenant, token=token) as session:
            return assets(await assets_of(session, host))
    project, environment = _environment(path, said)
    async with await open_session(tenant=tenant, subscriptions=[environment.subscription], token=token) as session:
        host = await _host(session, project, environment)
        return assets(await assets_of(session, host))


def _environment(path: Path, said: str) -> tuple[Project, Environment]:
    if not located(path).exists():
        reason = f"{said} is no workspace's host, and without a project file no environment either"
        raise BadInput([Problem("--from-workspace", reason, "like adb-1234567890123456.7.azuredatabricks.net")])
    project = load(path)
    try:
        return project, project.environment(said)
    except KeyError:
        known = ", ".join(each.name for each in project.environments)
        reason = f"{said} is no workspace's host and no environment of {shown_as(path)}"
        raise BadInput([Problem("--from-workspace", reason, f"use one of: {known}; or adb-….azuredatabricks.net")]) from None


async def _host(session: Session, project: Project, environment: Environment) -> str:
    """The host of an environment's workspace, as Azure tells it."""
    from wizard.providers.arm.errors import found, translated

    given = names(project, environment)
    group = environment.existing.resource_group
    if group is None:
        try:
            group = f"/subscriptions/{session.subscription(environment.subscription).id}/resourceGroups/{given.resource_group}"
        except KeyError:
            reason = f"no subscription {environment.subscription!r} is visible to {session.operator.name}"
            raise BadInput([Problem("--from-workspace", reason, "sign in as somebody who sees it: az login")]) from None
    workspace = environment.existing.workspace or f"{group}/providers/Microsoft.Databricks/workspaces/{given.workspace}"
    with translated(f"read the workspace {given.workspace}"):
        resources: Any = session.resources(workspace.split("/")[2]).resources
        answer = await found(resources.get_by_id(workspace, api_version=API_VERSION))
    url = str((answer.properties or {}).get("workspaceUrl") or "") if answer is not None else ""
    if not url:
        raise NotAllowed(f"there is no workspace {given.workspace}, or it may not be read", hints=("lakestrap setup",))
    return url


def assets(found: Found) -> Assets:
    """The answers as definitions. What a bundle has deployed is one's own already, and is told and left out. Pure."""
    definitions = [Definition("policy", f"policies/{each.get('name')}", each) for each in found.policies if not each.get("is_default")]
    definitions += [Definition("cluster", f"clusters/{each.get('cluster_name')}", each) for each in found.clusters]
    told: list[Leftover] = []
    for job in found.jobs:
        settings = job.get("settings") or {}
        name = f"jobs/{settings.get('name')}"
        if (settings.get("deployment") or {}).get("kind") == "BUNDLE":
            told.append(Leftover(name, "", "is deployed by a bundle already, and was left out", Weight.LOOK))
        else:
            definitions.append(Definition("job", name, job))
    told += [_everywhere(script) for script in found.everywhere]
    told += [Leftover(path, "", f"could not be read: {why}") for path, why in sorted(found.unread.items())]
    running = tuple(script["file"] for script in found.everywhere if script.get("enabled") and "file" in script)
    return Assets(tuple(definitions), found.files, _names(found), tuple(told), running)


def _everywhere(script: Json) -> Leftover:
    """What becomes of an init script of all clusters: a bundle holds none, but its clusters may have it as their own."""
    name = f"global-init-scripts/{script.get('name')}"
    if not script.get("enabled"):
        return Leftover(name, "", "is switched off: its text was copied, and no cluster has it", Weight.LEFT_OUT, script)
    if "file" not in script:
        return Leftover(
            name, "", "runs on all clusters of the workspace, and no bundle has it: put what it does into a cluster policy", value=script
        )
    reason = (
        "runs on all clusters of the workspace: imported ones have it as their own now, before their others; for clusters that are "
        "not in this bundle put it into a cluster policy"
    )
    return Leftover(name, "", reason, Weight.CHANGED, script)


def _names(found: Found) -> dict[str, str]:
    """Names by id. Of policies that are built in, too: they are found by name in every workspace."""
    known = {f"cluster/{each['cluster_id']}": str(each.get("cluster_name")) for each in found.clusters}
    known |= {f"cluster_policy/{each['policy_id']}": str(each.get("name")) for each in found.policies}
    known |= {f"instance_pool/{each['instance_pool_id']}": str(each.get("instance_pool_name")) for each in found.pools}
    return known | {f"job/{each['job_id']}": str((each.get("settings") or {}).get("name")) for each in found.jobs}
