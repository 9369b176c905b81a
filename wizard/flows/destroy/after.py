"""What follows from a removal: files by pull request, rules of the repository, and what is soft-deleted.

Owns these three. Reads only; the working tree and the project file are written by ``files.py`` when the rest is done.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.blueprint.github import repository_resources
from wizard.engine.plan import Action, Change, decide
from wizard.errors import NotAllowed
from wizard.flows.destroy.files import local
from wizard.flows.destroy.remaining import wished, without
from wizard.flows.destroy.removal import FileChanges, Item
from wizard.flows.working_tree import read_text
from wizard.project.file import save
from wizard.project.naming import names
from wizard.providers.entra.deleted import deleted_objects
from wizard.providers.github.branch import head_of
from wizard.providers.github.files import Files
from wizard.providers.github.ruleset import Ruleset
from wizard.providers.keyvault.deleted import deleted_vaults
from wizard.providers.keyvault.ids import parsed
from wizard.providers.keyvault.secret import VaultSecret
from wizard.render.header import written_by_us

if TYPE_CHECKING:
    from wizard.engine.survey import Sight
    from wizard.flows.job import Job
    from wizard.project.model import Project
    from wizard.providers.entra.deleted import SoftDeleted as DeletedObject
    from wizard.providers.keyvault.deleted import SoftDeleted as DeletedVault

BRANCH = "lakestrap/destroy"
"""Where the end of a whole project is proposed; that of an environment goes where set-up proposes, so that set-up finds it there."""
EXPLANATION = """These environments are destroyed: {names}.

Merge it before the next deployment: a workflow that still names a destroyed environment makes GitHub create an empty one.
It was written by `lakestrap destroy`; files that somebody has edited are left as they are.
"""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Changes in the repository, the files concerned, and what is soft-deleted."""

    changes: tuple[Change, ...] = ()
    files: FileChanges = field(default_factory=FileChanges)
    recoverable: tuple[Item, ...] = ()
    purged: tuple[Item, ...] = ()


async def aftermath(
    job: Job, going: Collection[str], *, whole: bool, purge: bool, changes: Sequence[Change], sights: Mapping[str, Sight]
) -> Aftermath:
    """Everything that follows from those deletions."""
    left = without(job.project, going)
    texts = wished(job.project, left, job.facts.gates.approvals)
    found = local(job.root, texts)
    repository = [*await _rules(job, left), *await _published(job, going, left, texts, found)]
    expected = _expected(changes, sights)
    vaults, objects = await soft_deleted(job, going)
    lasting = [_vault_item(vault) for vault in vaults if vault.purge_protected or not purge]
    gone = [Item(f"deleted vault {vault.name}", "its secrets are gone for good") for vault in vaults if purge and not vault.purge_protected]
    told = [Item(f"deleted {each.name}", f"until {each.purged_on}", each.purge_command) for each in objects]
    recoverable = [*lasting, *([] if purge else told), *(item for item, final in expected if not (purge and not final))]
    purged = [*gone, *(told if purge else []), *(Item(item.what, "purged at once") for item, final in expected if purge and not final)]
    return Aftermath(tuple(repository), found, tuple(recoverable), tuple(replace(item, command="") for item in purged))


def _vault_item(vault: DeletedVault) -> Item:
    if vault.purge_protected:
        return Item(f"deleted vault {vault.name}", f"purge protection keeps it until {vault.purged_on}; nobody can purge it before")
    return Item(f"deleted vault {vault.name}", f"until {vault.purged_on}", vault.purge_command)


