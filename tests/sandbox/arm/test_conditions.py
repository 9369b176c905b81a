"""The condition language, against what Microsoft's examples say."""

from __future__ import annotations

import pytest

from wizard.sandbox.arm.conditions import ConditionInvalid, Facts, evaluate, matches, parse

WRITE, DELETE = "Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete"
BACKUP, READER = "5e467623-bb1f-42f4-a55d-6e525e11384b", "a795c7a0-d4a2-40c1-ae25-d81f01202912"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
ATTRIBUTE = "Microsoft.Authorization/roleAssignments"
DELEGATION = (
    f"((!(ActionMatches{{'{WRITE}'}})) OR (@Request[{ATTRIBUTE}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{BACKUP}, {READER}}} AND "
    f"@Request[{ATTRIBUTE}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'User', 'Group'}})) AND "
    f"((!(ActionMatches{{'{DELETE}'}})) OR (@Resource[{ATTRIBUTE}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{BACKUP}, {READER}}}))"
)
ALL_BUT_OWNER = (
    f"(!(ActionMatches{{'{WRITE}'}})) OR (@Request[{ATTRIBUTE}:RoleDefinitionId] ForAnyOfAllValues:GuidNotEquals {{{OWNER}, {READER}}})"
)


@pytest.mark.parametrize(
    ("condition", "action", "request_", "resource", "expected"),
    [
        (DELEGATION, WRITE, {"roledefinitionid": [BACKUP], "principaltype": ["user"]}, {}, True),
        (DELEGATION, WRITE, {"roledefinitionid": [BACKUP.upper()], "principaltype": ["Group"]}, {}, True),
        (DELEGATION, WRITE, {"roledefinitionid": [OWNER], "principaltype": ["User"]}, {}, False),
        (DELEGATION, WRITE, {"roledefinitionid": [BACKUP], "principaltype": ["ServicePrincipal"]}, {}, False),
        (DELEGATION, WRITE, {"roledefinitionid": [BACKUP]}, {}, False),
        (DELEGATION, DELETE, {}, {"roledefinitionid": [READER]}, True),
        (DELEGATION, DELETE, {}, {"roledefinitionid": [OWNER]}, False),
        (DELEGATION, "Microsoft.Resources/subscriptions/resourceGroups/read", {}, {}, True),
        (ALL_BUT_OWNER, WRITE, {"roledefinitionid": [BACKUP]}, {}, True),
        (ALL_BUT_OWNER, WRITE, {"roledefinitionid": [OWNER]}, {}, False),
        (f"Exists @Request[{ATTRIBUTE}:PrincipalId]", WRITE, {"principalid": ["x"]}, {}, True),
        (f"NotExists @Request[{ATTRIBUTE}:PrincipalId]", WRITE, {"principalid": ["x"]}, {}, False),
        (f"@Request[{ATTRIBUTE}:PrincipalId] StringLike 'ab*'", WRITE, {"principalid": ["abc"]}, {}, True),
        (f"NOT @Request[{ATTRIBUTE}:PrincipalId] StringEquals 'abc'", WRITE, {"principalid": ["abc"]}, {}, False),
        ("ActionMatches{'*'} && SubOperationMatches{'x'}", WRITE, {}, {}, False),
        ("this is no condition", WRITE, {}, {}, False),
    ],
)
def test_conditions(condition: str, action: str, request_: dict[str, list[str]], resource: dict[str, list[str]], expected: bool) -> None:
    assert evaluate(condition, Facts(action, request_, resource)) is expected


@pytest.mark.parametrize(
    "text", ["(", "@Request[a:b]", "@Request[a:b] Blorp {'x'}", "ActionMatches{'x'} trailing", "@Request[a:b] StringEquals {"]
)
def test_malformed_conditions_are_refused(text: str) -> None:
    with pytest.raises(ConditionInvalid):
        parse(text)


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "a/b/c", True),
        ("*/read", "Microsoft.KeyVault/vaults/secrets/read", True),
        ("*/read", "Microsoft.KeyVault/vaults/write", False),
        ("Microsoft.Authorization/*/Write", "Microsoft.Authorization/roleAssignments/write", True),
        ("Microsoft.KeyVault/vaults/*", "Microsoft.KeyVault/vaultsx/read", False),
    ],
)
def test_action_patterns(pattern: str, action: str, expected: bool) -> None:
    assert matches(pattern, action) is expected
