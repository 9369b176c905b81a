"""What the kinds send and the local Graph answers, held against Graph's own description where it is at hand.

The description does not hold alternate keys (``/applications(uniqueName='x')``), so they are judged as the plain key that they
stand for.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.providers.entra.conftest import made, patiently
from tests.providers.entra.test_kinds import SHARED, application, credential
from wizard.providers.entra.client_secret import ClientSecret
from wizard.providers.entra.principals import find_principal
from wizard.providers.entra.service_principal import ServicePrincipal

if TYPE_CHECKING:
    from wizard.providers.session import Session

JUDGE = Path(__file__).resolve().parents[4] / "shared" / "conformance" / "judge.py"
KEY = re.compile(r"\((?:uniqueName|appId)='[^']*'\)")

pytestmark = pytest.mark.skipif(not JUDGE.exists(), reason="the official descriptions (../shared) are not here")


def judged(exchanges: list[Any], path: Path) -> subprocess.CompletedProcess[str]:
    rows = [row | {"url": KEY.sub("/00000000-0000-4000-8000-000000000001", row["url"])} for row in exchanges if row["service"] == "graph"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [sys.executable, str(JUDGE), "--strict", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


async def test_every_exchange_agrees_and_a_planted_one_does_not(sandbox: Any, session: Session, tmp_path: Path) -> None:
    observed = await made(session, application())
    principal = ServicePrincipal(**SHARED, client_id=observed.attributes["client_id"])
    trust = credential(observed)
    secret = ClientSecret(**SHARED, application=observed.attributes["object_id"])
    for kind in (principal, trust, secret):
        await kind.read(session)
        seen = await made(session, kind)
        if kind is not secret:
            await patiently(lambda kind=kind, seen=seen: kind.update(session, seen))  # type: ignore[misc]
        await kind.delete(session, seen)
    await patiently(lambda: application().update(session, observed))
    await find_principal(session, "group", "data-operators")
    await find_principal(session, "user", "nobody@contoso.com")
    await application().delete(session, observed)
    await made(session, application())
    verdict = judged(sandbox.exchanges, tmp_path / "record.jsonl")
    assert verdict.returncode == 0, verdict.stdout[-4000:]

    sent = next(row for row in sandbox.exchanges if row["method"] == "PATCH" and "uniqueName" in row["url"] and row["status"] == 201)
    planted = sent | {"response": sent["response"] | {"tags": "lakestrap:shop"}}
    verdict = judged([planted], tmp_path / "planted.jsonl")
    assert verdict.returncode == 1
    assert "lakestrap:shop" in verdict.stdout
