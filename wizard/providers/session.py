"""The signed-in session of one run: every client, made on first use and shared.

Owns the clients, the one TLS context and the memory of what this run created. Nothing else builds a client, and no SDK
is imported before a client of it is asked for. It must never decide anything about a resource.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from wizard.engine.resource import Service
from wizard.providers.arm.errors import refuse_unregistered
from wizard.providers.credential import CoreToken, TokenSource
from wizard.providers.graph import GraphCalls, hush
from wizard.providers.workers import DatabricksWorkers, GithubWorkers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from ssl import SSLContext

    import aiohttp
    from azure.core import AsyncPipelineClient
    from azure.keyvault.secrets.aio import SecretClient
    from azure.mgmt.authorization.aio import AuthorizationManagementClient
    from azure.mgmt.keyvault.aio import KeyVaultManagementClient
    from azure.mgmt.msi.aio import ManagedServiceIdentityClient
    from azure.mgmt.resource.deployments.aio import DeploymentsMgmtClient
    from azure.mgmt.resource.resources.aio import ResourceManagementClient
    from azure.mgmt.resource.subscriptions.aio import SubscriptionClient
    from databricks.sdk import WorkspaceClient
    from github import Github
    from msgraph.graph_service_client import GraphServiceClient

    from wizard.secret import Secret

Json = Any
Answer = TypeVar("Answer")

ARM = "https://management.azure.com"
ARM_SCOPE = "https://management.core.windows.net//.default"
"""The same scope as ``az`` asks for, so that its cached token serves us too."""
YOUTH = 600.0
"""Seconds after its creation for which a propagation delay may explain a refusal."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who is signed in; ``kind`` is ``user`` or ``servicePrincipal``."""

    object_id: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """An Azure subscription that the operator sees; ``state`` is ``Enabled``, ``Disabled``, ``Warned`` …

    A ``trial`` has few cores in a region, and is given no more.
    """

    id: str
    name: str
    state: str = "Enabled"
    trial: bool = False


class UnknownSubscription(KeyError):
    """No visible subscription has that name or id, or several share the name; the text lists the visible ones."""

    def __str__(self) -> str:
        return str(self.args[0])


