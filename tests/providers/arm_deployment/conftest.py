"""A signed-in session over the local internet, a group to deploy into, and the judge over what was said."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.providers.arm.life import waited
from tests.sandbox.keyvault.calls import agree
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.session import Session
from wizard.providers.signin import open_session

DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
POLLED = ("/operationresults/", "/operationstatuses/")


@pytest.fixture
async def session(sandbox: Any) -> AsyncIterator[Session]:
    """The operator's session, with a group and registered providers; ends with the judge over every exchange with ARM."""
    opened = await open_session()
    for namespace in ("Microsoft.Databricks", "Microsoft.Storage", "Microsoft.Insights", "Microsoft.OperationalInsights"):
        registration = ProviderRegistration(name=namespace, project="shop", subscription=DEV, namespace=namespace)
        made = await registration.create(opened)
        await waited(functools.partial(registration.finished, opened, made))
    group = ResourceGroup(name="dev", project="shop", environment="dev", subscription=DEV, group="rg-shop-dev", location="westeurope")
    await group.create(opened)
    yield opened
    await opened.close()
    spoken = [each for each in sandbox.exchanges if each["service"] == "arm"]
    agree([each for each in spoken if not any(part in each["url"].lower() for part in POLLED)])
