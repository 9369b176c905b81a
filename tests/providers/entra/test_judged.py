"""What the kinds send and the local Graph answers, held against Graph's own description where it is at hand.

The description does not hold alternate keys (``/applications(uniqueName='x')``), so they are judged as the plain key that they
stand for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.contract.judging import judged, needs_judge
from tests.providers.entra.conftest import made, patiently
from tests.providers.entra.test_kinds import SHARED, application, credential
from wizard.providers.entra.client_secret import ClientSecret
from wizard.providers.entra.principals import find_principal
from wizard.providers.entra.service_principal import ServicePrincipal

if TYPE_CHECKING:
    from wizard.providers.session import Session

KEY = re.compile(r"\((?:uniqueName|appId)='[^']*'\)")

pytestmark = needs_judge


def heard(exchanges: list[Any]) -> tuple[str, ...]:
    """The judge's findings over what went to Graph, alternate keys said plainly."""
    return judged(
        [row | {"url": KEY.sub("/00000000-0000-4000-8000-000000000001", row["url"])} for row in exchanges if row["service"] == "graph"]
    ).findings


async def test_every_exchange_agrees_and_a_planted_one_does_not(sandbox: Any, session: Session) -> None:
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
    assert heard(sandbox.exchanges) == ()

    sent = next(row for row in sandbox.exchanges if row["method"] == "PATCH" and "uniqueName" in row["url"] and row["status"] == 201)
    assert any("lakestrap:shop" in finding for finding in heard([sent | {"response": sent["response"] | {"tags": "lakestrap:shop"}}]))
