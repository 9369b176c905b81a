"""A repository that gets another name or owner takes everything along, leads from the old address, and presents another subject."""

from __future__ import annotations

from tests.sandbox.github.conftest import GitHub, described
from wizard.sandbox.github import models

SHOP, STORE = "/repos/contoso/shop", "/repos/contoso/store"


def furnished(github: GitHub) -> None:
    assert github.send("PUT", f"{SHOP}/environments/prod", {"wait_timer": 5}).status == 200
    assert github.send("POST", f"{SHOP}/environments/prod/variables", {"name": "PLACE", "value": "here"}).status == 201


def test_everything_is_found_under_the_new_name(github: GitHub) -> None:
    furnished(github)
    assert github.send("PATCH", SHOP, {"name": "store"}).body["full_name"] == "contoso/store"
    assert github.send("GET", f"{STORE}/environments/prod").body["protection_rules"][0]["wait_timer"] == 5
    assert github.send("GET", f"{STORE}/environments/prod/variables/PLACE").body["value"] == "here"
    assert github.send("GET", f"{STORE}/contents/README.md").status == 200
    assert "contoso/shop" not in {row.get("repository") for row in github.world.table("github.objects").values()}


def test_the_old_name_leads_to_the_new_one() -> None:
    github = GitHub(described())  # unheard by the judge: the description knows redirects of a few paths, GitHub of all
    furnished(github)
    github.send("PATCH", SHOP, {"name": "store"})
    answer = github.send("GET", f"{SHOP}/environments/prod?per_page=1")
    assert (answer.status, answer.headers["Location"]) == (
        301,
        "https://api.github.com/repositories/900001/environments/prod?per_page=1",
    )
    assert github.send("GET", "/repositories/900001/environments/prod").body["name"] == "prod"
    assert github.send("PUT", f"{SHOP}/environments/prod", {}).status == 307


def test_whoever_may_not_read_it_is_led_nowhere(github: GitHub) -> None:
    github.send("PATCH", SHOP, {"name": "store"})
    assert github.send("GET", SHOP, login="eve").status == 404


def test_either_gives_the_immutable_subject(github: GitHub) -> None:
    assert models.subject_prefix(github.world, "contoso/shop") == "repo:contoso/shop"
    github.send("PATCH", SHOP, {"name": "store"})
    assert models.subject_prefix(github.world, "contoso/store") == "repo:contoso@2001/store@900001"
    answer = github.send("GET", f"{STORE}/actions/oidc/customization/sub")
    assert answer.body["sub_claim_prefix"] == "repo:contoso@2001/store@900001"


def test_a_name_that_is_taken_is_refused(github: GitHub) -> None:
    assert github.send("POST", "/orgs/contoso/repos", {"name": "store", "private": True}).status == 201
    assert github.send("PATCH", SHOP, {"name": "store"}).status == 422
    assert github.send("GET", SHOP).status == 200


def test_a_transfer_needs_an_administrator() -> None:
    github = GitHub(described())  # unheard: the operation is not among those that the judge holds a description of
    assert github.send("POST", f"{SHOP}/transfer", {"new_owner": "contoso", "new_name": "store"}, login="ana").status in (403, 404)
    assert github.send("POST", f"{SHOP}/transfer", {"new_owner": "contoso", "new_name": "store"}).status == 202
    assert github.send("GET", STORE).status == 200
