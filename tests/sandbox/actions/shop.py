"""A world with one repository, one protected way in and one identity behind it, for the tests of workflow runs.

Owns only what the runs need; written straight into the tables, so that a test reads what it stands on.
"""

from __future__ import annotations

import json
from typing import Any

from wizard.sandbox.github import seed as github_seed
from wizard.sandbox.router import Refusal, Request, Response
from wizard.sandbox.services import router_for, routers
from wizard.sandbox.world import World
from wizard.sandbox.worlds import load

Json = Any

NAME = "contoso/shop"
SUBSCRIPTION = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
TENANT = "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90"
CLIENT = "99999999-0001-4d5e-8f60-a1b2c3d4e501"
PRINCIPAL = "99999999-0002-4d5e-8f60-a1b2c3d4e502"
APPLICATION = "99999999-0003-4d5e-8f60-a1b2c3d4e503"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop-dev"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
PATH = ".github/workflows/verify-login.yml"

VERIFY = """
name: verify-login
on:
  workflow_dispatch:
    inputs:
      environment: {type: environment, required: true}
permissions:
  contents: read
  id-token: write
jobs:
  verify:
    runs-on: ubuntu-latest
    environment: ${{ inputs.environment }}
    steps:
      - uses: azure/login@a457da9ea143d694b1b9c7c869ebb04ebe844ef5 # v2
        with:
          client-id: ${{ vars.AZURE_CLIENT_ID }}
          tenant-id: ${{ vars.AZURE_TENANT_ID }}
          subscription-id: ${{ vars.AZURE_SUBSCRIPTION_ID }}
      - id: group
        env:
          GROUP: ${{ vars.AZURE_RESOURCE_GROUP }}
        run: |
          echo "state=$(az group show --name "$GROUP" --query properties.provisioningState -o tsv)" >> "$GITHUB_OUTPUT"
      - if: steps.group.outputs.state != 'Succeeded'
        run: exit 1
"""


def prepared(workflow: str = VERIFY, **more: str) -> World:
    """A world whose repository holds the workflow, with environment ``dev`` and an identity that may read its group."""
    return filled(load("owner"), workflow, **more)


def filled(world: World, workflow: str = VERIFY, **more: str) -> World:
    """Put the shop into a world; propagation is switched off."""
    world.consistency.enabled = False
    files = {PATH: workflow, **{f".github/workflows/{name}.yml": text for name, text in more.items()}}
    github_seed.add_repository(world, "contoso", {"name": "shop", "files": files, "immutable_subject": True}, {}, "ada")
    put_environment(world, "dev")
    put_identity(world, f"repo:contoso@2001/shop@{world.table('github.repositories')[NAME]['id']}:environment:dev")
    world.table("arm.groups")[GROUP.lower()] = {
        "id": GROUP,
        "name": "rg-shop-dev",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westeurope",
        "tags": {},
        "properties": {"provisioningState": "Succeeded"},
    }
    put_role(world, READER)
    return world


def put_environment(world: World, name: str, **changes: Json) -> None:
    """An environment with the variables that the workflow names."""
    row = {
        "id": 500 + len(world.table("github.environments")),
        "repository": NAME,
        "name": name,
        "created_at": "2026-11-01T00:00:00Z",
        "updated_at": "2026-11-01T00:00:00Z",
        "wait_timer": 0,
        "prevent_self_review": False,
        "reviewers": [],
        "deployment_branch_policy": None,
        "rule_ids": {"wait_timer": 1, "required_reviewers": 2, "branch_policy": 3},
    }
    world.table("github.environments")[f"{NAME}|{name}"] = row | changes
    values = {
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "AZURE_RESOURCE_GROUP": "rg-shop-dev",
    }
    for variable, value in values.items():
        put_variable(world, name, variable, value)


def put_variable(world: World, environment: str, name: str, value: str, table: str = "github.variables") -> None:
    """A variable (or, by ``table``, a secret) of an environment."""
    moment = "2026-11-01T00:00:00Z"
    row = {"repository": NAME, "environment": environment, "name": name, "value": value, "created_at": moment, "updated_at": moment}
    world.table(table)[f"{NAME}|{environment}|{name}"] = row


def put_identity(world: World, subject: str) -> None:
    """An application with its service principal and one federated credential for that subject."""
    tag = {"appId": CLIENT, "displayName": "shop-dev-deploy", "tags": []}
    world.table("graph.applications")[APPLICATION] = {"id": APPLICATION, **tag, "passwordCredentials": []}
    principal = {"id": PRINCIPAL, **tag, "servicePrincipalNames": [CLIENT], "servicePrincipalType": "Application", "accountEnabled": True}
    world.table("graph.service_principals")[PRINCIPAL] = principal
    world.table("graph.federated_credentials")[f"{APPLICATION}/github-dev"] = {
        "name": "github-dev",
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
        "description": "",
        "parent": APPLICATION,
    }


def put_role(world: World, role: str, scope: str = GROUP) -> None:
    """A role of the identity at a scope."""
    key = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{role}"
    definition = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    properties = {"roleDefinitionId": definition, "principalId": PRINCIPAL, "principalType": "ServicePrincipal", "scope": scope}
    row = {"id": key, "name": role, "type": "Microsoft.Authorization/roleAssignments", "properties": properties}
    world.table("arm.role_assignments")[key.lower()] = row


def call(world: World, method: str, path: str, body: Json = None, login: str = "ada", version: str = "2022-11-28") -> Response:
    """One request to api.github.com as a person, in a transaction of its own; a refusal is its response."""
    token = github_seed.token_for(world, login)
    headers = {"user-agent": "tests", "authorization": f"Bearer {token}", "x-github-api-version": version}
    path, _, query = path.partition("?")
    request = Request(method, "api.github.com", path, query, headers, b"" if body is None else json.dumps(body).encode())
    return sent(world, request)


def sent(world: World, request: Request) -> Response:
    """One request to whichever host, as the server would take it."""
    router = router_for(request.host, routers())
    assert router is not None, request.host
    try:
        with world.transaction():
            return router.handle(request, world)
    except Refusal as refusal:
        return refusal.response


def dispatched(world: World, workflow: str = "verify-login.yml", login: str = "ada", **inputs: str) -> int:
    """The id of a run, dispatched on the default branch."""
    body = {"ref": "main", "inputs": inputs or {"environment": "dev"}, "return_run_details": True}
    answer = call(world, "POST", f"/repos/{NAME}/actions/workflows/{workflow}/dispatches", body, login)
    assert answer.status == 200, answer.body
    return int(answer.body["workflow_run_id"])


def run(world: World, number: int) -> Json:
    """The run as the API shows it."""
    return call(world, "GET", f"/repos/{NAME}/actions/runs/{number}").body


def played(world: World, number: int) -> tuple[str, str]:
    """``(conclusion, log of every job)`` of a run, a minute after it was started."""
    world.clock.forward(60)
    shown = run(world, number)
    assert shown["status"] == "completed", shown["status"]
    logs = ""
    for job in call(world, "GET", f"/repos/{NAME}/actions/runs/{number}/jobs").body["jobs"]:
        moved = call(world, "GET", f"/repos/{NAME}/actions/jobs/{job['id']}/logs")
        assert moved.status == 302, moved.body
        host, _, rest = moved.headers["Location"].removeprefix("https://").partition("/")
        path, _, query = rest.partition("?")
        logs += sent(world, Request("GET", host, "/" + path, query)).encoded().decode()
    return str(shown["conclusion"]), logs
