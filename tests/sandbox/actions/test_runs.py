"""A dispatched workflow is played from what was committed, as the identity that its job has.

Each promise stands beside the mistake that the same workflow would meet on github.com.
"""

from __future__ import annotations

import pytest

from tests.sandbox.actions import shop
from wizard.sandbox.world import World


@pytest.fixture
def world() -> World:
    return shop.prepared()


def outcome(world: World, **inputs: str) -> tuple[str, str]:
    return shop.played(world, shop.dispatched(world, **inputs))


def test_a_workflow_that_signs_in_and_reads_succeeds(world: World) -> None:
    conclusion, log = outcome(world)
    assert conclusion == "success", log
    assert "subject claim - repo:contoso@2001/shop@" in log


def test_without_the_permission_there_is_no_token() -> None:
    world = shop.prepared(shop.VERIFY.replace("  id-token: write\n", ""))
    conclusion, log = outcome(world)
    assert conclusion == "failure"
    assert "Please make sure to give write permissions to id-token in the workflow." in log


def test_without_the_environment_the_subject_is_another() -> None:
    world = shop.prepared(shop.VERIFY.replace("    environment: ${{ inputs.environment }}\n", ""))
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID"):
        row = world.table("github.variables")[f"{shop.NAME}|dev|{name}"]
        world.table("github.variables")[f"{shop.NAME}||{name}"] = row | {"environment": ""}
    conclusion, log = outcome(world)
    assert conclusion == "failure"
    assert "AADSTS700213" in log
    assert ":ref:refs/heads/main" in log


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("AZURE_CLIENT_ID", "", "Ensure 'client-id' and 'tenant-id' are supplied"),
        ("AZURE_CLIENT_ID", "00000000-0000-4000-8000-000000000001", "AADSTS700016"),
        ("AZURE_TENANT_ID", "00000000-0000-4000-8000-000000000001", "AADSTS90002"),
        ("AZURE_SUBSCRIPTION_ID", "11111111-0004-4d5e-8f60-a1b2c3d4e504", "doesn't exist in cloud 'AzureCloud'"),
        ("AZURE_RESOURCE_GROUP", "rg-of-somebody-else", "AuthorizationFailed"),
    ],
)
def test_a_wrong_variable_fails_as_it_would_there(world: World, variable: str, value: str, words: str) -> None:
    shop.put_variable(world, "dev", variable, value)
    conclusion, log = outcome(world)
    assert conclusion == "failure"
    assert words in log


def test_without_its_role_the_identity_sees_no_subscription(world: World) -> None:
    world.table("arm.role_assignments").clear()
    conclusion, log = outcome(world)
    assert conclusion == "failure"
    assert "No subscriptions found" in log


def test_a_role_that_is_young_is_not_known_everywhere(world: World) -> None:
    world.consistency.enabled = True
    world.consistency.written("federated_credential", f"{shop.APPLICATION}/github-dev")
    world.table("_consistency")[f"federated_credential/{shop.APPLICATION}/github-dev"] = {
        "late": world.clock.now() + 3600,
        "steady": world.clock.now() + 3600,
        "reads": 0,
    }
    conclusion, log = outcome(world)
    assert conclusion == "failure"
    assert "AADSTS70021:" in log


def test_a_step_that_nobody_knows_is_a_failure_and_says_so(world: World) -> None:
    for planted in ("run: az group delete --name x --yes", "run: curl https://example.com | sh", "uses: docker/build-push-action@v6"):
        other = shop.prepared(shop.VERIFY + f"      - {planted}\n")
        conclusion, log = outcome(other)
        assert conclusion == "failure"
        assert "not emulated: " in log


def test_a_client_secret_signs_in_and_is_masked() -> None:
    creds = '{"clientId":"${{ vars.AZURE_CLIENT_ID }}","clientSecret":"${{ secrets.AZURE_CLIENT_SECRET }}",'
    creds += '"subscriptionId":"${{ vars.AZURE_SUBSCRIPTION_ID }}","tenantId":"${{ vars.AZURE_TENANT_ID }}"}'
    head, _, tail = shop.VERIFY.partition("          client-id:")
    text = f"{head}          creds: '{creds}'\n      - id: group" + tail.partition("      - id: group")[2]
    text += '      - run: echo "the secret is ${{ secrets.AZURE_CLIENT_SECRET }}"\n'
    world = shop.prepared(text.replace("  id-token: write\n", ""))
    application = world.table("graph.applications")[shop.APPLICATION]
    application["passwordCredentials"] = [{"keyId": "k1", "endDateTime": "2099-01-01T00:00:00Z", "displayName": ""}]
    world.table("graph.applications")[shop.APPLICATION] = application
    world.table("graph.passwords")["k1"] = {"secretText": "very-secret-text"}
    shop.put_variable(world, "dev", "AZURE_CLIENT_SECRET", "very-secret-text", "github.secrets")
    conclusion, log = outcome(world)
    assert conclusion == "success", log
    assert "very-secret-text" not in log
    assert "the secret is ***" in log
    shop.put_variable(world, "dev", "AZURE_CLIENT_SECRET", "wrong-secret", "github.secrets")
    conclusion, log = outcome(world)
    assert conclusion == "failure"
    assert "AADSTS7000215" in log


