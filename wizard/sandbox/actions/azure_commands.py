"""The ``az`` commands that a played step may run: those that read.

Owns which commands there are, their requests and their output. Each is the request that ``az`` really sends. A command that is
not here gives ``None``, which ends the step as not emulated. It must never write to the world.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from wizard.sandbox.actions.identity import AzureSession, SignInFailed, decoded, error_text
from wizard.sandbox.actions.shell import Outcome
from wizard.sandbox.actions.shell_syntax import NotEmulated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wizard.sandbox.world import World

Json = Any

MANAGEMENT = "https://management.azure.com"
VAULT = "https://vault.azure.net"
ALIASES = {
    "-n": "--name",
    "-g": "--resource-group",
    "-o": "--output",
    "-s": "--subscription",
    "-m": "--method",
    "-u": "--url",
    "--uri": "--url",
}
Options = dict[str, str]


class AzFailed(Exception):
    """What ``az`` prints on standard error, and its exit status (3: not found)."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


def az(world: World, session: AzureSession | None, words: Sequence[str], variables: Mapping[str, str]) -> Outcome | None:
    """Run one ``az`` command; ``None`` where it is not among those that are played."""
    positional = list(_until_option(words))
    name = " ".join(positional)
    if name == "version":
        return _printed({"azure-cli": "2.91.0", "azure-cli-core": "2.91.0"}, _options(words[1:]))
    command = COMMANDS.get(name)
    if command is None:
        return None
    if session is None:
        return Outcome(1, "", "ERROR: Please run 'az login' to setup account.\n")
    options = {"--output": variables.get("AZURE_CORE_OUTPUT", "json")} | _options(words[len(positional) :])
    try:
        return _printed(command(session, options), options)
    except SignInFailed as failure:
        return Outcome(1, "", f"ERROR: {failure}\n")
    except AzFailed as failure:
        return Outcome(failure.status, "", f"ERROR: {failure}\n")


def _until_option(words: Sequence[str]) -> Sequence[str]:
    end = next((position for position, word in enumerate(words) if word.startswith("-")), len(words))
    return words[:end]


def _options(words: Sequence[str]) -> Options:
    found: Options = {}
    rest = list(words)
    while rest:
        name, sign, value = rest.pop(0).partition("=")
        if not name.startswith("-"):
            raise NotEmulated(f"az: unrecognized arguments: {name}")
        if not sign and rest and not rest[0].startswith("-"):
            value = rest.pop(0)
        found[ALIASES.get(name, name)] = value
    return found


def _printed(value: Json, options: Options) -> Outcome:
    if "--query" in options:
        import jmespath  # type: ignore[import-untyped]

        value = jmespath.search(options["--query"], value)
    form = options.get("--output", "json")
    if form == "none":
        return Outcome()
    if form == "tsv":
        rows = value if isinstance(value, list) else [value]
        return Outcome(0, "".join(_row(row) + "\n" for row in rows if row is not None))
    if form in ("json", "jsonc", "table"):
        return Outcome(0, "" if value is None else json.dumps(value, indent=2) + "\n")
    raise NotEmulated(f"az --output {form}")


def _row(row: Json) -> str:
    values = row.values() if isinstance(row, dict) else row if isinstance(row, list) else [row]
    return "\t".join(
        "True" if v is True else "False" if v is False else "" if v is None else str(v) for v in values if not isinstance(v, (dict, list))
    )


def _needed(options: Options, *names: str) -> list[str]:
    missing = [name for name in names if not options.get(name)]
    if missing:
        raise AzFailed("the following arguments are required: " + ", ".join(missing), 2)
    return [options[name] for name in names]


def _got(session: AzureSession, url: str, resource: str = "") -> Json:
    answer = session.call("GET", url, resource=resource) if resource else session.call("GET", url)
    if answer.status != 200:
        raise AzFailed(error_text(answer), 3 if answer.status == 404 else 1)
    return decoded(answer)


def _listed(session: AzureSession, url: str, resource: str = "") -> list[Json]:
    found: list[Json] = []
    while url:
        page = _got(session, url, resource)
        found += page.get("value", [])
        url = page.get("nextLink") or ""
    return found


def _base(session: AzureSession, options: Options) -> str:
    chosen = options.get("--subscription") or session.subscription.get("subscriptionId", "")
    if not chosen:
        raise AzFailed("Please run 'az login' to setup account.")
    return f"{MANAGEMENT}/subscriptions/{chosen}"


def _account_show(session: AzureSession, options: Options) -> Json:
    if not session.subscription:
        raise AzFailed("Please run 'az login' to setup account.")
    return _account(session, session.subscription)


def _account(session: AzureSession, row: Json) -> Json:
    return {
        "environmentName": "AzureCloud",
        "homeTenantId": session.tenant,
        "id": row["subscriptionId"],
        "isDefault": row["subscriptionId"] == session.subscription.get("subscriptionId"),
        "managedByTenants": [],
        "name": row["displayName"],
        "state": row["state"],
        "tenantId": session.tenant,
        "user": {"name": session.client, "type": "servicePrincipal"},
    }


