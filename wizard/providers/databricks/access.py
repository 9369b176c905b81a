"""What the operator may do in a workspace and its metastore, asked before anything is changed.

Owns the preflight questions of this service. Reads only; what Databricks does not tell is ``unknown``, with what decides, never a guess.
https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/manage-privileges/admin-privileges
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.errors import LakestrapError, NotAllowed, ServiceRefused
from wizard.providers.databricks.errors import host_of, translated
from wizard.providers.verdict import Answer, Verdict

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session

ADMINISTRATORS, ORDINARY, EVERYBODY = "admins", "users", "account users"
OF_WORKSPACES = "_workspace_admins_"
"""How the account calls the administrators of one workspace, to whom a metastore that came with it gives rights."""
ADMINISTRATOR = "workspace administrator"
ON_THE_METASTORE = " on the metastore"
CAME_WITH_IT = "administrators of a workspace have it where the metastore came with the workspace, as it does since November 2023"


@dataclass(frozen=True, slots=True)
class Reach:
    """The operator in one workspace. ``name`` is empty for nobody that it knows; ``metastore`` where none is assigned.

    ``granted`` maps principals to privileges of the metastore; ``whole`` says whether those of everybody could be read.
    """

    name: str = ""
    groups: frozenset[str] = frozenset()
    metastore: str = ""
    owner: str = ""
    granted: tuple[tuple[str, str], ...] = ()
    whole: bool = False
    refusal: str = ""

    @property
    def administers(self) -> bool:
        return ADMINISTRATORS in self.groups

    @property
    def names(self) -> frozenset[str]:
        """By which a grant or an owner may mean the operator, in lower case."""
        return frozenset(name.lower() for name in (self.name, *self.groups, EVERYBODY) if name)

    def holds(self, privilege: str) -> bool:
        """Whether a grant that can be seen gives it."""
        mine = (each for who, each in self.granted if who.lower() in self.names or (self.administers and who.startswith(OF_WORKSPACES)))
        return privilege in mine


async def reach(session: Session, host: str) -> Reach:
    """Who the operator is there, and what the metastore tells of it."""
    name = host_of(host)
    try:
        with translated("ask who you are", name, session):
            me = await session.databricks(name, lambda w: w.current_user.me())
    except NotAllowed as refusal:
        return Reach(refusal=refusal.message)
    who = str(me.user_name or session.operator.name)
    groups = frozenset(str(group.display) for group in me.groups or [] if group.display)
    try:
        with translated("read the metastore", name, session):
            summary = await session.databricks(name, lambda w: w.metastores.summary())
    except (NotAllowed, ServiceRefused):
        return Reach(who, groups)
    metastore = str(summary.metastore_id or "")
    granted, whole = await _granted(session, name, metastore, who)
    return Reach(who, groups, metastore, str(summary.owner or ""), granted, whole)


async def _granted(session: Session, host: str, metastore: str, who: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    """Everybody's grants where they may be read, else the operator's own."""
    for principal in (None, who):

        def read(client: WorkspaceClient, principal: str | None = principal) -> Any:
            return client.grants.get_effective("metastore", metastore, principal=principal)

        try:
            with translated("read the grants on the metastore", host, session):
                answer = await session.databricks(host, read)
        except LakestrapError:
            continue
        rows = [(str(row.principal), row.privileges or []) for row in answer.privilege_assignments or []]
        return tuple((name, str(each.privilege.value)) for name, given in rows for each in given if each.privilege), principal is None
    return (), False


def may(seen: Reach, action: str, host: str) -> Verdict:
    """The answer about one action of a kind's ``requires``: administering the workspace, or a privilege on the metastore."""
    if action == ADMINISTRATOR:
        if seen.administers:
            return Verdict(Answer.YES, f"{seen.name} is in the group admins")
        return Verdict(Answer.NO, seen.refusal or f"{seen.name} is not in the group admins")
    privilege = action.removesuffix(ON_THE_METASTORE).replace(" ", "_")
    request = asked_for(seen.name, privilege, host, seen.metastore)
    if not seen.metastore:
        return Verdict(Answer.UNKNOWN, "the metastore cannot be read")
    if seen.owner.lower() in seen.names:
        return Verdict(Answer.YES, "you administer the metastore")
    if seen.holds(privilege):
        return Verdict(Answer.YES, "granted on the metastore")
    if seen.whole or seen.groups <= {ORDINARY}:
        return Verdict(Answer.NO, f"nothing on the metastore gives {seen.name} {action.removesuffix(ON_THE_METASTORE)}", request)
    why = CAME_WITH_IT if seen.administers else "a group of yours may have it, and only the metastore's administrators see that"
    return Verdict(Answer.UNKNOWN, why, f"should it be refused, its administrator runs: {request}")


def asked_for(who: str, privilege: str, host: str, metastore: str = "") -> str:
    """What an administrator of the metastore runs; ``privilege`` in either spelling (``CREATE CATALOG``, ``CREATE_CATALOG``)."""
    change = f'{{"changes":[{{"principal":"{who}","add":["{privilege.replace(" ", "_")}"]}}]}}'
    return f"DATABRICKS_HOST=https://{host_of(host)} databricks grants update metastore {metastore or 'METASTORE_ID'} --json '{change}'"
