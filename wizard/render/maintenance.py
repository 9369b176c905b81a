"""What the identity and the GitHub App need that rotate in a workflow: exactly that, one row a right.

Owns the table, which the generated docs show and a test in the local cloud grants to the letter. Pure; grants nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.project.issued import OAUTH_SECRET, TOKEN, source_kind
from wizard.project.naming import names

if TYPE_CHECKING:
    from wizard.project.model import Environment, Project

OWNED, READ_APPLICATIONS = "Application.ReadWrite.OwnedBy", "Application.Read.All"
OFFICER, READER = "Key Vault Secrets Officer", "Reader"
WORKSPACE_ADMINISTRATOR = "workspace administrator"
PLANES = {
    "graph": "Microsoft Graph, application permission",
    "owner": "Entra ID, owner",
    "azure": "Azure role",
    "databricks": "Databricks, group `admins`",
    "github": "GitHub App, permission of the repository",
}


@dataclass(frozen=True, slots=True)
class Right:
    """``plane`` is ``graph``, ``owner``, ``azure``, ``databricks`` or ``github``; ``right`` the vendor's own word; ``at`` where it is held:
    an application, a resource, a workspace by name, or empty for the tenant and the repository.
    """

    plane: str
    right: str
    at: str
    why: str

    @property
    def place(self) -> str:
        """The plane in words."""
        return PLANES[self.plane]

    @property
    def everywhere(self) -> str:
        """Where it is held, when it is at nothing smaller."""
        return "the repository" if self.plane == "github" else "the tenant"


def rights(project: Project) -> tuple[Right, ...]:
    """Everything that is needed, each once."""
    return tuple(dict.fromkeys(_rights(project)))


def _rights(project: Project) -> Iterator[Right]:
    stored = project.identity.mode == "client-secret"
    if stored:
        yield Right("graph", OWNED, "", "make and end client secrets of the applications that it owns")
    for environment in project.environments:
        if stored:
            given = names(project, environment)
            yield Right("owner", "owner", given.application, "without it the permission above does nothing")
            yield Right("azure", OFFICER, given.operations_vault, "write the new client secret and read it back")
        if any(source_kind(spec) in (OAUTH_SECRET, TOKEN) for spec in project.secrets_of(environment)):
            yield from _of_databricks(project, environment)
    yield from _of_people(project)
    yield Right("github", "environments: write", "", "secrets of the environments, and the notes of what waits there")
    yield Right("github", "variables: write", "", "the days on which things end")
    yield Right("github", "contents: write", "", "the lease: one run at a time changes the project")
    yield Right("github", f"actions: {'write' if stored else 'read'}", "", _WHY_ACTIONS[stored])


_WHY_ACTIONS = {
    True: "start verify-login with the new secret; see whether a run still works with the old one",
    False: "see whether a run still works with the old one",
}


def _of_databricks(project: Project, environment: Environment) -> Iterator[Right]:
    given, own = names(project, environment), environment.existing
    workspace = (own.workspace or "").rpartition("/")[2] or given.workspace
    vault = (own.vault or "").rpartition("/")[2] or given.vault
    or_policy = "; where it goes by access policies, a policy with get, list and set instead" if own.vault else ""
    yield Right("azure", OFFICER, vault, f"write the new value and read it back{or_policy}")
    yield Right("azure", READER, workspace, "find the workspace's address")
    yield Right("databricks", WORKSPACE_ADMINISTRATOR, workspace, "make, list and end secrets and tokens of the deploy identity")
    managed = project.identity.mode == "managed-identity" or (own.identity or "").startswith("/")
    if managed:
        yield Right("azure", READER, (own.identity or "").rpartition("/")[2] or given.identity, "find the deploy identity")
    elif project.identity.mode != "client-secret":
        yield Right("graph", READ_APPLICATIONS, "", "find the deploy identities")


def _of_people(project: Project) -> Iterator[Right]:
    """Names under ``access`` are looked up by every command."""
    azure = [item for item in project.access if not item.of_data]
    if any(item.user for item in azure):
        yield Right("graph", "User.ReadBasic.All", "", "look up the people under `access`")
    if any(item.group for item in azure):
        yield Right("graph", "GroupMember.Read.All", "", "look up the groups under `access`")
