"""Synchronous SDKs in worker threads: PyGithub and databricks-sdk, one client a thread.

Owns the two executors and how those clients are made. A ``Github`` object that threads share may send another thread's
request, and a databricks client blocks: so neither is ever handed out.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from wizard.errors import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from databricks.sdk import WorkspaceClient
    from databricks.sdk.config import Config
    from github import Github

    from wizard.providers.credential import TokenSource
    from wizard.secret import Secret

Answer = TypeVar("Answer")

GITHUB_API_VERSION = "2022-11-28"
DATABRICKS_SCOPE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"
RETRY_SECONDS = 15
"""For how long the Databricks SDK tries again by itself, once for its probe of the host and once a call."""
GITHUB_HINTS = ("gh auth login --scopes repo,workflow,read:org", "or: export GH_TOKEN=…")


class GithubWorkers:
    """PyGithub, one client a thread."""

    def __init__(self, token: Secret | None, threads: int = 6) -> None:
        self._token = token
        self._local = threading.local()
        self._clients: list[Any] = []
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="github")

    async def run(self, call: Callable[[Github], Answer]) -> Answer:
        """The answer of ``call``, made in a worker thread. Raises ``NotSignedIn`` without a token."""
        if self._token is None:
            raise NotSignedIn("not signed in to GitHub: there is no token", hints=GITHUB_HINTS)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: call(self._client()))

    def _client(self) -> Github:
        client: Github | None = getattr(self._local, "client", None)
        if client is None:
            client = self._local.client = self._made()
            self._clients.append(client)
        return client

    def _made(self) -> Github:
        from github import Auth, Github, GithubRetry

        logging.getLogger("github").handlers.clear()  # PyGithub writes its retries to stderr, over any screen
        assert self._token is not None
        return Github(
            auth=Auth.Token(self._token.reveal()),
            retry=GithubRetry(total=3, secondary_rate_wait=10, max_rate_limit_wait=60),
            seconds_between_requests=0,
            seconds_between_writes=0,
            per_page=100,
            timeout=30,
            user_agent="lakestrap",
            api_version=GITHUB_API_VERSION,
        )

    def close(self) -> None:
        """End the threads and their connections."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        for client in self._clients:
            client.close()


class DatabricksWorkers:
    """databricks-sdk, one client a workspace host and thread, signed in with the operator's Entra token."""

    def __init__(self, source: TokenSource, threads: int = 4) -> None:
        self._source = source
        self._local = threading.local()
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="databricks")

    async def run(self, host: str, call: Callable[[WorkspaceClient], Answer], *, once: bool = False) -> Answer:
        """The answer of ``call`` with a client of that workspace (``adb-….azuredatabricks.net``)."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: call(self._client(host, once)))

    async def run_as(self, host: str, call: Callable[[WorkspaceClient], Answer], how: Mapping[str, str]) -> Answer:
        """The same with a client of its own that signs in as ``how`` says and sends nothing twice."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: call(_signed_in(host, how)))

    def _client(self, host: str, once: bool) -> WorkspaceClient:
        clients: dict[tuple[str, bool], WorkspaceClient] = self._local.__dict__.setdefault("clients", {})
        if (host, once) not in clients:
            client = clients[host, once] = workspace_client(host, self._source)
            if once:
                _send_once(client)
        return clients[host, once]

    def close(self) -> None:
        """End the threads."""
        self._executor.shutdown(wait=True, cancel_futures=True)


class SignInRefused(Exception):
    """Databricks takes the credential of another than the operator not, or not yet; the text is its own."""


def workspace_client(host: str, source: TokenSource) -> WorkspaceClient:
    """A client of one workspace, signed in as the operator."""
    from databricks.sdk.credentials_provider import CredentialsStrategy

    class ProfileToken(CredentialsStrategy):  # type: ignore[misc]
        def auth_type(self) -> str:
            return "lakestrap"

        def __call__(self, config: Config) -> Callable[[], dict[str, str]]:
            return lambda: {"Authorization": "Bearer " + source.token(DATABRICKS_SCOPE)[0]}

    return _explicit_client(host, credentials_strategy=ProfileToken())


def _signed_in(host: str, how: Mapping[str, str]) -> WorkspaceClient:
    """A client that has signed in: the SDK says only by a ``ValueError`` that a secret was refused, and only at the first use."""
    client = _explicit_client(host, **how)
    _send_once(client)
    try:
        client.config.authenticate()
    except ValueError as refusal:
        raise SignInRefused(str(refusal).partition(". Config:")[0]) from refusal
    return client


def _send_once(client: WorkspaceClient) -> None:
    """Keep a client from sending again what may have arrived; the SDK has no setting for that."""
    client.api_client._api_client._is_retryable = lambda problem: None


def _explicit_client(host: str, **how: Any) -> WorkspaceClient:
    """A client of one workspace that takes nothing from ``DATABRICKS_*`` variables and profiles."""
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.config import Config

    class ExplicitConfig(Config):  # type: ignore[misc]
        """The user's variables are for the CLI and may name another workspace or a second way to sign in."""

        @classmethod
        def attributes(cls) -> Iterable[Any]:
            return Config.attributes()  # type: ignore[no-any-return]  # the SDK looks for them in the class's own dictionary only

        def _load_from_env(self) -> None:
            """Take nothing."""

        def _known_file_config_loader(self) -> None:
            """Take nothing."""

    config = ExplicitConfig(
        host=host if host.startswith("https://") else f"https://{host}",
        retry_timeout_seconds=RETRY_SECONDS,
        http_timeout_seconds=30,
        product="lakestrap",
        product_version="0.1.0",
        **how,
    )
    return WorkspaceClient(config=config)