def _expected(changes: Sequence[Change], sights: Mapping[str, Sight]) -> list[tuple[Item, bool]]:
    """What the deletions will leave soft-deleted, and whether nobody can purge it."""
    rows = []
    for change in changes:
        seen = change.observed
        if seen is None:
            continue
        if change.resource.kind == "keyvault.vault":
            day = f"{datetime.now(UTC) + timedelta(days=int(seen.attributes.get('retention_days', 90))):%Y-%m-%d}"
            final = bool(seen.attributes.get("purge_protection"))
            why = f"purge protection keeps it until about {day}; nobody can purge it before" if final else f"about {day}"
            rows.append((Item(f"vault {seen.attributes.get('vault', seen.id)}", why), final))
        elif isinstance(change.resource, VaultSecret):
            name, vault = change.resource.secret_name, parsed(change.resource.vault_id).name
            why = "as long as the vault keeps deleted secrets"
            rows.append((Item(f"secret {name} in {vault}", why, f"az keyvault secret purge --vault-name {vault} --name {name}"), True))
        elif change.resource.kind == "entra.application":
            why = f"about {datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}; its name is held as long"
            rows.append((Item(f"application {seen.attributes.get('display_name', seen.id)}", why), False))
    return rows


async def soft_deleted(job: Job, going: Collection[str]) -> tuple[list[DeletedVault], list[DeletedObject]]:
    """What of those environments is soft-deleted now; nothing where the lists may not be read."""
    vaults = []
    for subscription in sorted({job.facts.subscriptions[name] for name in going}):
        try:
            vaults += [vault for vault in await deleted_vaults(job.session, subscription, job.project.name) if vault.environment in going]
        except NotAllowed:
            continue
    unique = {names(job.project, job.project.environment(name)).application_unique_name for name in going}
    unique |= {f"{name}-plan" for name in unique}
    try:
        objects = await deleted_objects(job.session, job.project.name)
    except NotAllowed:
        return vaults, []
    clients = {each.client_id for each in objects if each.unique_name in unique}
    return vaults, [each for each in objects if each.client_id in clients]


async def _rules(job: Job, left: Project | None) -> list[Change]:
    """Rules that hold for branches nobody deploys from any more, narrowed or removed."""
    if not job.facts.gates.rulesets:
        return []
    before = {each.key: each for each in repository_resources(job.project, job.facts) if isinstance(each, Ruleset)}
    after = {each.key: each for each in repository_resources(left, job.facts) if isinstance(each, Ruleset)} if left is not None else {}
    changes = []
    for key, rules in before.items():
        wanted = after.get(key)
        if wanted is not None and wanted.patterns == rules.patterns:
            continue
        observed = await rules.read(job.session)
        if observed is not None:
            changes.append(Change(rules, Action.DELETE, observed) if wanted is None else decide(wanted, observed))
    return [change for change in changes if change.action is not Action.KEEP]


async def _published(
    job: Job, going: Collection[str], left: Project | None, texts: Mapping[str, str | None], found: FileChanges
) -> list[Change]:
    """The pull request that takes the files out, and the end of set-up's own where nothing is left to set up."""
    github = job.project.github
    if not await head_of(job.session, github.repository, github.default_branch):
        return []
    changes = []
    setup = next(each for each in repository_resources(job.project, job.facts) if isinstance(each, Files))
    seen = await setup.read(job.session) if left is None else None
    if seen is not None and seen.attributes["published"] == "proposed":
        changes.append(Change(setup, Action.DELETE, seen))
    files = {path: text for path, text in texts.items() if path not in found.kept}
    told = ", ".join(going)
    removal = replace(
        setup,
        name="removal",
        files=files,
        proposal=setup.proposal if left is not None else BRANCH,
        message=f"Remove {told}" if left is not None else f"Remove what Lakestrap generated for {job.project.name}",
        explanation=EXPLANATION.format(names=told),
        after=(),
    )
    if left is not None:
        removal = _with_project_file(job, removal, left)
    decided = decide(removal, await removal.read(job.session))
    return [*changes, decided] if decided.action is not Action.KEEP else changes


def _with_project_file(job: Job, removal: Files, left: Project) -> Files:
    """The project file without the environments among the files, where the repository holds it as it stands here."""
    text = read_text(job.path) or ""

    def ours(path: str, content: str, listed: str) -> bool:
        return content == text if path == job.path.name else written_by_us(path, content, listed)

    return replace(removal, files={**removal.files, job.path.name: rewritten(job.path, left)}, written_by_us=ours)


def rewritten(path: Path, left: Project) -> str:
    """The text of the project file without the environments, comments and order kept; nothing is written in its place."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        save(copy, left)
        return copy.read_text(encoding="utf-8")
