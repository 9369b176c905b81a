"""What the screens after set-up show, as plain data: a status, a rotation, a removal, a plan that moved; no cloud is asked for them.

Owns these examples and the screens that show one of them instead of reading.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from wizard.blueprint import Facts, resources
from wizard.engine.events import Event, EventKind
from wizard.engine.plan import Action, Change, Plan
from wizard.engine.resource import Difference, Observed
from wizard.errors import ServiceRefused
from wizard.flows.decisions import Outcome
from wizard.flows.destroy import FileChanges, Removal
from wizard.flows.destroy import Item as Gone
from wizard.flows.job import Job
from wizard.flows.rotate.credential import Held
from wizard.flows.rotate.credential import Standing as Stands
from wizard.flows.rotate.credentials import credentials_of
from wizard.flows.rotate.notes import Notebook
from wizard.flows.rotate.preview import Item, Preview, Task
from wizard.flows.rotate.run import RotationOutcome
from wizard.flows.rotate.wishes import Wishes
from wizard.flows.status import Row, Standing
from wizard.flows.status import Status as Found
from wizard.project.model import Project
from wizard.tui import removal_view, rotate_view, status_view
from wizard.tui.outline import Outline
from wizard.tui.screens.destroy import DestroyPreview, Removing
from wizard.tui.screens.done import Done
from wizard.tui.screens.rotate import RotatePreview, Rotating
from wizard.tui.screens.status import Status
from wizard.tui.undertaking import Undertaking

if TYPE_CHECKING:
    from textual.app import App

    from wizard.providers.session import Session
    from wizard.tui.sitting import Sitting

NOTHING_NAMED = {"environments": (), "kinds": (), "everything": False, "expiring": None, "grace": "24h", "undo": False}

PROJECT = Project.model_validate(
    {
        "version": 1,
        "name": "shop",
        "region": "westeurope",
        "github": {"repository": "contoso/shop", "visibility": "private"},
        "identity": {"mode": "client-secret"},
        "secrets": [{"name": "salt", "from": "generate"}, {"name": "api-key", "from": "prompt"}],
        "environments": [
            {"name": "dev", "subscription": "Contoso Dev"},
            {"name": "prod", "subscription": "Contoso Prod", "reviewers": ["@ana"]},
        ],
    }
)
SUBSCRIPTION = "11111111-0001-4d5e-8f60-a1b2c3d4e5f6"
FACTS = Facts(tenant="t", subscriptions={"dev": SUBSCRIPTION, "prod": SUBSCRIPTION}, operator="o")
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)

STATUS = Found(
    "shop",
    ("dev", "prod"),
    (
        Row("", "files", "contoso/shop", Standing.OK),
        Row("", "lease", "bea works on this project", Standing.WAITING, "set up, since 2026-03-04 11:58 UTC", "wait for the end"),
        Row("dev", "roles", "arm.role_assignment/dev/deploy-contributor", Standing.DRIFT, "it is not there", "lakestrap status --fix"),
        Row(
            "dev",
            "credentials",
            "entra-client-secret/dev",
            Standing.EXPIRING,
            "expires in 12 days",
            "lakestrap rotate dev",
            until="2026-03-16",
        ),
        Row("dev", "vault", "keyvault.vault/dev", Standing.OK),
        Row("prod", "gate", "github.environment/prod", Standing.DRIFT, "reviewers is nobody instead of @ana", "lakestrap status --fix"),
        Row("prod", "trust", "entra.application/prod", Standing.UNKNOWN, "may not be read: Application.Read.All is missing", "ask for it"),
        Row(
            "prod",
            "proof",
            "verify-login",
            Standing.WAITING,
            "waits for an approval",
            "ana",
            link="https://github.com/contoso/shop/actions/runs/1",
        ),
    ),
)


def rotation(*, full: bool = False) -> Preview:
    """One that expires, one in its grace, one that is left; with ``full`` the issuer has no room for another."""
    items = [Item(credential, Notebook("contoso/shop", credential.environment)) for credential in credentials_of(PROJECT, FACTS)]
    for item in items:
        made = Held("a1", True, True, NOW - timedelta(days=78), NOW + timedelta(days=12))
        foreign = Held("b2", False, False, NOW - timedelta(days=300))
        client = item.credential.kind == "entra-client-secret"
        item.held = (foreign, made) if client else (Held("v1", True, True, NOW - timedelta(days=78)),)
        item.copies = tuple((copy, Stands(True, written=NOW - timedelta(days=78))) for copy in item.credential.copies)
        item.task, item.reason = (Task.ROTATE, "it expires on 2026-03-16") if client else (Task.KEEP, "not due")
        if item.credential.key == "key-vault-secret/dev/salt":
            item.task, item.reason = Task.WAIT, "the old one is valid until 2026-03-05 09:00 UTC"
        if full and item.credential.key == "entra-client-secret/prod":
            item.obstacles = ["the issuer holds 2 of at most 2: b2 (not ours, 2025-05-08), a1 (ours, 2025-12-16)"]
            item.hints = ["end one that nobody uses any more; lakestrap ends none that is not its own"]
    return Preview(tuple(items), Wishes(), NOW, False)


def changes(action: Action, environment: str) -> list[Change]:
    """One for everything that the project has in an environment."""
    found = [each for each in resources(PROJECT, FACTS) if each.environment == environment]
    return [Change(each, action, Observed(f"{each.kind}-id", owner="shop") if action is Action.DELETE else None) for each in found]


def removal(*, locked: bool = False) -> Removal:
    """Production goes; with ``locked`` somebody else's lock forbids it."""
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop-prod"
    lock = Gone(f"the lock keep on {group}", "somebody else made it", "az lock delete --name keep --resource-group rg-shop-prod")
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/handmade"
    return Removal(
        ("prod",),
        False,
        Plan(tuple(changes(Action.DELETE, "prod")[:9])),
        along=(Gone(f"{group}/providers/Microsoft.Databricks/workspaces/dbw-shop-prod", "goes with arm.resource_group/prod"),),
        kept=(Gone("github.repository/shop", "the team's own"),),
        foreign=(Gone(account, "nobody of us made it", f"az resource move --ids {account} --destination-group GROUP"),),
        obstacles=(lock,) if locked else (),
        to_name={"prod": "deployments to it need an approval: @ana"},
        recoverable=(Gone("vault kv-shop-prod-x6ksv", "until 2026-06-02", "az keyvault purge --name kv-shop-prod-x6ksv"),),
        left=PROJECT,
        files=FileChanges(("infra/parameters/prod.parameters.json",), (".github/workflows/deploy.yml", "lakestrap.yaml")),
    )


