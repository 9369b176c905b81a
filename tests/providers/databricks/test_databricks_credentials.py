"""OAuth secrets and tokens of a service principal over the real SDK: known again, told in full, working until they are ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.providers.arm.life import waited
from tests.providers.databricks.workspaces import Workspace
from tests.providers.keyvault.places import SHARED
from wizard.engine.resource import Observed
from wizard.errors import BadInput, NotAllowed, NotYet, ServiceRefused, Unreachable
from wizard.providers.databricks.oauth_secret import OAuthSecret, held_secrets, mark_seconds, remove_secret
from wizard.providers.databricks.sign_in import signs_in, token_works
from wizard.providers.databricks.token import Token, held_tokens
from wizard.secret import Secret


class Member:
    """The automation principal in a workspace, with what it may hold."""

    def __init__(self, workspace: Workspace, member: Observed) -> None:
        self.workspace, self.session, self.id = workspace, workspace.session, member.id

    def secret(self, **more: Any) -> OAuthSecret:
        workspace = self.workspace
        fixed: dict[str, Any] = {"name": "dev", "host": workspace.host, "principal": self.id, "application_id": workspace.application}
        return OAuthSecret(**{**fixed, **SHARED, **more})

    def token(self, sign_in: Secret | None, **more: Any) -> Token:
        workspace = self.workspace
        fixed: dict[str, Any] = {"name": "dev/tool", "host": workspace.host, "application_id": workspace.application, "label": "tool"}
        return Token(**{**fixed, **SHARED, "sign_in": sign_in, **more})

    async def foreign(self, lifetime: str = "86400s") -> str:
        made = await self.session.databricks(
            self.workspace.host, lambda w: w.service_principal_secrets_proxy.create(self.id, lifetime=lifetime)
        )
        return str(made.id)


@pytest.fixture
async def member(workspace: Workspace) -> Member:
    return Member(workspace, await waited(lambda: workspace.principal().create(workspace.session)))


async def test_ours_is_known_by_its_lifetime_among_others(member: Member) -> None:
    wished = member.secret()
    await member.foreign()
    assert await wished.read(member.session) is None, "a secret of others is none of ours"
    made = await wished.create(member.session)
    await member.foreign("2592000s")
    seen = await wished.read(member.session)
    assert seen is not None and seen.id == made.id and seen.owner == "shop" and "value" not in seen.attributes
    assert await replace(wished, environment="prod").read(member.session) is None
    assert mark_seconds("shop", "dev") % 2 == 1 and mark_seconds("shop", "dev") != mark_seconds("shop", "prod")


async def test_a_lifetime_that_is_not_kept_is_told(member: Member) -> None:
    wished = member.secret()
    made = await wished.create(member.session)
    with member.workspace.sandbox.lock:
        table = member.workspace.sandbox.world.table("databricks.oauth_secrets")
        for key, row in list(table.items()):
            table[key] = row | {"expire_time": "2027-01-01T00:00:00.000Z"}
    with pytest.raises(ServiceRefused, match="another lifetime"):
        await wished.finished(member.session, made)


async def test_a_full_set_is_told_before_anything_is_sent(member: Member) -> None:
    there = [await member.foreign() for _ in range(5)]
    before = len(member.workspace.sandbox.mutating())
    with pytest.raises(NotAllowed) as refused:
        await member.secret().read(member.session)
    assert all(identity in refused.value.message for identity in there) and refused.value.hints
    assert len(member.workspace.sandbox.mutating()) == before
    assert len(await held_secrets(member.session, member.workspace.host, member.id)) == 5


async def test_the_principal_signs_in_with_its_secret_until_it_is_removed(member: Member) -> None:
    made = await member.secret().create(member.session)
    value, host, application = made.attributes["value"], member.workspace.host, member.workspace.application
    await signs_in(member.session, host, application, value)
    with pytest.raises(NotYet):
        await signs_in(member.session, host, application, Secret("dose-of-another"))
    await remove_secret(member.session, host, member.id, made.id)
    await remove_secret(member.session, host, member.id, made.id)
    with pytest.raises(NotYet):
        await signs_in(member.session, host, application, value)


async def test_a_token_is_the_principals_own_and_works_until_it_is_revoked(member: Member) -> None:
    secret = (await member.secret().create(member.session)).attributes["value"]
    wished = member.token(secret)
    made = await wished.create(member.session)
    await token_works(member.session, member.workspace.host, made.attributes["value"])
    rows = await held_tokens(member.session, member.workspace.host, member.workspace.application)
    assert [(row.id, row.comment) for row in rows] == [(made.id, "lakestrap:shop/dev/tool")]
    assert await replace(wished, label="other").read(member.session) is None
    await wished.delete(member.session, made)
    with pytest.raises(NotYet):
        await token_works(member.session, member.workspace.host, made.attributes["value"])


async def test_a_token_of_somebody_else_with_our_comment_is_not_ours(member: Member) -> None:
    await member.session.databricks(member.workspace.host, lambda w: w.tokens.create(comment="lakestrap:shop/dev/tool"))
    assert await member.token(Secret("x")).read(member.session) is None


async def test_a_token_without_a_sign_in_is_refused_and_with_a_wrong_one_waited_for(member: Member) -> None:
    with pytest.raises(BadInput):
        await member.token(None).create(member.session)
    with pytest.raises(NotYet):
        await member.token(Secret("dose-of-another")).create(member.session)


@pytest.mark.parametrize("kind", ["secret", "token"])
async def test_what_may_have_arrived_is_not_sent_again(member: Member, kind: str) -> None:
    value = (await member.secret().create(member.session)).attributes["value"]
    path = ".*/credentials/secrets" if kind == "secret" else ".*/token/create"
    member.workspace.sandbox.faults.add(method="POST", path=path, when="after", reset=True)
    wished = member.secret() if kind == "secret" else member.token(value)
    before = len(member.workspace.sandbox.mutating())
    with pytest.raises(Unreachable):
        await wished.create(member.session)
    assert len(member.workspace.sandbox.mutating()) == before + 1
    member.workspace.sandbox.exchanges[:] = [each for each in member.workspace.sandbox.exchanges if each["status"]]
