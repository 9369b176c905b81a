"""Trying a client secret: what the token service answers besides a token is never more than an error of ours."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.errors import NotYet, Unreachable
from wizard.providers.entra.sign_in import signs_in
from wizard.secret import Secret

TENANT = "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90"


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 502}, {"reset": True}], ids=["500", "502", "reset"])
async def test_a_token_service_that_fails_is_not_reached(sandbox: Any, fault: dict[str, Any]) -> None:
    sandbox.faults.add(method="GET", path=r"login.microsoftonline.com/.*/openid-configuration", fail=10, **fault)
    with pytest.raises(Unreachable, match=r"login\.microsoftonline\.com"):
        await signs_in(TENANT, "0f0f0f0f-0001-4d5e-8f60-000000000001", Secret("anything"))
    sandbox.faults.rules.clear()
    with pytest.raises(NotYet, match="does not know the application yet"):
        await signs_in(TENANT, "0f0f0f0f-0001-4d5e-8f60-000000000001", Secret("anything"))
