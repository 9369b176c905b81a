"""Signing in: the ``az`` profile for Azure, a token for GitHub, and the session made of both.

Owns all use of azure-cli-core, whose modules are private and are touched nowhere else. Reads the profile only: never
``AZURE_CLIENT_*`` from the environment, and never prints.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, LakestrapError, NotSignedIn, Problem, Unreachable
from wizard.providers.credential import TokenSource, login_command, sign_in_translated
from wizard.providers.session import ARM_SCOPE, Operator, Session, Subscription
from wizard.providers.token_cache import written_whole
from wizard.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from azure.cli.core._profile import Profile

Json = Any

TENANT_ACCOUNT = "N/A(tenant level account)"
PUBLIC_CLOUD = "AzureCloud"
TRIALS = ("FreeTrial_", "AzureForStudents_", "AzureForStudentsStarter_", "AzurePass_")
"""How the quota ids of offers begin that are given no larger quota."""


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the ``az`` profile: a subscription (or a bare tenant) and who is signed in there."""

    subscription: str
    name: str
    tenant: str
    tenant_name: str
    user: str
    kind: str
    default: bool
    state: str
    cloud: str


def profile_directory() -> Path:
    """Where ``az`` keeps its profile: ``AZURE_CONFIG_DIR`` or ``~/.azure``."""
    return Path(os.environ.get("AZURE_CONFIG_DIR") or Path.home() / ".azure")


def accounts() -> list[Account]:
    """Who is signed in where, by the profile's own file: no SDK, no network. Empty where nobody is."""
    try:
        text = (profile_directory() / "azureProfile.json").read_text(encoding="utf-8-sig")
        rows = json.loads(text).get("subscriptions") or []
    except (OSError, ValueError, AttributeError):
        return []
    return [
        Account(
            subscription=row["id"],
            name=row["name"],
            tenant=row["tenantId"],
            tenant_name=row.get("tenantDisplayName") or row.get("tenantDefaultDomain") or "",
            user=row["user"]["name"],
            kind=row["user"].get("type", "user"),
            default=bool(row.get("isDefault")),
            state=row.get("state", "Enabled"),
            cloud=row.get("environmentName", PUBLIC_CLOUD),
        )
        for row in rows
    ]


def chosen(known: Sequence[Account], tenant: str = "", subscriptions: Sequence[str] = ()) -> Account:
    """The account to use: of that tenant (id, domain or name), else of one that has all those subscriptions, else the default.

    Raises ``NotSignedIn`` where there is none, ``BadInput`` where only another cloud than the public one is signed in.
    """
    public = [item for item in known if item.cloud == PUBLIC_CLOUD]
    if not known:
        raise NotSignedIn("not signed in to Azure", hints=[login_command(tenant)])
    if not public:
        raise other_cloud(known[0].cloud)
    ordered = sorted(public, key=lambda item: not item.default)
    if tenant:
        found = next((item for item in ordered if tenant.lower() in (item.tenant.lower(), item.tenant_name.lower())), None)
        if found is None:
            raise NotSignedIn(f"not signed in to tenant {tenant}", hints=[login_command(tenant)])
        return found
    wanted = {name.lower() for name in subscriptions}
    for item in ordered:
        names = {word.lower() for other in public if other.tenant == item.tenant for word in (other.subscription, other.name)}
        if wanted and wanted <= names:
            return item
    return ordered[0]


def other_cloud(name: str) -> BadInput:
    """Clouds other than the public one have hosts and audiences of their own, which we do not know yet."""
    command = f"az cloud set --name {PUBLIC_CLOUD}"
    problem = Problem("", f"the Azure cloud {name} is not supported: only the public cloud ({PUBLIC_CLOUD}) is", command)
    return BadInput([problem], hints=[command, "az login"])


_opening = threading.Lock()


def _profile() -> Profile:
    """azure-cli-core's profile over the present ``AZURE_CONFIG_DIR``, silent. Raises ``BadInput`` for another cloud."""
    for noisy in ("cli", "msal", "azure", "urllib3", "github", "databricks.sdk"):
        logging.getLogger(noisy).addHandler(logging.NullHandler())
    with _opening:
        from unittest import mock

        from azure.cli.core import AzCli, MainCommandsLoader, util
        from azure.cli.core._profile import Profile
        from azure.cli.core.auth.identity import Identity
        from azure.cli.core.commands import AzCliCommandInvoker
        from azure.cli.core.parser import AzCliCommandParser

        # azure-cli-core keeps its token caches for the life of the process; another sign-in may have written the files
        Identity._msal_token_cache = Identity._msal_http_cache = Identity._service_principal_store_instance = None
        with mock.patch.object(util, "handle_version_update"):  # it asks the network for newer versions of az
            cli = AzCli(
                cli_name="az",
                config_dir=str(profile_directory()),
                config_env_var_prefix="AZURE",
                commands_loader_cls=MainCommandsLoader,
                invocation_cls=AzCliCommandInvoker,
                parser_cls=AzCliCommandParser,
            )
        if cli.cloud.name != PUBLIC_CLOUD:
            raise other_cloud(cli.cloud.name)
        return Profile(cli_ctx=cli)


def token_source(account: Account) -> TokenSource:
    """Tokens of one account of the profile. Raises ``NotSignedIn`` where its cache no longer knows it."""
    with sign_in_translated(account.tenant):
        profile = _profile()
        credential = profile.get_login_credentials(subscription_id=account.subscription)[0]
    from azure.cli.core.auth.identity import Identity

    written_whole(Identity._msal_token_cache)
    return TokenSource(credential.get_token, account.tenant)


