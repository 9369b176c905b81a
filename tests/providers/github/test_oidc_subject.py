"""The subject is what GitHub says for the repository, and refused where no single one exists."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.errors import NotAllowed
from wizard.providers.github.oidc_subject import ISSUER, OidcSubject, rendered
from wizard.providers.github.repository import Repository
from wizard.sandbox.github import models

SHOP: dict[str, Any] = {"project": "shop", "repository": "contoso/shop"}
BODY = {"full_name": "contoso/shop", "id": 7, "owner": {"login": "contoso", "id": 2001}, "private": True}


def subject(name: str = "prod") -> OidcSubject:
    return OidcSubject(name=name, environment_name=name, **SHOP)


def change(github: Any, **oidc: Any) -> None:
    with github.sandbox.lock:
        row = github.repository()
        models.put_repository(github.world, row | {"oidc": row["oidc"] | oidc})


def test_a_new_repository_has_the_immutable_subject_whatever_the_flag_says(github: Any) -> None:
    assert github.read(subject()) is None
    github.settle(Repository(name="repository", **SHOP))
    number = github.repository()["id"]
    observed = github.read(subject())
    assert observed.attributes["subject"] == f"repo:contoso@2001/shop@{number}:environment:prod"
    assert observed.attributes["issuer"] == ISSUER
    assert observed.attributes["subject"] == models.subject(github.world, "contoso/shop", "environment:prod", {})


@pytest.mark.parametrize("sandbox_world", ["brownfield"])
def test_an_old_repository_has_the_subject_of_names(github: Any) -> None:
    assert github.read(subject()).attributes["subject"] == "repo:contoso/shop:environment:prod"
    change(github, opted_in=False)
    assert github.read(subject()).attributes["subject"] == "repo:contoso/shop:environment:prod"
    change(github, opted_in=True, immutable=True)
    assert github.read(subject()).attributes["subject"] == "repo:contoso@2001/shop@900001:environment:prod"


@pytest.mark.parametrize("sandbox_world", ["brownfield"])
@pytest.mark.parametrize("keys", [["repo", "context"], ["repository_owner_id", "context"], ["repository_id", "environment"]])
def test_a_template_of_fixed_claims_is_rendered_as_github_does(github: Any, keys: list[str]) -> None:
    change(github, use_default=False, include_claim_keys=keys)
    claims = {"repository_owner_id": "2001", "repository_id": "900001", "environment": "prod"}
    assert github.read(subject()).attributes["subject"] == models.subject(github.world, "contoso/shop", "environment:prod", claims)


@pytest.mark.parametrize("keys", [["repo", "context", "actor"], ["repo", "context", "job_workflow_ref"], ["context", "ref"]])
def test_a_template_that_depends_on_the_run_is_refused(keys: list[str]) -> None:
    with pytest.raises(NotAllowed, match=keys[-1]):
        rendered("prod", "repo:contoso/shop", {"use_default": False, "include_claim_keys": keys}, BODY)


def test_a_template_that_does_not_name_the_environment_is_refused() -> None:
    with pytest.raises(NotAllowed, match="any job would get its identity"):
        rendered("prod", "repo:contoso/shop", {"use_default": False, "include_claim_keys": ["repository_id"]}, BODY)


def test_colons_in_values_are_escaped() -> None:
    assert rendered("eu:prod", "repo:contoso/shop", {"use_default": True}, BODY) == "repo:contoso/shop:environment:eu%3Aprod"
