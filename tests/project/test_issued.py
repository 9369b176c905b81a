"""Secrets that set-up gets from their issuer: what the file accepts, and every rule beside a project that breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.blueprint.projects import STORAGE, project
from wizard.project.issued import MOST_GITHUB_SECRETS, account_of, oauth_secret_of
from wizard.project.schema import schema

OAUTH = {"name": "dbx", "from": "databricks-oauth-secret"}


def wrong(*secrets: dict[str, Any]) -> list[str]:
    """``place: reason`` of everything that is wrong."""
    with pytest.raises(ValidationError) as refused:
        project(secrets=list(secrets))
    return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in refused.value.errors()]


def test_what_is_issued_is_accepted_and_published() -> None:
    named = {"name": "stone", "from": f"storage-key:{STORAGE}", "github": "STONE_KEY", "environments": ["dev"]}
    made = project(secrets=[OAUTH | {"github": "DBX"}, {"name": "tool", "from": "databricks-token"}, named])
    dev = made.environments[0]
    found = oauth_secret_of(made, dev)
    assert found is not None and found.name == "dbx"
    assert account_of(made.secrets[2], dev) == STORAGE
    members = schema()["$defs"]["SecretSpec"]["properties"]
    assert "databricks-token" in members["from"]["pattern"] and members["github"]["default"] is None


def test_an_account_of_ones_own_needs_no_name() -> None:
    keyed = {"name": "stone", "from": "storage-key", "environments": ["dev"]}
    assert wrong(keyed) == ["secrets.0.from: the storage account that set-up makes for dev takes no shared keys"]
    environments = [{"name": "dev", "subscription": "Contoso Dev", "existing": {"storage": STORAGE}}]
    own = project(secrets=[keyed], environments=environments)
    assert account_of(own.secrets[0], own.environments[0]) == STORAGE


@pytest.mark.parametrize(
    ("secrets", "place", "words"),
    [
        ([{"name": "tool", "from": "databricks-token"}], "secrets.0.from", "has no OAuth secret to sign in with"),
        ([{"name": "tool", "from": "databricks-token"}, OAUTH | {"environments": ["dev"]}], "secrets.0.from", "identity of prod"),
        ([OAUTH, OAUTH | {"name": "second"}], "secrets.1.from", "has an OAuth secret already"),
        ([OAUTH | {"check": "true"}], "secrets.0.check", "nothing to check"),
        ([OAUTH | {"github": "github_token"}], "secrets.0.github", "GitHub's own"),
        ([OAUTH | {"github": "azure_client_secret"}], "secrets.0.github", "the deployment credential has"),
        ([OAUTH | {"github": "ONE"}, {"name": "b", "from": "generate", "github": "one"}], "secrets.1.github", "is there twice"),
        ([OAUTH | {"github": "1ST"}], "secrets.0.github", "should match pattern"),
        ([{"name": "k", "from": "storage-key:/subscriptions/1"}], "secrets.0.from", "should match pattern"),
    ],
)
def test_what_cannot_be_is_told_at_its_place(secrets: list[dict[str, Any]], place: str, words: str) -> None:
    assert any(line.startswith(f"{place}: ") and words in line for line in wrong(*secrets)), wrong(*secrets)


def test_more_copies_than_an_environment_holds_are_told() -> None:
    many = [{"name": f"s{number}", "from": "generate", "github": f"S{number}"} for number in range(MOST_GITHUB_SECRETS)]
    assert any("more than it holds" in line for line in wrong(*many))
    assert project(secrets=many[:-1])