def device_login(show: Callable[[str, str], None], cancelled: threading.Event, tenant: str = "") -> list[Account]:
    """Sign in by device code; blocks, so call it in a thread. ``show(code, address)`` is called once.

    Setting ``cancelled`` ends it at the next poll. Raises ``NotSignedIn``, ``Unreachable``.
    """
    from unittest import mock

    from azure.cli.core.auth.identity import Identity
    from azure.cli.core.auth.util import check_result

    def flow_login(self: Any, scopes: list[str], claims_challenge: str | None = None) -> Any:
        flow = self._msal_app.initiate_device_flow(scopes, claims_challenge=claims_challenge)
        if "user_code" not in flow:
            return check_result(flow)
        show(flow["user_code"], flow["verification_uri"])
        threading.Thread(target=lambda: (cancelled.wait(), flow.update(expires_at=0)), daemon=True).start()
        return check_result(self._msal_app.acquire_token_by_device_flow(flow, claims_challenge=claims_challenge))

    with sign_in_translated(tenant), mock.patch.object(Identity, "login_with_device_code", flow_login):
        _profile().login(True, None, None, False, tenant or None, use_device_code=True)
    return accounts()


def browser_login(tenant: str = "") -> list[Account]:
    """Sign in in the browser; blocks, so call it in a thread. Raises ``NotSignedIn`` where no browser can be opened."""
    from azure.cli.core.util import can_launch_browser

    if not can_launch_browser():
        raise NotSignedIn("no web browser can be opened here", hints=[f"{login_command(tenant)} --use-device-code"])
    with sign_in_translated(tenant):
        _profile().login(True, None, None, False, tenant or None)
    return accounts()


def github_token() -> Secret | None:
    """``GH_TOKEN``, else what ``gh auth token`` says, else ``None``."""
    if token := os.environ.get("GH_TOKEN"):
        return Secret(token)
    program = shutil.which("gh")
    if program is None:
        return None
    try:
        command = [program, "auth", "token", "--hostname", "github.com"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Secret(done.stdout.strip()) if done.returncode == 0 and done.stdout.strip() else None


async def open_session(*, tenant: str = "", subscriptions: Sequence[str] = (), token: Secret | None = None) -> Session:
    """The session of the signed-in operator. ``subscriptions`` are those the project names: they choose the tenant.

    Asks for one ARM token, the list of subscriptions and the owner of the GitHub token. That there is no such token is
    reported by the first call that needs one.
    Raises ``NotSignedIn``, ``Unreachable``, ``BadInput``.
    """
    account = chosen(accounts(), tenant, subscriptions)
    source = await asyncio.to_thread(token_source, account)
    claims = _claims((await asyncio.to_thread(source.token, ARM_SCOPE))[0])
    kind = "user" if account.kind == "user" else "servicePrincipal"
    operator = Operator(str(claims["oid"]), account.user, kind)
    secret = token or await asyncio.to_thread(github_token)
    session = Session(tenant=account.tenant, operator=operator, subscriptions=(), source=source, github_token=secret)
    try:
        visible, session.github_login = await asyncio.gather(visible_subscriptions(session), github_login(session))
        session.subscriptions = {item.id: item for item in visible}
    except BaseException:
        await session.close()
        raise
    return session


async def visible_subscriptions(session: Session) -> list[Subscription]:
    """The subscriptions that ARM shows to the operator in this tenant, now."""
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError, ServiceResponseError

    try:
        client = session.directory_of_subscriptions()
        return [
            Subscription(str(item.subscription_id), str(item.display_name), str(getattr(item.state, "value", item.state)), _is_trial(item))
            async for item in client.subscriptions.list()
        ]
    except LakestrapError:
        raise
    except ClientAuthenticationError as error:
        raise NotSignedIn(f"not signed in to Azure: {error.message}", hints=[login_command(session.tenant)]) from error
    except (ServiceRequestError, ServiceResponseError) as error:
        raise Unreachable(f"management.azure.com cannot be reached: {error.message}", hints=["check the network"]) from error
    except HttpResponseError as error:
        raise Unreachable(f"management.azure.com did not list the subscriptions: {error.message}") from error


def _is_trial(subscription: Any) -> bool:
    quota = str(getattr(subscription.subscription_policies, "quota_id", "") or "")
    return quota.startswith(TRIALS)


async def github_login(session: Session) -> str:
    """Whose the GitHub token is; empty without one. Raises ``NotSignedIn``, ``Unreachable``."""
    if not session.signed_in_to_github:
        return ""
    import requests
    from github import GithubException

    try:
        return str(await session.github(lambda client: client.get_user().login))
    except GithubException as error:
        if error.status == 401:
            hints = ["gh auth login --scopes repo,workflow,read:org", "or set GH_TOKEN to a valid token"]
            raise NotSignedIn("GitHub does not accept the token: it is wrong, expired or revoked", hints=hints) from error
        if error.status == 403:  # a token of an application has no person behind it
            return ""
        raise Unreachable(f"api.github.com did not say whose the token is: {error.status}") from error
    except requests.exceptions.RequestException as error:
        raise Unreachable(f"api.github.com cannot be reached: {type(error).__name__}", hints=["check the network"]) from error


def _claims(token: str) -> dict[str, Json]:
    """The claims of an access token, unverified: it came from the token service itself."""
    middle = token.split(".")[1]
    claims: dict[str, Json] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims
