"""What the steps of a played job do: the actions that sign in, and ``run:`` scripts that read.

Owns the list of actions that are played: ``azure/login`` (OIDC or client secret), ``databricks/setup-cli``, ``actions/checkout``
(nothing is checked out: scripts that read files are not played). Everything else raises ``NotEmulated``.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions.azure_commands import az
from wizard.sandbox.actions.contexts import TEMPORARY
from wizard.sandbox.actions.databricks_commands import databricks
from wizard.sandbox.actions.expressions import text_of
from wizard.sandbox.actions.identity import AzureSession, SignInFailed, id_token
from wizard.sandbox.actions.shell import Outcome, Shell
from wizard.sandbox.actions.shell_syntax import NotEmulated
from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wizard.sandbox.world import World

Json = Any

FILES = {f"GITHUB_{name}": str(TEMPORARY / name.lower()) for name in ("ENV", "OUTPUT", "PATH", "STATE", "STEP_SUMMARY")}


@dataclass(slots=True)
class JobState:
    """What one step leaves for the next: variables and the sign-in of ``az``."""

    world: World
    repository: str
    log: Callable[[str], None]
    variables: dict[str, str] = field(default_factory=dict)
    azure: AzureSession | None = None
    has_databricks: bool = False
    permissions: dict[str, str] = field(default_factory=dict)


def play(state: JobState, step: Json, own: dict[str, str], outputs: dict[str, str]) -> str:
    """Play a step whose expressions are evaluated; fills ``outputs``; returns ``success`` or ``failure``."""
    if "run" in step:
        return _script(state, str(step["run"]), own, outputs)
    action, _, _version = str(step["uses"]).partition("@")
    given = {name: text_of(value).strip() for name, value in (step.get("with") or {}).items()}
    known = ACTIONS.get(action.lower())
    if known is None:
        raise NotEmulated(f"the action {step['uses']}")
    return known(state, given, own)


def _script(state: JobState, script: str, own: dict[str, str], outputs: dict[str, str]) -> str:
    state.log(script.strip())
    shell = Shell(lambda words, scope: _command(state, words, scope), {**state.variables, **FILES, **own})
    status = shell.run(script)
    state.log("".join(shell.output))
    state.log("".join(shell.error))
    outputs.update(_assignments(shell.files.get(FILES["GITHUB_OUTPUT"], "")))
    state.variables.update(_assignments(shell.files.get(FILES["GITHUB_ENV"], "")))
    if status:
        state.log(f"##[error]Process completed with exit code {status}.")
    return "failure" if status else "success"


def _assignments(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if not sign or "<<" in name:
            raise NotEmulated(f"a value over several lines: {line}")
        found[name] = value
    return found


def _command(state: JobState, words: Sequence[str], scope: dict[str, str]) -> Outcome | None:
    if words[0] == "az":
        return az(state.world, state.azure, words[1:], scope)
    if words[0] == "databricks":
        if not state.has_databricks:
            return Outcome(127, "", "databricks: command not found\n")
        return databricks(state.world, state.azure, words[1:], scope)
    return None


def _azure_login(state: JobState, given: dict[str, str], own: dict[str, str]) -> str:
    """azure/login v3: one ``creds`` JSON with a secret, or ids with the job's own token."""
    allowed_alone = given.get("allow-no-subscriptions", "false").lower() == "true"
    hint = "Double check if the 'auth-type' is correct. Refer to https://github.com/Azure/login#readme for more information."
    try:
        client, tenant, subscription, secret = _login_inputs(given)
        if not client or not tenant:
            raise SignInFailed(
                "Using auth-type: SERVICE_PRINCIPAL. Not all values are present. Ensure 'client-id' and 'tenant-id' are supplied."
            )
        if not subscription and not allowed_alone:
            raise SignInFailed("Ensure 'subscription-id' is supplied or 'allow-no-subscriptions' is 'true'.")
        audience = given.get("audience") or "api://AzureADTokenExchange"
        assertion = "" if secret else id_token(state.world, {**state.variables, **own}, audience)
        if assertion:
            state.log(_token_details(assertion))
        session = AzureSession(state.world, client, tenant, secret=secret, assertion=assertion)
        session.sign_in(subscription, alone=allowed_alone)
    except SignInFailed as failure:
        if "ACTIONS_ID_TOKEN_REQUEST_URL" in str(failure):
            state.log("##[error]Please make sure to give write permissions to id-token in the workflow.")
        state.log(f"##[error]{failure}" if failure.by_az else f"##[error]Login failed with Error: {failure}. {hint}")
        if failure.by_az:
            state.log(f"##[error]Login failed with Error: The process '/usr/bin/az' failed with exit code 1. {hint}")
        return "failure"
    state.azure = session
    state.log("Running Azure CLI Login.\nAzure CLI login succeeds by using " + ("client secret." if secret else "OIDC."))
    return "success"


def _token_details(token: str) -> str:
    """What the action tells of the token that it presents."""
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    lines = [f"issuer - {claims['iss']}", f"subject claim - {claims['sub']}", f"audience - {claims['aud']}"]
    return "\n ".join(["Federated token details:", *lines, f"job_workflow_ref - {claims['job_workflow_ref']}"])


def _login_inputs(given: dict[str, str]) -> tuple[str, str, str, str]:
    client, tenant, subscription = (given.get(name, "") for name in ("client-id", "tenant-id", "subscription-id"))
    if not given.get("creds") or client:
        return client, tenant, subscription, ""
    try:
        creds = json.loads(given["creds"])
    except ValueError as error:
        raise SignInFailed("Content is not a valid JSON object.") from error
    return creds.get("clientId", ""), creds.get("tenantId", ""), creds.get("subscriptionId", ""), creds.get("clientSecret", "")


def _setup_databricks(state: JobState, given: dict[str, str], own: dict[str, str]) -> str:
    state.has_databricks = True
    return "success"


def _checkout(state: JobState, given: dict[str, str], own: dict[str, str]) -> str:
    repository = github.repository(state.world, state.repository)
    if repository and repository["private"] and state.permissions.get("contents") not in ("read", "write"):
        state.log("remote: Repository not found.\n##[error]fatal: repository not found")
        return "failure"
    state.log(f"Syncing repository: {state.repository}")
    return "success"


ACTIONS: dict[str, Callable[[JobState, dict[str, str], dict[str, str]], str]] = {
    "azure/login": _azure_login,
    "databricks/setup-cli": _setup_databricks,
    "actions/checkout": _checkout,
}
