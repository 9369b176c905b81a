"""The hint that a job's log gives: the right one for each error, none for a log without errors."""

from __future__ import annotations

import pytest

from wizard.flows.signin_hints import REMEDIES, hint, subject_of

STAMP = "2026-11-21T08:00:00.0000000Z "


@pytest.mark.parametrize(
    ("line", "code", "delay"),
    [
        ("##[error]AADSTS70021: No matching federated identity record found for presented assertion.", "AADSTS70021", True),
        ("##[error]AADSTS700213: No matching federated identity record found for presented assertion subject 'x'.", "AADSTS700213", False),
        ("ERROR: AADSTS7000215: Invalid client secret provided.", "AADSTS7000215", True),
        ("##[error]AADSTS99999999: What nobody has seen.", "AADSTS99999999", False),
        ("##[error]Please make sure to give write permissions to id-token in the workflow.", "NoIdToken", False),
        ("ERROR: (AuthorizationFailed) The client 'x' does not have authorization", "AuthorizationFailed", True),
        ("ERROR: No subscriptions found for 99.", "NoSubscription", True),
        ("##[error]not emulated: az group delete", "NotEmulated", False),
        ("##[error]Process completed with exit code 7.", "", False),
    ],
)
def test_each_error_has_its_hint(line: str, code: str, delay: bool) -> None:
    found = hint(f"{STAMP}all is well\n{STAMP}{line}\n")
    assert found is not None
    assert (found.code, found.delay) == (code, delay)
    assert found.remedy
    assert STAMP.strip() not in found.line
    assert "##[error]" not in found.line


def test_a_log_without_errors_gives_none() -> None:
    assert hint(f"{STAMP}all is well\n") is None


def test_codes_that_begin_alike_are_told_apart() -> None:
    assert hint("AADSTS70021: x").remedy != hint("AADSTS700213: x").remedy  # type: ignore[union-attr]
    assert all(code.startswith("AADSTS") for code in REMEDIES)


def test_the_subject_is_what_the_action_tells() -> None:
    assert subject_of(f"{STAMP} subject claim - repo:contoso/shop:environment:dev\n") == "repo:contoso/shop:environment:dev"
    assert subject_of("nothing") == ""


def test_the_line_shown_is_the_error_and_not_its_detail() -> None:
    found = hint('ERROR: (Forbidden) Caller is not authorized\nInner error: {\n    "code": "ForbiddenByRbac"\n}\n')
    assert found is not None
    assert (found.code, found.line) == ("ForbiddenByRbac", "ERROR: (Forbidden) Caller is not authorized")
