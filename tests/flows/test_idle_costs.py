"""What bills while idle follows from the project: a network of one's own costs by the hour, what is yours is not ours to count."""

from __future__ import annotations

from typing import Any

from wizard.flows.idle_costs import idle_costs, in_words
from wizard.project.model import Project

VAULT = "/subscriptions/11111111-0001-4d5e-8f60-a1b2c3d4e501/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv-mine"


def project(network: str = "public", **environment: Any) -> Project:
    return Project.model_validate(
        {
            "version": 1,
            "name": "shop",
            "region": "westeurope",
            "github": {"repository": "contoso/shop"},
            "network": {"mode": network, "runs_on": ["self-hosted"]},
            "environments": [{"name": "dev", "subscription": "Dev", **environment}, {"name": "prod", "subscription": "Prod"}],
        }
    )


def test_a_public_project_costs_nothing_by_the_hour() -> None:
    assert not any(item.hourly for item in idle_costs(project()))
    assert "Key Vault (dev, prod): by the request; nothing while nobody asks" in in_words(project())


def test_a_network_of_ones_own_does_and_is_told_first() -> None:
    injected = idle_costs(project("injected"))
    assert [item.what for item in injected[:2]] == ["NAT gateway", "public IP address"] and injected[0].hourly
    assert any("private endpoints (dev, prod)" in line for line in in_words(project("private")))
    assert not any("private endpoints" in line for line in in_words(project("injected")))


def test_what_is_yours_is_not_counted() -> None:
    assert any(line.startswith("Key Vault (prod):") for line in in_words(project(existing={"vault": VAULT})))
