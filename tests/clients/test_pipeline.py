"""Every ``run:`` block of the pipeline, in order, by real programs, as the job's own identity and with its exact roles.

The actions between them are replaced by what they do: ``azure/login`` asks the runner for a token and hands it to ``az``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.clients.shop_in_azure import DATABRICKS
from tests.sandbox.actions import shop as ids
from wizard.blueprint.roles import CONTRIBUTOR, RBAC_ADMINISTRATOR, SECRETS_USER
from wizard.sandbox.actions.expressions import Expression, interpolated
from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from tests.clients.conftest import Client
    from tests.clients.shop_in_azure import ShopInAzure
    from tests.conftest import Sandbox

LOGIN = """
token=$(curl --silent --show-error --header "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api%3A%2F%2FAzureADTokenExchange" | sed 's/.*"value": *"//;s/".*//')
az login --service-principal --username "$CLIENT" --tenant "$TENANT" --federated-token "$token" --output none
az account set --subscription "$SUBSCRIPTION"
"""
WORKSPACE = f"{ids.GROUP}/providers/Microsoft.Databricks/workspaces/dbw-shop-dev"


class Job:
    """One job of a rendered workflow, played by bash."""

    def __init__(self, sandbox: Sandbox, shop: ShopInAzure, folder: Path) -> None:
        self.sandbox, self.shop, self.folder = sandbox, shop, shop.written_to(folder)

    def played(self, name: str, **inputs: str) -> list[tuple[str, int, str]]:
        """``(step, exit code, output)`` of each step that was begun: the last one failed, or all are there."""
        self.sandbox.as_job("dev", ids.NAME)
        (job,) = YAML(typ="safe").load((self.folder / ".github" / "workflows" / name).read_text())["jobs"].values()
        known = {"vars": github.variables(self.shop.world, ids.NAME, "dev"), "inputs": {"environment": "dev", **inputs}}
        known["matrix"] = {"environment": "dev"}
        done: list[tuple[str, int, str]] = []
        for step in job["steps"]:
            if "if" in step and not Expression(step["if"]).evaluate(known):
                continue
            ended = self._step({**interpolated(job.get("env", {}), known)}, interpolated(step, known), known["vars"])
            done.append((step["name"], *ended))
            if ended[0]:
                break
        return done

    def _step(self, variables: dict[str, str], step: dict[str, Any], hidden: Mapping[str, str]) -> tuple[int, str]:
        """A step sees the variables that its file gives it, and not those that the environment merely has."""
        script = step.get("run", "")
        variables |= step.get("env", {})
        if str(step.get("uses", "")).startswith("azure/login@"):
            given = step["with"]
            variables |= {"CLIENT": given["client-id"], "TENANT": given["tenant-id"], "SUBSCRIPTION": given["subscription-id"]}
            script = LOGIN
        seen = {name: value for name, value in os.environ.items() if name not in hidden} | variables
        ended = self.sandbox.run("bash", "-e", "-c", script, timeout=300, cwd=self.folder, env=seen)
        return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def job(sandbox: Sandbox, shop: ShopInAzure, az: Client, tmp_path: Path) -> Job:
    return Job(sandbox, shop, tmp_path)


def failed(done: list[tuple[str, int, str]]) -> str:
    """The name of the step that failed; empty where all succeeded."""
    return next((name for name, code, _ in done if code), "")


def test_with_its_exact_roles_the_pipeline_succeeds(job: Job) -> None:
    deployed = job.played("infra.yml", action="deploy")
    assert not failed(deployed), deployed[-1]
    assert [name for name, _, _ in deployed] == ["Check out", "Sign in to Azure", "Validate", "Show what would change", "Deploy"]
    url = job.shop.arm("GET", WORKSPACE, "2024-05-01")["properties"]["workspaceUrl"]
    ids.put_variable(job.shop.world, "dev", "DATABRICKS_HOST", f"https://{url}")
    verified = job.played("verify-login.yml")
    assert not failed(verified), verified[-1]
    assert len(verified) == 4
    job.shop.withdraw(SECRETS_USER)
    assert failed(job.played("verify-login.yml")) == "List the names of the secrets"


@pytest.mark.parametrize("role", [CONTRIBUTOR, RBAC_ADMINISTRATOR])
def test_with_one_role_less_infra_fails(job: Job, role: str) -> None:
    job.shop.withdraw(role)
    done = job.played("infra.yml", action="deploy")
    assert failed(done) in ("Validate", "Show what would change", "Deploy"), done
    assert "Authorization" in done[-1][2]


def test_without_any_role_it_cannot_even_choose_the_subscription(job: Job) -> None:
    for role in (CONTRIBUTOR, RBAC_ADMINISTRATOR, SECRETS_USER):
        job.shop.withdraw(role)
    assert failed(job.played("verify-login.yml")) == "Sign in to Azure"


def test_another_environment_is_not_trusted(job: Job) -> None:
    world = job.shop.world
    ids.put_environment(world, "qa")
    job.sandbox.as_job("qa", ids.NAME)
    code, output = job._step({}, {"uses": "azure/login@x", "with": _ids()}, {})
    assert code
    assert "AADSTS700213" in output


def _ids() -> dict[str, str]:
    return {"client-id": ids.CLIENT, "tenant-id": ids.TENANT, "subscription-id": ids.SUBSCRIPTION}


def test_the_token_of_the_job_is_none_for_databricks_alone(job: Job) -> None:
    """The audience decides: a token for Azure is refused by a workspace's own sign-in, and there is no other identity around."""
    job.sandbox.as_job("dev", ids.NAME)
    assert "GH_TOKEN" not in os.environ
    assert "AZURE_CLIENT_SECRET" not in os.environ
    refused = job.sandbox.run("az", "account", "get-access-token", "--resource", DATABRICKS)
    assert refused.returncode != 0
