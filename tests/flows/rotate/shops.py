"""Projects that are set up and about to be rotated: the worlds that the real command left, and what must hold of them afterwards.

Owns the running of the flow in this process and the invariants; every one of them is shown to be found when it is broken.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import Sandbox
from tests.scenarios import finished
from wizard.engine.events import Event
from wizard.errors import LakestrapError
from wizard.flows.job import opened
from wizard.flows.rotate.preview import Preview, previewed
from wizard.flows.rotate.run import RotationOutcome, closing, rotate
from wizard.flows.rotate.wishes import wished
from wizard.secret import Secret

TINY = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, create: true, visibility: private}
identity: {mode: client-secret}
secrets:
  - {name: salt, from: generate}
  - {name: api-key, from: "env:API_KEY"}
environments:
  - {name: dev, subscription: Contoso Dev}
"""
GATED = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, create: true, visibility: private}
identity: {mode: client-secret}
locks: production
secrets: [{name: salt, from: generate}]
environments:
  - {name: dev, subscription: Contoso Dev}
  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana"]}
"""
SECRETLESS = TINY.replace("client-secret", "federated").replace("  - {name: salt, from: generate}\n", "")
TEXTS = {"tiny": TINY, "gated": GATED, "secretless": SECRETLESS}


def set_up(name: str) -> Path:
    """The folder of a project after its set-up, with ``world.json``."""
    return finished.set_up(TEXTS[name])


def clone(name: str, target: Path) -> Path:
    """The project's file alone in a folder: what another laptop has."""
    target.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(set_up(name) / "lakestrap.yaml", target))


@dataclass(slots=True)
class Answers:
    """Decisions that a test gives."""

    values: Mapping[str, str] = field(default_factory=dict)
    agreed: bool = True
    shown: list[object] = field(default_factory=list)

    async def agrees(self, plan: object) -> bool:
        return self.agreed

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        return Secret(self.values[name]) if name in self.values else None

    async def agrees_to_rotate(self, preview: object) -> bool:
        self.shown.append(preview)
        return self.agreed

    async def choice(self, question: str, choices: tuple[str, ...], why: str) -> str | None:
        return None


@dataclass(slots=True)
class Rotated:
    """How a run ended: exit code, events, its error, the preview and the last words."""

    code: int
    events: list[Event]
    outcome: RotationOutcome
    error: LakestrapError | None
    preview: Preview | None
    last: Event

    def made(self, action: str) -> list[str]:
        """Keys of the mutating requests of that action, in their order."""
        return [event.key for event in self.events if event.event == "change_made" and event.action == action]


async def rotated(path: Path, *, answers: Answers | None = None, signed_in: Callable[[], None] = lambda: None, **wishes: Any) -> Rotated:
    """One run of the flow, as the headless face drives it; ``signed_in`` is called when the session is open."""
    outcome, events, error, preview = RotationOutcome(), [], None, None
    try:
        async with opened(path, wait=wishes.pop("wait", 0.0)) as job:
            signed_in()
            asked = wished(job.project, **wishes)
            preview = await previewed(job, asked)
            async for event in rotate(job, asked, answers or Answers(), outcome, preview):
                events.append(event)
    except LakestrapError as problem:
        error = problem
    last = closing(outcome, "", error)
    return Rotated(int(last.detail["exit_code"]), events, outcome, error, preview, last)  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class State:
    """What the world holds of one environment's client secret."""

    passwords: Mapping[str, str]
    """Secret texts of our password credentials by id."""
    stored: str
    """What the newest version in the operations vault holds."""
    deployed: str
    """What the GitHub environment's secret holds."""
    note: Any
    foreign: int


def state(tables: Mapping[str, Any], environment: str = "dev") -> State:
    """Read it from a world's tables."""
    application = next(row for row in tables["graph.applications"].values() if row["displayName"] == f"shop-{environment}-deploy")
    texts = {key: tables["graph.passwords"][key]["secretText"] for key in (r["keyId"] for r in application["passwordCredentials"])}
    mine = [r["keyId"] for r in application["passwordCredentials"] if str(r["displayName"]).startswith(f"lakestrap:shop/{environment}")]
    versions = [row for key, row in tables["keyvault.secrets"].items() if "/deploy-client-secret/" in key and f"-{environment}-" in key]
    newest = max(versions, key=lambda row: int(row["number"]))
    deployed = tables["github.secrets"][f"contoso/shop|{environment}|AZURE_CLIENT_SECRET"]["value"]
    note = tables["github.variables"].get(f"contoso/shop|{environment}|LAKESTRAP_RETIRING")
    return State(
        {key: texts[key] for key in mine},
        newest["value"],
        deployed,
        json.loads(note["value"])["rotations"] if note else None,
        len(texts) - len(mine),
    )


def troubles(tables: Mapping[str, Any], environment: str = "dev") -> list[str]:
    """What is wrong where a rotation is neither over nor waiting for a retirement; empty where nothing is."""
    now, found = state(tables, environment), []
    if now.stored != now.deployed:
        found.append("the vault and the GitHub environment hold different values")
    for place, value in (("the vault", now.stored), ("the GitHub environment", now.deployed)):
        if value not in now.passwords.values():
            found.append(f"{place} holds a value that does not sign in")
    noted = [row for row in now.note or () if row["credential"].startswith("entra-client-secret")]
    if any(row["phase"] != "retiring" for row in noted):
        found.append(f"a rotation is {noted[0]['phase']}")
    ending = {id for row in noted for id in row["ending"]}
    orphans = set(now.passwords) - ending - {key for key, text in now.passwords.items() if text == now.stored}
    if orphans:
        found.append(f"orphans: {sorted(orphans)}")
    given = [row["properties"] for row in tables["arm.role_assignments"].values()]
    if any(row.get("principalType") == "User" and row.get("description") == "lakestrap:shop" for row in given):
        found.append("the operator still has a temporary role")
    return found


def tables_of(sandbox: Sandbox) -> dict[str, Any]:
    """A copy of the running world's tables."""
    with sandbox.lock:
        copied: dict[str, Any] = json.loads(json.dumps(sandbox.world.dump()))
    return copied