class Session:
    """Clients of every service for one operator. Use it on one event loop, and close it."""

    def __init__(
        self,
        *,
        tenant: str,
        operator: Operator,
        subscriptions: Iterable[Subscription],
        source: TokenSource,
        github_token: Secret | None = None,
    ) -> None:
        self.tenant = tenant
        self.operator = operator
        self.subscriptions: Mapping[str, Subscription] = {item.id: item for item in subscriptions}
        self.source = source
        self.credential = CoreToken(source)
        self.signed_in_to_github = github_token is not None
        self.github_login = ""
        """The login of the token's owner; empty without a token, or for one that belongs to no person."""
        self._github = GithubWorkers(github_token)
        self._databricks = DatabricksWorkers(source)
        self._graph = GraphCalls(self.credential, tls_context)
        self._clients: dict[tuple[str, str], Any] = {}
        self._http: aiohttp.ClientSession | None = None
        self._made: dict[str, float] = {}

    def subscription(self, name_or_id: str) -> Subscription:
        """The subscription of that name or id; case makes no difference. Raises ``UnknownSubscription``."""
        wanted = name_or_id.lower()
        found = [item for item in self.subscriptions.values() if wanted in (item.id.lower(), item.name.lower())]
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownSubscription(f"{len(found)} subscriptions are called {name_or_id}: use the id ({', '.join(s.id for s in found)})")
        known = ", ".join(sorted(item.name for item in self.subscriptions.values())) or "none"
        raise UnknownSubscription(f"no subscription {name_or_id} is visible to {self.operator.name}; visible: {known}")

    def resources(self, subscription_id: str) -> ResourceManagementClient:
        """Resource groups, providers and resources by id."""
        from azure.mgmt.resource.resources.aio import ResourceManagementClient

        return self._management("resources", ResourceManagementClient, subscription_id)

    def locks(self, subscription_id: str) -> ResourceManagementClient:
        """Locks, as resources by id (``Microsoft.Authorization/locks``): no package of their own is needed."""
        return self.resources(subscription_id)

    def deployments(self, subscription_id: str) -> DeploymentsMgmtClient:
        """Template deployments and their operations."""
        from azure.mgmt.resource.deployments.aio import DeploymentsMgmtClient

        return self._management("deployments", DeploymentsMgmtClient, subscription_id)

    def authorization(self, subscription_id: str) -> AuthorizationManagementClient:
        """Role assignments, definitions and permissions, api-version 2022-04-01."""
        from azure.mgmt.authorization.v2022_04_01.aio import AuthorizationManagementClient

        return self._management("authorization", AuthorizationManagementClient, subscription_id)

    def vaults(self, subscription_id: str) -> KeyVaultManagementClient:
        """Key vaults, the control plane."""
        from azure.mgmt.keyvault.aio import KeyVaultManagementClient

        return self._management("vaults", KeyVaultManagementClient, subscription_id)

    def identities(self, subscription_id: str) -> ManagedServiceIdentityClient:
        """User-assigned managed identities and their federated credentials."""
        from azure.mgmt.msi.aio import ManagedServiceIdentityClient

        return self._management("identities", ManagedServiceIdentityClient, subscription_id)

    def directory_of_subscriptions(self) -> SubscriptionClient:
        """Subscriptions and tenants."""
        from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

        return self._management("subscriptions", SubscriptionClient, "")

    def secrets(self, vault_uri: str) -> SecretClient:
        """Secrets of one vault (``https://NAME.vault.azure.net/``), the data plane."""
        from azure.keyvault.secrets.aio import SecretClient

        key = ("secrets", vault_uri.rstrip("/"))
        if key not in self._clients:
            self._clients[key] = SecretClient(vault_uri, self.credential, transport=self._transport(), user_agent="lakestrap")
        client: SecretClient = self._clients[key]
        return client

    def unsigned(self) -> AsyncPipelineClient[Any, Any]:
        """For requests that carry a signature of their own (a storage account's key); nobody is signed in with it."""
        from azure.core import AsyncPipelineClient
        from azure.core.pipeline.policies import AsyncRetryPolicy, UserAgentPolicy

        if ("unsigned", "") not in self._clients:
            policies = [UserAgentPolicy(user_agent="lakestrap"), AsyncRetryPolicy()]
            self._clients["unsigned", ""] = AsyncPipelineClient("", policies=policies, transport=self._transport())
        client: AsyncPipelineClient[Any, Any] = self._clients["unsigned", ""]
        return client

    async def graph(
        self, build: Callable[[GraphServiceClient], Any], headers: Mapping[str, str] | None = None, *, retry: bool = True
    ) -> Json:
        """The JSON answer of a Graph request that ``build`` makes from the typed builders; ``None`` where it has no body.

        ``retry=False`` for what must not be sent twice (a new password). Raises ``GraphRefused``.
        """
        return await self._graph.send(build, headers or {}, retry=retry)

    async def github(self, call: Callable[[Github], Answer]) -> Answer:
        """The answer of ``call(client)`` in a worker thread."""
        return await self._github.run(call)

    async def databricks(self, host: str, call: Callable[[WorkspaceClient], Answer], *, once: bool = False) -> Answer:
        """The answer of ``call(client)`` against a workspace, in a worker thread; ``once`` for what must not be sent twice."""
        return await self._databricks.run(host, call, once=once)

    async def databricks_as(
        self,
        host: str,
        call: Callable[[WorkspaceClient], Answer],
        *,
        client_id: str = "",
        secret: Secret | None = None,
        token: Secret | None = None,
    ) -> Answer:
        """The same as somebody else, sent once: a service principal with its OAuth secret, or the owner of a personal access token."""
        if token is not None:
            return await self._databricks.run_as(host, call, {"auth_type": "pat", "token": token.reveal()})
        assert secret is not None
        how = {"auth_type": "oauth-m2m", "client_id": client_id, "client_secret": secret.reveal()}
        return await self._databricks.run_as(host, call, how)

    def made(self, key: str) -> None:
        """Remember that this run has just created the thing of that key (any text: a resource key, an object id)."""
        self._made[key] = time.monotonic()

    def age(self, key: str) -> float:
        """Seconds since ``made(key)``; infinite where this run did not make it."""
        return time.monotonic() - self._made.get(key, float("-inf"))

    def young(self, key: str) -> bool:
        """Whether this run created it so recently that a refusal may be a propagation delay."""
        return self.age(key) < YOUTH

    def _management(self, kind: str, client_class: Any, subscription_id: str) -> Any:
        key = (kind, subscription_id.lower())
        if key not in self._clients:
            arguments = (subscription_id,) if subscription_id else ()
            self._clients[key] = client_class(
                self.credential,
                *arguments,
                base_url=ARM,
                credential_scopes=[ARM_SCOPE],
                polling_interval=2,  # the default of 30 s counts wherever a service names no time
                raw_response_hook=refuse_unregistered,  # the SDKs register providers themselves, in the middle of a read too
                transport=self._transport(),
                user_agent="lakestrap",
            )
        return self._clients[key]

    def _transport(self) -> Any:
        """One aiohttp session with one TLS context: a context a request costs twenty milliseconds each."""
        import aiohttp
        from azure.core.pipeline.transport import AioHttpTransport

        if self._http is None:
            connector = aiohttp.TCPConnector(ssl=tls_context(), limit=32)
            jar = aiohttp.DummyCookieJar()
            self._http = aiohttp.ClientSession(connector=connector, trust_env=True, auto_decompress=False, cookie_jar=jar)
        return AioHttpTransport(session=self._http, session_owner=False)

    async def close(self) -> None:
        """Close every client; the session is of no use afterwards."""
        closing: list[Awaitable[Any]] = [client.close() for client in self._clients.values()]
        await asyncio.gather(*closing, return_exceptions=True)
        self._clients.clear()
        await self._graph.close()
        if self._http is not None:
            await self._http.close()
            self._http = None
        await asyncio.to_thread(self._github.close)
        await asyncio.to_thread(self._databricks.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def tls_context() -> SSLContext:
    """Trusts what ``SSL_CERT_FILE`` or ``REQUESTS_CA_BUNDLE`` names, else the system's store and certifi's."""
    import ssl

    bundle = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    if bundle and Path(bundle).exists():
        return ssl.create_default_context(cafile=bundle) if Path(bundle).is_file() else ssl.create_default_context(capath=bundle)
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


MODULES: Mapping[Service, tuple[str, ...]] = {
    Service.ENTRA: ("msgraph", "msgraph.generated.applications.applications_request_builder", "msgraph.generated.models.application"),
    Service.ARM: (
        "azure.mgmt.resource.resources.aio",
        "azure.mgmt.resource.deployments.aio",
        "azure.mgmt.authorization.v2022_04_01.aio",
        "azure.mgmt.msi.aio",
    ),
    Service.KEYVAULT: ("azure.mgmt.keyvault.aio", "azure.keyvault.secrets.aio"),
    Service.GITHUB: ("github", "nacl.public"),
    Service.DATABRICKS: ("databricks.sdk",),
}


def preload(services: Iterable[Service]) -> threading.Thread:
    """Import the SDKs of those services in a background thread, so that the first call does not wait for it.

    Errors are left for the first call, which will meet them in a place that can report them.
    """
    wanted = [name for service in services for name in MODULES.get(service, ())]

    def load() -> None:
        hush()
        with suppress(ImportError):
            for name in wanted:
                import_module(name)

    thread = threading.Thread(target=load, name="preload", daemon=True)
    thread.start()
    return thread
