"""A tenant that asks for a second factor: the claims challenge of a refused write ends in one command to run."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from wizard.errors import NotSignedIn
from wizard.providers.signin import open_session


def ask_for_it(sandbox: Any, *, shown: bool) -> None:
    """The tenant asks for a second factor; the operator's sign-in has ``shown`` one or not."""
    with sandbox.lock:
        tenant = sandbox.world.table("login.tenant")
        tenant["tenant"] = tenant["tenant"] | {"mfa": "required"}
        tokens = sandbox.world.table("_login.refresh_tokens")
        for key, row in tokens.items():
            tokens[key] = row | {"mfa": shown}


async def test_a_write_without_it_names_the_command(sandbox: Any) -> None:
    ask_for_it(sandbox, shown=False)
    async with await open_session() as session:
        client = session.resources(session.subscription("Contoso Dev").id)
        with pytest.raises(NotSignedIn, match="multi-factor authentication is asked for") as caught:
            await client.resource_groups.create_or_update("rg-x", {"location": "westeurope"})
    command = caught.value.hints[0]
    assert command.startswith("az login --tenant 3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90 --claims-challenge ")
    challenge = json.loads(base64.b64decode(command.split('"')[1]))
    assert "acrs" in challenge["access_token"]
    assert sandbox.mutating() == []


async def test_a_write_with_it_and_a_read_without(sandbox: Any) -> None:
    ask_for_it(sandbox, shown=True)
    async with await open_session() as session:
        client = session.resources(session.subscription("Contoso Dev").id)
        await client.resource_groups.create_or_update("rg-x", {"location": "westeurope"})
    ask_for_it(sandbox, shown=False)
    async with await open_session() as session:
        client = session.resources(session.subscription("Contoso Dev").id)
        assert (await client.resource_groups.get("rg-x")).name == "rg-x"
