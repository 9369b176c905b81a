"""The preflight's reader of conditions: yes and no as Azure would say, and *cannot tell* for what it does not know."""

from __future__ import annotations

import pytest

from tests.sandbox.arm.test_conditions import ALL_BUT_OWNER, BACKUP, DELEGATION, OWNER, READER, WRITE
from wizard.providers.arm.conditions import fulfilled

ROLE = "Microsoft.Authorization/roleAssignments"


@pytest.mark.parametrize(
    ("condition", "action", "attributes", "expected"),
    [
        (DELEGATION, WRITE, {"roledefinitionid": BACKUP, "principaltype": "User"}, True),
        (DELEGATION, WRITE, {"roledefinitionid": OWNER, "principaltype": "User"}, False),
        (DELEGATION, WRITE, {"roledefinitionid": BACKUP, "principaltype": "ServicePrincipal"}, False),
        (DELEGATION, WRITE, {"roledefinitionid": BACKUP}, None),
        (DELEGATION, WRITE, {"roledefinitionid": OWNER}, False),
        (DELEGATION, "Microsoft.Resources/deployments/write", {}, True),
        (ALL_BUT_OWNER, WRITE, {"roledefinitionid": BACKUP}, True),
        (ALL_BUT_OWNER, WRITE, {"roledefinitionid": READER}, False),
        (f"@Request[{ROLE}:PrincipalId] StringLike 'a*'", WRITE, {"principalid": "abc"}, None),
        (f"NOT @Request[{ROLE}:PrincipalId] StringEquals 'abc'", WRITE, {"principalid": "abc"}, False),
        ("SubOperationMatches{'x'}", WRITE, {}, None),
        ("((", WRITE, {}, None),
        (")", WRITE, {}, None),
    ],
)
def test_fulfilled(condition: str, action: str, attributes: dict[str, str], expected: bool | None) -> None:
    assert fulfilled(condition, action, attributes) is expected
