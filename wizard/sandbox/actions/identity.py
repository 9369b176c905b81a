"""The sign-in of a played job: the runner's token, its exchange at the token service, and calls made with what it gives.

Owns nothing of the services: every call goes through their own routes, as a request on the wire would, so that rights and
eventual consistency hold. It must never reach into a service's tables.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from wizard.sandbox.router import Refusal, Request, Response
from wizard.sandbox.services import router_for, routers

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

ARM = "https://management.core.windows.net/"
LOGIN = "https://login.microsoftonline.com"
AGENT = {"user-agent": "azsdk-python (played by the local cloud)"}


class SignInFailed(Exception):
    """``by_az``: whether the words are those of ``az`` on standard error, or the action's own."""

    def __init__(self, message: str, *, by_az: bool = False) -> None:
        super().__init__(message)
        self.by_az = by_az


def send(world: World, method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Response:
    """One request to another service of this world, answered as on the wire; a refusal is its response."""
    parts = urlsplit(url)
    request = Request(method, parts.netloc.lower(), parts.path or "/", parts.query, {**AGENT, **(headers or {})}, body)
    router = router_for(request.host, routers())
    if router is None:
        return Response(0, {"error": {"code": "NameResolutionFailure", "message": f"Failed to resolve '{request.host}'"}})
    try:
        return router.handle(request, world)
    except Refusal as refusal:
        return refusal.response


def decoded(response: Response) -> Json:
    """The body as JSON; ``{}`` where it is none."""
    if isinstance(response.body, bytes):
        try:
            return json.loads(response.body)
        except ValueError:
            return {}
    return response.body if response.body is not None else {}


def id_token(world: World, variables: dict[str, str], audience: str) -> str:
    """The job's own token, asked for as ``@actions/core`` does."""
    url, bearer = variables.get("ACTIONS_ID_TOKEN_REQUEST_URL", ""), variables.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
    if not url:
        raise SignInFailed("Error message: Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable")
    response = send(world, "GET", f"{url}&audience={quote(audience, safe='')}", {"authorization": f"Bearer {bearer}"})
    if response.status != 200:
        raise SignInFailed(
            f"Failed to get ID Token. \n Error Code : {response.status}\n Error Message: {decoded(response).get('message', '')}"
        )
    return str(decoded(response)["value"])


class AzureSession:
    """``az`` signed in as a service principal: tokens by resource, and the chosen subscription."""

    def __init__(self, world: World, client: str, tenant: str, *, secret: str = "", assertion: str = "") -> None:
        self.client, self.tenant = client, tenant
        self.subscription: Json = {}
        self.subscriptions: list[Json] = []
        self._world, self._secret, self._assertion = world, secret, assertion
        self._tokens: dict[str, str] = {}

    def sign_in(self, subscription: str, *, alone: bool = False) -> None:
        """``az login --service-principal``, then ``az account set``. Raises ``SignInFailed`` with what ``az`` prints."""
        answer = self.call("GET", "https://management.azure.com/subscriptions?api-version=2022-12-01")
        self.subscriptions = decoded(answer).get("value", [])
        if answer.status != 200:
            raise SignInFailed(error_text(answer), by_az=True)
        if not self.subscriptions and not alone:
            raise SignInFailed(f"No subscriptions found for {self.client}.", by_az=True)
        chosen = [row for row in self.subscriptions if subscription.lower() in (row["subscriptionId"].lower(), row["displayName"].lower())]
        if subscription and not chosen:
            raise SignInFailed(f"The subscription of '{subscription}' doesn't exist in cloud 'AzureCloud'.", by_az=True)
        self.subscription = chosen[0] if chosen else {}

    def token(self, resource: str) -> str:
        """An access token for a resource (``https://vault.azure.net``). Raises ``SignInFailed`` with the AADSTS text."""
        if resource not in self._tokens:
            form = {"client_id": self.client, "grant_type": "client_credentials", "scope": f"{resource}/.default", "client_info": "1"}
            if self._secret:
                form["client_secret"] = self._secret
            else:
                form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                form["client_assertion"] = self._assertion
            headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
            url = f"{LOGIN}/{self.tenant}/oauth2/v2.0/token"
            answer = send(self._world, "POST", url, headers, urlencode(form).encode())
            body = decoded(answer)
            if answer.status != 200:
                raise SignInFailed(str(body.get("error_description", body)), by_az=True)
            self._tokens[resource] = str(body["access_token"])
        return self._tokens[resource]

    def call(self, method: str, url: str, *, resource: str = ARM, headers: dict[str, str] | None = None) -> Response:
        """A request with a token of this identity."""
        bearer = {"authorization": f"Bearer {self.token(resource)}", "accept": "application/json"}
        return send(self._world, method, url, bearer | (headers or {}))


def error_text(response: Response) -> str:
    """An error answer as ``az`` prints it."""
    error = decoded(response).get("error") or decoded(response)
    if not isinstance(error, dict) or "code" not in error:
        return json.dumps(decoded(response))
    inner = f"\nInner error: {json.dumps(error['innererror'], indent=4)}" if error.get("innererror") else ""
    return f"({error['code']}) {error.get('message', '')}\nCode: {error['code']}\nMessage: {error.get('message', '')}{inner}"
