"""GitHub's CLI, signed in by ``GH_TOKEN`` alone; it seals secrets itself, and the local GitHub can open them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.sandbox.actions import shop as ids
from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from tests.clients.conftest import Client
    from tests.clients.shop_in_azure import ShopInAzure


def test_it_is_signed_in(gh: Client) -> None:
    assert gh.told("api", "user", "--jq", ".login") == "ada"
    status = gh("auth", "status")
    assert status.returncode == 0
    assert "workflow" in status.stdout + status.stderr


def test_what_it_seals_is_opened(gh: Client, shop: ShopInAzure) -> None:
    gh.told("secret", "set", "SQL_PASSWORD", "--env", "dev", "--repo", ids.NAME, "--body", "hunter2")
    assert github.secrets(shop.world, ids.NAME, "dev")["SQL_PASSWORD"] == "hunter2"
    assert gh.told("secret", "list", "--env", "dev", "--repo", ids.NAME).startswith("SQL_PASSWORD")


def test_a_repository_with_an_environment_is_made(gh: Client) -> None:
    gh.told("repo", "create", "contoso/made-by-gh", "--private", "--add-readme")
    assert gh.told("api", "--method", "PUT", "repos/contoso/made-by-gh/environments/dev", "--jq", ".name") == "dev"
    assert gh.told("api", "repos/contoso/made-by-gh/actions/oidc/customization/sub", "--jq", ".sub_claim_prefix").startswith(
        "repo:contoso@"
    )
    assert gh("api", "repos/contoso/nothing").returncode != 0


def test_a_workflow_is_dispatched_and_watched(gh: Client, shop: ShopInAzure) -> None:
    assert "verify-login" in gh.told("workflow", "list", "--repo", ids.NAME)
    gh.told("workflow", "run", "verify-login.yml", "--repo", ids.NAME, "--field", "environment=dev")
    shop.later(60)
    run = json.loads(gh.told("run", "list", "--repo", ids.NAME, "--json", "databaseId,displayTitle,status,conclusion"))[0]
    assert (run["displayTitle"], run["status"]) == ("verify-login dev", "completed")
    assert run["conclusion"] == "failure", "there is no workspace yet"
    viewed = gh.told("run", "view", str(run["databaseId"]), "--repo", ids.NAME, "--log")
    assert "Sign in to Azure" in viewed
    assert "Azure CLI login succeeds by using OIDC" in viewed
