"""What the screens of migrations, of an upgrade and of an explanation show, as plain data; no cloud is asked for them.

Owns these examples and the screens that show one of them instead of reading.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.tui.still import FACTS, PROJECT, ended
from wizard.blueprint import Facts, resources
from wizard.engine.events import Event, EventKind
from wizard.engine.plan import Plan
from wizard.flows.decisions import Outcome
from wizard.flows.explain import Explanation
from wizard.flows.explain.asked import Claims
from wizard.flows.explain.comparison import Expected, findings
from wizard.flows.migrate_oidc import Leaving, MigrationOutcome, OidcPreview
from wizard.flows.migrate_subject import Move, SubjectPreview
from wizard.flows.rotate.credential import Held
from wizard.flows.upgrade import Preview
from wizard.project.model import Project
from wizard.providers.entra.held_credentials import Trust
from wizard.render.following import Fate, Followed
from wizard.render.three_way import Conflict
from wizard.tui import migrate_view, upgrade_view
from wizard.tui.outline import Outline
from wizard.tui.screens.done import Done
from wizard.tui.screens.explain import Explained
from wizard.tui.screens.migrate import PROOF, LeavingSecrets, OidcMigration, SubjectMigration
from wizard.tui.screens.upgrade import UpgradePreview, Upgrading

if TYPE_CHECKING:
    from textual.app import App

ISSUER, AUDIENCE = "https://token.actions.githubusercontent.com", "api://AzureADTokenExchange"
NAMES = "repo:contoso/shop:environment"
IDS = "repo:contoso@2001/shop@900001:environment"


def leaving() -> OidcPreview:
    """Development has two secrets to leave, production's end is noted."""
    held = tuple(Held(f"key-{n}", True, n == 2, expires=datetime(2026, 3 * n, 16, tzinfo=UTC)) for n in (1, 2))
    return OidcPreview((Leaving("dev", held, False), Leaving("prod", held[:1], True)), True, timedelta(hours=24))


def moving(*, opts_in: bool = False) -> SubjectPreview:
    """From names to ids: development trusts both already, production the old one only."""
    federated = Project.model_validate({**PROJECT.model_dump(mode="json", by_alias=True), "identity": {"mode": "federated"}, "secrets": []})
    facts = Facts(tenant="t", subscriptions=FACTS.subscriptions, operator="o")
    wished = {each.environment: each for each in resources(federated, facts) if each.kind == "entra.federated_credential"}
    old = {name: (Trust("1", "github", ISSUER, f"{NAMES}:{name}", AUDIENCE, "shop"),) for name in ("dev", "prod")}
    moves = tuple(Move(name, wished[name], f"{IDS}:{name}", name == "dev", old[name]) for name in ("dev", "prod"))
    return SubjectPreview("contoso/shop", moves, opts_in, {} if opts_in else {"github.repository": "contoso/shop"})


def upgrading() -> Preview:
    """One file changes, one is new, one is left because of an edit, one is as it is."""
    before = "name: deploy\non:\n  push:\n    branches: [main]\npermissions:\n  contents: read\n"
    conflict = Conflict(12, "    max-parallel: 3\n", "    max-parallel: 9\n", "    max-parallel: 1\n")
    files = (
        Followed(".github/workflows/deploy.yml", Fate.CHANGED, before.replace("read", "read\n  id-token: write"), before),
        Followed("docs/promotion.md", Fate.NEW, "# Promotion\n\nFrom dev to prod.\n"),
        Followed(".github/workflows/infra.yml", Fate.LEFT, "x", "x", "edits of yours are where it would change", (conflict,)),
        Followed("databricks.yml", Fate.SAME, "a", "a"),
    )
    return Preview(files, (), Plan(()))


class StillLeaving(OidcMigration):
    """Shows the example."""

    async def read(self) -> Outline:
        self.preview = leaving()
        return migrate_view.of_oidc(self.preview, self.command)


class StillMoving(SubjectMigration):
    """Shows the example."""

    async def read(self) -> Outline:
        self.preview = moving(opts_in=self.opt_in)
        return migrate_view.of_subject(self.preview, self.command)


class StillUpgrade(UpgradePreview):
    """Shows the example."""

    async def read(self) -> Outline:
        self.preview = upgrading()
        return upgrade_view.outline(self.preview)


class StillExplained(Explained):
    """A job whose environment is spelled otherwise, asked about by the address of its run."""

    async def read(self) -> Explanation:
        presented, expected = Claims(f"{IDS}:Prod"), Expected("prod", f"{IDS}:prod", (Claims(f"{IDS}:prod"),))
        found = tuple(findings(presented, expected, "AADSTS700213"))
        return Explanation(
            self.question.text,
            "AADSTS700213",
            "No matching federated identity record found for the presented assertion subject.",
            "prod",
            presented,
            expected.subject,
            expected.subjects,
            found,
            tuple(command for finding in found for command in finding.commands),
            ("whom the identity of dev trusts: Application.Read.All is missing",),
            "deploy / prod",
            "https://github.com/contoso/shop/actions/runs/7",
        )


def migrated(app: App[int], *, over: bool = False) -> Done:
    """Development has proven the new sign-in; production waits for its reviewer, or (``over``) has proven it too."""
    day = datetime(2026, 3, 5, 12, tzinfo=UTC)
    outcome = MigrationOutcome(valid_until={"dev": day} | ({"prod": day + timedelta(minutes=5)} if over else {}))
    outcome.applied.changed = 5
    link = "https://github.com/contoso/shop/actions/runs/7"
    told = {"environment": "prod", "link": link}
    dev = Event(EventKind.SETTLED, f"{PROOF}dev", "verify", "signed in", detail={"environment": "dev", "link": link})
    events: tuple[Event, ...]
    if over:
        events = (dev, Event(EventKind.SETTLED, f"{PROOF}prod", "verify", "signed in", detail=told))
    else:
        outcome.pending.append({"what": "prod: approve the run", "who": "@ana", "link": link})
        words = "prod: no job has signed in without the secret yet; the secret stays valid; go on with: lakestrap migrate oidc"
        waits = Event(EventKind.PENDING, f"{PROOF}prod", "verify", "waits for an approval", detail=told)
        events = (dev, waits, Event(EventKind.NOTED, "entra-client-secret/prod", "migrate", words))
    return ended(app, LeavingSecrets, outcome, events, leaving(), "lakestrap migrate oidc", "24h")


def upgraded(app: App[int]) -> Done:
    """The pull request waits for its merge, one file is left to people."""
    outcome = Outcome()
    outcome.applied.changed = 1
    writer = "somebody with write access"
    outcome.pending += [
        {"what": "merge the pull request", "who": writer, "link": "https://github.com/contoso/shop/pull/3"},
        {
            "what": "bring .github/workflows/infra.yml up to date by hand (lakestrap files --diff shows it)",
            "who": writer,
            "link": "https://github.com/contoso/shop/blob/HEAD/.github/workflows/infra.yml",
        },
    ]
    return ended(app, Upgrading, outcome, (), upgrading())