def _account_list(session: AzureSession, options: Options) -> Json:
    return [_account(session, row) for row in session.subscriptions]


def _account_set(session: AzureSession, options: Options) -> Json:
    (wanted,) = _needed(options, "--subscription")
    for row in session.subscriptions:
        if wanted.lower() in (row["subscriptionId"].lower(), row["displayName"].lower()):
            session.subscription = row
            return None
    raise AzFailed(f"The subscription of '{wanted}' doesn't exist in cloud 'AzureCloud'.")


def _access_token(session: AzureSession, options: Options) -> Json:
    resource = options.get("--resource") or options.get("--scope", "").removesuffix("/.default") or "https://management.core.windows.net/"
    token = session.token(resource)
    return {
        "accessToken": token,
        "subscription": session.subscription.get("subscriptionId"),
        "tenant": session.tenant,
        "tokenType": "Bearer",
    }


def _group_show(session: AzureSession, options: Options) -> Json:
    (name,) = _needed(options, "--name")
    return _got(session, f"{_base(session, options)}/resourcegroups/{quote(name)}?api-version=2022-09-01")


def _group_list(session: AzureSession, options: Options) -> Json:
    return _listed(session, f"{_base(session, options)}/resourcegroups?api-version=2022-09-01")


def _resource_list(session: AzureSession, options: Options) -> Json:
    group = options.get("--resource-group")
    middle = f"/resourceGroups/{quote(group)}" if group else ""
    return _listed(session, f"{_base(session, options)}{middle}/resources?api-version=2022-09-01")


def _vault_show(session: AzureSession, options: Options) -> Json:
    (name,) = _needed(options, "--name")
    group = options.get("--resource-group")
    if not group:
        vaults = _listed(
            session, f"{_base(session, options)}/resources?$filter=resourceType%20eq%20'Microsoft.KeyVault/vaults'&api-version=2015-11-01"
        )
        ids = [row["id"] for row in vaults if row["name"].lower() == name.lower()]
        if not ids:
            raise AzFailed(f"The Vault '{name}' not found within subscription.")
        return _got(session, f"{MANAGEMENT}{ids[0]}?api-version=2023-07-01")
    return _got(
        session,
        f"{_base(session, options)}/resourceGroups/{quote(group)}/providers/Microsoft.KeyVault/vaults/{quote(name)}?api-version=2023-07-01",
    )


def _secret_list(session: AzureSession, options: Options) -> Json:
    (vault,) = _needed(options, "--vault-name")
    return _listed(session, f"https://{vault}.vault.azure.net/secrets?maxresults=25&api-version=7.4", VAULT)


def _secret_show(session: AzureSession, options: Options) -> Json:
    vault, name = _needed(options, "--vault-name", "--name")
    return _got(session, f"https://{vault}.vault.azure.net/secrets/{quote(name)}/?api-version=7.4", VAULT)


def _workspace_list(session: AzureSession, options: Options) -> Json:
    group = options.get("--resource-group")
    middle = f"/resourceGroups/{quote(group)}" if group else ""
    return _listed(session, f"{_base(session, options)}{middle}/providers/Microsoft.Databricks/workspaces?api-version=2024-05-01")


def _deployment_show(session: AzureSession, options: Options) -> Json:
    group, name = _needed(options, "--resource-group", "--name")
    deployment = f"Microsoft.Resources/deployments/{quote(name)}"
    return _got(session, f"{_base(session, options)}/resourcegroups/{quote(group)}/providers/{deployment}?api-version=2024-03-01")


def _rest(session: AzureSession, options: Options) -> Json:
    """``az rest``: GET only, with the token that ``az`` would choose for the host."""
    (url,) = _needed(options, "--url")
    if options.get("--method", "get").lower() != "get":
        raise NotEmulated(f"az rest --method {options['--method']}")
    whole = (MANAGEMENT + url if url.startswith("/") else url).replace("{subscriptionId}", session.subscription.get("subscriptionId", ""))
    if not whole.startswith("https://"):
        raise AzFailed(f"Invalid URL '{whole}': No scheme supplied. Perhaps you meant https://{whole}?")
    host = urlsplit(whole).netloc
    resource = options.get("--resource") or ("https://graph.microsoft.com/" if host == "graph.microsoft.com" else "")
    return _got(session, whole, resource)


COMMANDS: dict[str, Callable[[AzureSession, Options], Json]] = {
    "account show": _account_show,
    "account list": _account_list,
    "account set": _account_set,
    "account get-access-token": _access_token,
    "group show": _group_show,
    "group list": _group_list,
    "resource list": _resource_list,
    "keyvault show": _vault_show,
    "keyvault secret list": _secret_list,
    "keyvault secret show": _secret_show,
    "databricks workspace list": _workspace_list,
    "deployment group show": _deployment_show,
    "rest": _rest,
}
