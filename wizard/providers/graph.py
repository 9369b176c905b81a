"""Microsoft Graph through the typed request builders of msgraph-sdk, with answers read as plain JSON.

Owns the Graph client, how many of its calls run at once, and ``GraphRefused``. A typed answer would import more than a
thousand modules; a typed request costs next to nothing. It must never know what an application is.
"""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, Any

from wizard.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ssl import SSLContext

    import httpx
    from msgraph.graph_service_client import GraphServiceClient

    from wizard.providers.credential import CoreToken

Json = Any

ENDPOINT = "https://graph.microsoft.com"
AT_ONCE = 8
"""httpx spends its time on the processor when more requests than this run in parallel."""


class GraphRefused(Exception):
    """An error answer of Graph: HTTP status, Graph's code and message, ``Retry-After`` in seconds where it came."""

    def __init__(self, status: int, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


class GraphCalls:
    """Sends what the builders make; belongs to one event loop."""

    def __init__(self, credential: CoreToken, tls: Callable[[], SSLContext]) -> None:
        self._credential = credential
        self._tls = tls
        self._client: GraphServiceClient | None = None
        self._http: httpx.AsyncClient | None = None
        self._limit = asyncio.Semaphore(AT_ONCE)
        hush()

    async def send(self, build: Callable[[GraphServiceClient], Any], headers: Mapping[str, str], *, retry: bool) -> Json:
        """The answer as JSON, ``None`` for an empty one. Raises ``GraphRefused`` or ``Unreachable``."""
        import httpx
        from kiota_abstractions.native_response_handler import NativeResponseHandler
        from kiota_http.middleware.options import ResponseHandlerOption, RetryHandlerOption

        client = self._connected()
        request = build(client)
        request.path_parameters = dict(request.path_parameters)  # builders by alternate key all write into one shared mapping
        for name, value in headers.items():
            request.headers.add(name, value)
        request.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        if not retry:
            request.add_request_options([RetryHandlerOption(should_retry=False)])
        async with self._limit:
            try:
                response: httpx.Response = await client.request_adapter.send_primitive_async(request, "bytes", {})
            except httpx.HTTPError as error:
                raise Unreachable(f"graph.microsoft.com cannot be reached: {type(error).__name__} {error}".rstrip()) from error
        return _read(response)

    def _connected(self) -> GraphServiceClient:
        if self._client is None:
            import httpx
            from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
            from kiota_http.middleware.options import RetryHandlerOption
            from msgraph.graph_request_adapter import GraphRequestAdapter, options
            from msgraph.graph_service_client import GraphServiceClient
            from msgraph_core import GraphClientFactory

            plain = httpx.AsyncClient(verify=self._tls(), timeout=httpx.Timeout(60, connect=15))
            quick = {RetryHandlerOption.get_key(): RetryHandlerOption(delay=0.5)}  # the default adds 3 s to every wait
            self._http = GraphClientFactory.create_with_default_middleware(client=plain, options={**options, **quick})
            signed = AzureIdentityAuthenticationProvider(self._credential, scopes=[f"{ENDPOINT}/.default"])
            adapter = GraphRequestAdapter(signed, client=self._http)
            self._client = GraphServiceClient(request_adapter=adapter)
            adapter.base_url = f"{ENDPOINT}/v1.0"  # the default ends in a slash and doubles it in every path
            self._client.path_parameters["baseurl"] = adapter.base_url
        return self._client

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            for transport in (self._http._transport, *self._http._mounts.values()):
                wrapped = getattr(transport, "transport", None)  # msgraph-core's wrapper does not pass the closing on
                if wrapped is not None:
                    await wrapped.aclose()
            await self._http.aclose()
            self._http = self._client = None


def hush() -> None:
    """Ignore the deprecations that msgraph-sdk and kiota announce, at import, about their own generated classes."""
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(msgraph|kiota_)")


def _read(response: httpx.Response) -> Json:
    try:
        body = response.json() if response.content else None
    except ValueError:
        body = None
    if response.status_code < 400:
        return body
    error = body.get("error", {}) if isinstance(body, dict) else {}
    message = str(error.get("message") or response.reason_phrase)
    wait = response.headers.get("Retry-After", "")
    raise GraphRefused(response.status_code, str(error.get("code", "")), message, float(wait) if wait.isdigit() else None)
