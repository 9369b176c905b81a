"""What bills while nothing runs: rough words for each thing that a project makes, so that nobody is surprised by a bill.

Owns the words. Names no price: those differ by region and contract. Pure: computed from the project alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.project.model import Environment, Project


@dataclass(frozen=True, slots=True)
class Idle:
    """One thing of one environment. ``hourly``: it costs by the hour, used or not."""

    environment: str
    what: str
    words: str
    hourly: bool = False


def idle_costs(project: Project) -> tuple[Idle, ...]:
    """What every environment is billed for while idle, what costs by the hour first.

    Pages: https://azure.microsoft.com/pricing/details/azure-nat-gateway/ /private-link/ /ip-addresses/ /key-vault/ /monitor/ /storage/
    """
    found = [item for environment in project.environments for item in _of(project, environment)]
    return tuple(sorted(found, key=lambda item: not item.hourly))


def _of(project: Project, environment: Environment) -> Iterator[Idle]:
    name, own = environment.name, environment.existing
    if project.network.mode != "public" and not own.network:
        yield Idle(name, "NAT gateway", "by the hour, used or not, and by the gigabyte", hourly=True)
        yield Idle(name, "public IP address", "by the hour", hourly=True)
    if project.network.mode == "private":
        yield Idle(name, "private endpoints", "each by the hour, used or not, and by the gigabyte", hourly=True)
        if not own.dns_zones:
            yield Idle(name, "private DNS zones", "each by the month, a small sum")
    if not own.workspace:
        yield Idle(name, "Databricks workspace", "nothing while no cluster and no warehouse runs")
    if not own.storage:
        yield Idle(name, "storage account", "by the gigabyte that it holds")
    if not own.vault:
        yield Idle(name, "Key Vault", "by the request; nothing while nobody asks")
    yield Idle(name, "Log Analytics", f"by the gigabyte of logs; kept for {project.monitoring.retention_days} days")


def in_words(project: Project) -> tuple[str, ...]:
    """One line a thing, with the environments that have it."""
    lines: dict[tuple[str, str], list[str]] = {}
    for item in idle_costs(project):
        lines.setdefault((item.what, item.words), []).append(item.environment)
    return tuple(f"{what} ({', '.join(names)}): {words}" for (what, words), names in lines.items())
