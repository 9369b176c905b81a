"""Every refusal of GitHub becomes one of our errors, with a hint that says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.errors import BadInput, NotAllowed, NotSignedIn, NotYet, ServiceRefused, Unreachable
from wizard.providers.github import rest
from wizard.providers.github.environment import Environment
from wizard.providers.github.errors import described, meaning
from wizard.providers.github.repository import Repository
from wizard.sandbox.github.seed import token_for

SHOP: dict[str, Any] = {"project": "shop", "repository": "contoso/shop"}
GATE = Environment(name="prod", environment_name="prod", **SHOP)


@pytest.fixture
def shop(github: Any) -> Any:
    github.settle(Repository(name="repository", **SHOP))
    return github


def test_an_expired_token_is_not_signed_in(shop: Any) -> None:
    shop.token(expires_at="2020-01-01T00:00:00Z")
    with pytest.raises(NotSignedIn, match="401 Bad credentials") as refused:
        shop.read(GATE)
    assert refused.value.hints[0].startswith("gh auth login")


def test_single_sign_on_says_where_to_authorize(shop: Any) -> None:
    shop.token(sso="required")
    with pytest.raises(NotAllowed, match="SAML enforcement") as refused:
        shop.read(GATE)
    assert refused.value.hints[0].startswith(
        "authorize the token for the organization's single sign-on: https://github.com/orgs/contoso/sso?"
    )


def test_a_fine_grained_token_is_told_the_permission_it_lacks(shop: Any) -> None:
    held = {"actions": "write", "environments": "write", "contents": "write"}
    shop.token(kind="fine-grained", permissions=held)
    with pytest.raises(NotAllowed, match="403 Resource not accessible by personal access token") as refused:
        shop.settle(GATE)
    assert refused.value.hints == ("give the fine-grained token the permission administration=write",)
    shop.token(kind="fine-grained", permissions=held | {"administration": "write"})
    assert shop.settle(GATE)


def test_a_classic_token_without_repo_is_told_the_command(shop: Any) -> None:
    shop.token(scopes=["read:org"])
    with pytest.raises(NotAllowed) as refused:
        shop.run(lambda session: rest.send(session, "PUT", "/repos/contoso/shop/environments/prod", {}))
    assert refused.value.hints == ("gh auth refresh --scopes repo",)


def test_a_member_who_may_only_read_is_not_allowed(shop: Any) -> None:
    with pytest.raises(NotAllowed, match="admin rights") as refused:
        shop.settle(GATE, login="ana")
    assert refused.value.permission == "administration:write"


def test_a_secondary_limit_is_waited_for_as_long_as_github_says() -> None:
    data = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    waiting = meaning(403, data, {"retry-after": "37"})
    assert isinstance(waiting, NotYet)
    assert waiting.retry_after == 37
    assert isinstance(meaning(403, {"message": "Must have admin rights to Repository."}, {}), NotAllowed)


def test_what_the_plan_lacks_is_bad_input_and_other_refusals_are_not() -> None:
    assert isinstance(
        meaning(403, {"message": "Upgrade to GitHub Pro or make this repository public to enable this feature."}, {}), BadInput
    )
    refused = meaning(422, {"message": "Validation Failed", "errors": [{"resource": "Ruleset", "code": "custom", "message": "no"}]}, {})
    assert isinstance(refused, ServiceRefused)
    assert (refused.status, refused.code, str(refused)) == (422, "custom", "422 Validation Failed; no")


def test_lines_of_a_message_become_one() -> None:
    assert (
        described({"message": "Repository rule violations found\n\nChanges must be made\n\n"})
        == "Repository rule violations found Changes must be made"
    )


def test_a_moved_branch_is_named_stale() -> None:
    refused = meaning(400, {"data": {}, "errors": [{"type": "STALE_DATA", "message": 'Expected branch to point to "a"'}]}, {})
    assert isinstance(refused, ServiceRefused)
    assert refused.code == "STALE_DATA"


def test_without_a_network_github_is_unreachable(monkeypatch: pytest.MonkeyPatch, shop: Any) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="cannot reach GitHub"):
        shop.read(GATE)


def test_the_token_is_in_no_error(shop: Any) -> None:
    token = token_for(shop.world, "ada")
    shop.token(scopes=[])
    with pytest.raises(NotAllowed) as refused:
        shop.settle(GATE)
    assert token not in repr(refused.value) + str(refused.value.__cause__) + str(refused.value.hints)
