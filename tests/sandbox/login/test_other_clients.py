"""Clients that are not ours sign in unchanged: azure-identity with a secret and with a job's assertion."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.login.harness import ARM, assertion, trusted
from wizard.sandbox.login.profile import automation_credentials

identity = pytest.importorskip("azure.identity")


def test_azure_identity_with_a_secret_and_with_an_assertion(sandbox: Any) -> None:
    with sandbox.lock:
        told = automation_credentials(sandbox.world)
        client, text = trusted(sandbox.world), assertion(sandbox.world)
    tenant = told["AZURE_TENANT_ID"]
    with identity.ClientSecretCredential(tenant, client, told["AZURE_CLIENT_SECRET"]) as credential:
        assert credential.get_token(ARM).token.count(".") == 2
    with identity.ClientAssertionCredential(tenant, client, lambda: text) as credential:
        assert credential.get_token(ARM).token.count(".") == 2
    wrong = identity.ClientAssertionCredential(tenant, client, lambda: text[:-8] + "AAAAAAAA")
    with wrong as credential, pytest.raises(Exception, match="AADSTS700027"):
        credential.get_token(ARM)


def test_azure_identity_from_the_environment(sandbox: Any) -> None:
    with identity.EnvironmentCredential() as credential:
        assert credential.get_token("https://vault.azure.net/.default").token
