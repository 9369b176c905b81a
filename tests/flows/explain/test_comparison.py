"""Each way in which a subject can differ has its own finding, the differing part marked, and the command that mends it."""

from __future__ import annotations

import pytest

from wizard.errors import BadInput
from wizard.flows.explain import asked
from wizard.flows.explain.asked import Claims
from wizard.flows.explain.comparison import Expected, findings, marked, nearest, taken_apart
from wizard.providers.github.oidc_subject import ISSUER

NAMES, IDS = "repo:contoso/shop:environment:prod", "repo:contoso@2001/shop@900001:environment:prod"


def trusting(*subjects: str, subject: str = IDS) -> Expected:
    return Expected("prod", subject, tuple(Claims(each, ISSUER, "api://AzureADTokenExchange") for each in subjects))


@pytest.mark.parametrize(
    ("presented", "expected", "kind", "command"),
    [
        (IDS, trusting(NAMES), "immutable", "lakestrap migrate subject"),
        (NAMES, trusting(IDS), "immutable", "lakestrap migrate subject"),
        (IDS, trusting(IDS.replace("prod", "Prod")), "case", "lakestrap setup"),
        (IDS, trusting(), "untrusted", "lakestrap setup"),
        (IDS, trusting("repo:contoso@2001/store@7:environment:prod"), "trust", "lakestrap migrate subject"),
        (IDS, trusting(IDS), "trusted", "lakestrap verify   # again in a minute"),
        (IDS.replace("prod", "Prod"), trusting(IDS), "case", "write `environment: prod` in the job of the workflow, as in lakestrap.yaml"),
        (IDS.replace("prod", "qa"), trusting(IDS), "environment", "write `environment: prod` in the job"),
        (
            IDS.replace("environment:prod", "ref:refs/heads/main"),
            trusting(IDS),
            "no environment",
            "write `environment: prod` in the job of the workflow",
        ),
        (
            IDS.replace("environment:prod", "pull_request"),
            trusting(IDS),
            "no environment",
            "write `environment: prod` in the job of the workflow",
        ),
        (NAMES.replace("shop", "Shop"), trusting(NAMES, subject=NAMES), "case", "lakestrap setup"),
        (IDS.replace("shop@", "store@"), trusting(IDS), "renamed", "lakestrap migrate subject"),
        ("repo:fork/shop:environment:prod", trusting(NAMES, subject=NAMES), "repository", "lakestrap migrate subject"),
        ("repository_owner:contoso:environment:prod", trusting(IDS), "template", "lakestrap setup"),
    ],
)
def test_a_difference_has_its_finding(presented: str, expected: Expected, kind: str, command: str) -> None:
    found = list(findings(Claims(presented), expected))
    assert found[0].kind == kind
    assert command in found[0].commands
    assert found[0].why


def test_another_audience_and_another_issuer_are_told() -> None:
    presented = Claims(IDS, "https://token.actions.contoso.ghe.com", "api://other")
    assert [finding.kind for finding in findings(presented, trusting(IDS))] == ["audience", "issuer", "trusted"]


def test_what_is_trusted_and_refused_all_the_same_is_another_identity() -> None:
    (finding,) = findings(Claims(IDS), trusting(IDS), "AADSTS700213")
    assert finding.kind == "identity" and "AZURE_CLIENT_ID" in finding.why


def test_trust_that_may_not_be_read_is_unknown_and_never_fine() -> None:
    (finding,) = findings(Claims(IDS), Expected("prod", IDS, None, "403"))
    assert finding.kind == "unknown" and "403" in finding.why


def test_only_the_differing_part_is_marked() -> None:
    assert marked(NAMES, NAMES.replace("prod", "Prod"))[1] == "repo:contoso/shop:environment:[Prod]"
    assert marked(NAMES, IDS)[1] == "repo:contoso[@2001]/shop[@900001]:environment:prod"
    assert marked(NAMES, NAMES) == (NAMES, NAMES)


def test_the_environment_that_is_meant_is_found_by_name_whatever_its_case() -> None:
    dev = Expected("dev", IDS.replace("prod", "dev"))
    assert nearest(NAMES.replace("prod", "DEV"), [trusting(IDS), dev]) is dev
    assert nearest("repo:contoso/shop:ref:refs/heads/main", [dev]) is dev
    assert nearest(NAMES, []) is None
    parts = taken_apart("repo:a/b:environment:x%3Ay")
    assert parts is not None and parts.environment == "x:y"


@pytest.mark.parametrize(
    ("text", "member", "value"),
    [
        ("https://github.com/contoso/shop/actions/runs/19000000002/job/7", "run", 19000000002),
        ("https://github.com/contoso/shop/actions/runs/19000000002", "repository", "contoso/shop"),
        ("19000000002", "run", 19000000002),
        ("700213", "code", "AADSTS700213"),
        ("AADSTS7002138: No matching … presented assertion subject 'repo:a/b:environment:Prod'.", "code", "AADSTS7002138"),
        ("prod", "environment", "prod"),
    ],
)
def test_what_is_asked_is_understood(text: str, member: str, value: object) -> None:
    assert getattr(asked(text, ("dev", "prod")), member) == value


def test_claims_are_read_from_the_error() -> None:
    text = "AADSTS70021: … Assertion Issuer: 'https://i'. Assertion Subject: 'repo:a/b:ref:x'. Assertion Audience: 'api://y'."
    assert asked(text).claims == Claims("repo:a/b:ref:x", "https://i", "api://y")


def test_anything_else_is_bad_input() -> None:
    with pytest.raises(BadInput, match="neither a subject"):
        asked("what is wrong", ("dev",))
