"""Two Graph calls at once must not mix their keys: msgraph's builders by alternate key share one mapping of path parameters."""

from __future__ import annotations

import asyncio

from tests.conftest import Sandbox
from wizard.providers.signin import open_session


async def test_reads_by_alternate_key_do_not_mix(sandbox: Sandbox) -> None:
    session = await open_session()
    try:
        names = [f"lakestrap-side-{number}" for number in range(8)]

        async def read(name: str) -> str:
            from wizard.providers.graph import GraphRefused

            try:
                await session.graph(lambda g: g.applications_with_unique_name(name).to_get_request_information())
            except GraphRefused as refusal:
                return refusal.message
            return "found"

        await asyncio.gather(*(read(name) for name in names))
    finally:
        await session.close()
    asked = sorted(e["url"].rpartition("'")[0].rpartition("'")[2] for e in sandbox.exchanges if "uniqueName=" in e["url"])
    assert asked == sorted(names)