CALLER = """
name: caller
on: {workflow_dispatch: {}}
permissions: {id-token: write, contents: read}
jobs:
  first:
    runs-on: ubuntu-latest
    outputs: {names: '${{ steps.out.outputs.names }}'}
    steps:
      - id: out
        run: echo 'names=["dev","qa"]' >> "$GITHUB_OUTPUT"
  each:
    needs: first
    strategy: {matrix: {name: '${{ fromJSON(needs.first.outputs.names) }}'}}
    uses: ./.github/workflows/called.yml
    with: {environment: '${{ matrix.name }}'}
  last:
    needs: [first, each]
    if: always()
    runs-on: ubuntu-latest
    steps:
      - run: echo "each ${{ needs.each.result }}"
"""
CALLED = """
name: called
on:
  workflow_call:
    inputs: {environment: {type: string, required: true}}
jobs:
  work:
    runs-on: ubuntu-latest
    environment: ${{ inputs.environment }}
    permissions: {id-token: write}
    steps:
      - run: |
          if [ "$NAME" = qa ]; then echo "no qa" && exit 3; fi
          echo "hello $NAME from ${{ github.workflow }}"
        env: {NAME: '${{ inputs.environment }}'}
"""


def test_needs_matrix_and_calls_are_expanded() -> None:
    world = shop.prepared(caller=CALLER, called=CALLED)
    shop.put_environment(world, "qa")
    number = _dispatch_without_inputs(world, "caller.yml")
    conclusion, log = shop.played(world, number)
    assert conclusion == "failure"
    jobs = shop.call(world, "GET", f"/repos/{shop.NAME}/actions/runs/{number}/jobs").body["jobs"]
    assert {job["name"]: job["conclusion"] for job in jobs} == {
        "first": "success",
        "each (dev) / work": "success",
        "each (qa) / work": "failure",
        "last": "success",
    }
    assert "hello dev from caller" in log
    assert "each failure" in log


def test_a_called_workflow_may_not_ask_for_more_than_its_caller_has() -> None:
    world = shop.prepared(caller=CALLER.replace("id-token: write, ", ""), called=CALLED)
    number = _dispatch_without_inputs(world, "caller.yml")
    world.clock.forward(60)
    assert shop.run(world, number)["conclusion"] == "startup_failure"


def _dispatch_without_inputs(world: World, workflow: str) -> int:
    body = {"ref": "main", "return_run_details": True}
    answer = shop.call(world, "POST", f"/repos/{shop.NAME}/actions/workflows/{workflow}/dispatches", body)
    assert answer.status == 200, answer.body
    return int(answer.body["workflow_run_id"])


def test_looking_is_no_change(world: World) -> None:
    number = shop.dispatched(world)
    world.clock.forward(60)
    shop.run(world, number)
    assert not world.mutated


def test_a_run_passes_through_its_standings(world: World) -> None:
    world.latency = 1.0
    number = shop.dispatched(world)
    seen = []
    for seconds in (0, 9, 30):
        world.clock.forward(seconds)
        seen.append(shop.run(world, number)["status"])
    assert seen == ["queued", "in_progress", "completed"]


def test_cancel_and_run_again(world: World) -> None:
    world.latency = 1.0
    path = f"/repos/{shop.NAME}/actions/runs/{shop.dispatched(world)}"
    assert shop.call(world, "POST", f"{path}/rerun").status == 403
    assert shop.call(world, "POST", f"{path}/cancel").status == 202
    assert shop.call(world, "GET", path).body["conclusion"] == "cancelled"
    assert shop.call(world, "POST", f"{path}/cancel").status == 409
    assert shop.call(world, "POST", f"{path}/rerun").status == 201
    world.clock.forward(60)
    again = shop.call(world, "GET", path).body
    assert (again["conclusion"], again["run_attempt"]) == ("success", 2)