def moved() -> list[tuple[Change | None, Change | None]]:
    """A vault that has to be changed now, a role that has gone, and one that somebody else has made."""
    vault = next(each for each in changes(Action.UPDATE, "prod") if each.resource.kind == "keyvault.vault")
    differing = Change(vault.resource, Action.UPDATE, None, (Difference("purge_protection", "True", "False"),))
    roles = [each for each in changes(Action.CREATE, "prod") if each.resource.kind == "arm.role_assignment"]
    return [(Change(vault.resource, Action.CREATE), differing), (None, roles[0]), (roles[1], None)]


class StillStatus(Status):
    """Shows the example."""

    async def read(self) -> Outline:
        self.found = STATUS
        return status_view.outline(STATUS)


class StillRotation(RotatePreview):
    """Shows the example; ``full`` stands in its arguments."""

    async def read(self) -> Outline:
        self.preview = rotation(full=bool(self.arguments.get("full")))
        return rotate_view.outline(self.preview, "lakestrap rotate")


class StillRemoval(DestroyPreview):
    """Shows the example."""

    async def read(self) -> Outline:
        self.removal = removal(locked=self.purge)
        return removal_view.outline(self.removal)


def ended(app: App[int], run: type[Undertaking], outcome: Outcome, events: tuple[Event, ...], *given: object) -> Done:
    """How a run ended that told those events."""
    sitting: Sitting = app.sitting  # type: ignore[attr-defined]
    sitting.job, sitting.outcome = Job(Path("lakestrap.yaml"), PROJECT, cast("Session", None), FACTS), outcome
    undertaking = run(sitting, *given)
    board = undertaking.board()
    for event in events:
        board.show(event)
    return Done(undertaking, board, None, 41.0)


def rotated(app: App[int]) -> Done:
    """Two client secrets were renewed, one of them waits for an approval."""
    words = (
        "still valid beside the new: entra-client-secret/dev until 2026-03-05 12:00 UTC; it is safe to leave; lakestrap rotate ends them"
    )
    outcome = RotationOutcome(words=words)
    outcome.pending.append({"what": "approve the run in prod", "who": "@ana", "link": "https://github.com/contoso/shop/actions/runs/7"})
    outcome.applied.changed = 9
    events = tuple(Event(EventKind.SETTLED, f"entra-client-secret/{name}", "rotate") for name in ("dev", "prod"))
    return ended(app, Rotating, outcome, events, NOTHING_NAMED, Wishes(), rotation())


def stopped(app: App[int]) -> Done:
    """The first one failed and was put back; the second was not begun."""
    outcome, key = RotationOutcome(), "entra-client-secret/dev"
    outcome.applied.changed = 4
    outcome.applied.failed[key] = ServiceRefused("no job can sign in with the new one")
    outcome.applied.skipped["entra-client-secret/prod"] = f"{key} failed"
    back = "no job can sign in with the new one: AADSTS7000215; the old one is put back and stays valid"
    events = (
        Event(EventKind.NOTED, key, "withdraw", back),
        Event(EventKind.CHANGE_FAILED, key, "rotate", "failed", "no job can sign in with the new one", "lakestrap explain dev"),
        Event(EventKind.SKIPPED, "entra-client-secret/prod", "rotate", "skipped", detail={"reason": f"{key} failed"}),
    )
    return ended(app, Rotating, outcome, events, NOTHING_NAMED, Wishes(), rotation())


def removed(app: App[int]) -> Done:
    """Production has gone; a vault can be had back."""
    outcome = Outcome()
    outcome.applied.changed = 12
    outcome.pending.append(
        {"what": "merge the pull request", "who": "somebody with write access", "link": "https://github.com/contoso/shop/pull/3"}
    )
    events = (Event(EventKind.NOTED, outcome="vault kv-shop-prod-x6ksv is soft-deleted until 2026-06-02: purge protection forbids more"),)
    return ended(app, Removing, outcome, events, ("prod",), removal())
