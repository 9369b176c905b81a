"""Requests to the local cloud without a network: who sends what, what comes back, held against the official descriptions.

Owns the tiny client of the sandbox's own tests. ``agree`` judges every exchange where the descriptions are at hand
(a sibling folder of the checkout); the test says nothing about them elsewhere.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from tests.contract.judging import JUDGE, judged
from wizard.sandbox.application import Application
from wizard.sandbox.login.tokens import mint
from wizard.sandbox.recorder import Recorder
from wizard.sandbox.router import Request, Response
from wizard.sandbox.services import routers
from wizard.sandbox.worlds import load

ARM = "https://management.azure.com"
AUDIENCES = {
    "graph.microsoft.com": "https://graph.microsoft.com",
    "vault.azure.net": "https://vault.azure.net",
    "azuredatabricks.net": "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
}
DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
UAT = "11111111-0002-4d5e-8f60-a1b2c3d4e502"
PROD = "11111111-0004-4d5e-8f60-a1b2c3d4e504"
ADA, BEA, ANA = "ada@contoso.com", "bea@contoso.com", "ana@contoso.com"
OWN_GAP = r"arm GET /subscriptions/[^/]+/providers/Microsoft\.KeyVault/locations/[^/]+/operationResults/[^/]+  # where a purge is polled"


class Calls:
    """A fresh world and its application; ``call`` sends one request as somebody."""

    def __init__(self, world: Any = "owner") -> None:
        self.world = load(world)
        self.recorder = Recorder()
        self.application = Application(self.world, routers(), reset=lambda address: None, recorder=self.recorder)

    def token(self, who: str, host: str) -> str:
        audience = next((found for suffix, found in AUDIENCES.items() if host.endswith(suffix)), ARM)
        with self.world.transaction():
            return mint(self.world, who, audience)

    def call(
        self, method: str, url: str, body: Any = None, *, who: str = ADA, token: str = "", headers: dict[str, str] | None = None
    ) -> Response:
        """The answer; ``who`` is a user name or object id, empty for nobody; ``token`` is sent as it is."""
        parts = urlsplit(url if url.startswith("https://") else ARM + url)
        sent = {"content-type": "application/json", **(headers or {})}
        if token or who:
            sent["authorization"] = f"Bearer {token or self.token(who, parts.netloc)}"
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = Request(method, parts.netloc, parts.path, parts.query, sent, data)
        handled = self.application.handle(request)
        assert not self.application.failures, self.application.failures
        self.recorder.record(request, handled.service, handled.response, handled.mutating, 0.0)
        return handled.response

    def code(self, response: Response) -> str:
        """The vendor's code in an error answer, the inner one where there is one."""
        error = response.body.get("error") or {"code": response.body.get("error_code") or response.body.get("status")}
        return str((error.get("innererror") or error)["code"])

    def later(self, seconds: float = 5.0) -> None:
        self.world.clock.forward(seconds)

    def prepare(self, subscription: str = DEV, group: str = "rg-a") -> str:
        """Register the provider and make a group; returns the group's id."""
        self.call("POST", f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/register?api-version=2022-09-01", b"")
        self.later()
        group_id = f"/subscriptions/{subscription}/resourceGroups/{group}"
        assert self.call("PUT", f"{group_id}?api-version=2022-09-01", {"location": "westeurope"}).status == 201
        return group_id

    def assign(self, scope: str, role: str, who: str, kind: str = "User") -> None:
        """Give a principal (object id) a role, and let it take effect."""
        name = self.world.new_id("test.assignment")
        definition = f"/subscriptions/{scope.split('/')[2]}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        body = {"properties": {"roleDefinitionId": definition, "principalId": who, "principalType": kind}}
        answer = self.call("PUT", f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01", body)
        assert answer.status == 201, answer.body
        self.later(90)

    def user_id(self, upn: str) -> str:
        rows = self.world.table("graph.users").where(lambda row: row["userPrincipalName"] == upn)
        return str(rows[0]["id"])


def agree(exchanges: list[dict[str, Any]]) -> None:
    """Fail where an exchange with our services disagrees with the official descriptions."""
    if not JUDGE.exists():
        return
    assert judged(exchanges, also=OWN_GAP).findings == ()
