"""``Microsoft.DataFactory`` and ``Microsoft.Consumption``: factories and budgets.

Owns members and rules of both; no pipeline runs and nothing is spent. Children of a factory are kept as they are sent.
https://learn.microsoft.com/azure/templates/microsoft.datafactory/factories
"""

from __future__ import annotations

from typing import Any

from wizard.sandbox.arm import errors
from wizard.sandbox.arm.types.shape import shape
from wizard.sandbox.arm.types.table import ResourceType, Writing, add

Json = Any
FACTORY = shape("""
    provisioningState: string~, createTime: string~, version: string~, purviewConfiguration: {purviewResourceId: string},
    repoConfiguration: {type: string!, accountName: string!, repositoryName: string!, collaborationBranch: string!, rootFolder: string!,
        lastCommitId: string, disablePublish: bool, hostName: string, clientId: string, clientSecret: map, projectName: string,
        tenantId: string},
    globalParameters: map,
    encryption: {keyName: string!, vaultBaseUrl: string!, keyVersion: string, identity: {userAssignedIdentity: string}},
    publicNetworkAccess: Enabled|Disabled
""")
_FILTER = "{name: string!, operator: In!, values: [string]!}"
BUDGET = shape(f"""
    category: Cost!, amount: number!, timeGrain: Monthly|Quarterly|Annually|BillingMonth|BillingQuarter|BillingAnnual!,
    timePeriod: {{startDate: string!, endDate: string}}!,
    filter: {{and: [{{dimensions: {_FILTER}, tags: {_FILTER}}}], dimensions: {_FILTER}, tags: {_FILTER}}},
    currentSpend: map~, notifications: map, forecastSpend: map~
""")


def _finish_factory(writing: Writing, document: Json) -> None:
    before = (writing.before or {}).get("properties") or {}
    document["properties"] = {"publicNetworkAccess": "Enabled", **document["properties"]} | {
        "createTime": before.get("createTime", writing.world.clock.iso()),
        "version": "2018-06-01",
    }


def _check_budget(writing: Writing) -> None:
    start = str((writing.properties.get("timePeriod") or {}).get("startDate", ""))
    if not start.startswith("[") and start[8:10] != "01":
        raise errors.refused(400, "400", "Start date must be on the first day of the month.")
    before = ((writing.before or {}).get("properties") or {}).get("timePeriod") or {}
    if before and start[:10] != str(before.get("startDate", ""))[:10]:
        raise errors.refused(400, "400", "The start date of a budget cannot be changed.")
    if not before and not start.startswith("[") and start[:7] < writing.world.clock.iso()[:7]:
        raise errors.refused(400, "400", "Start date must be in the current time grain period or later.")
    for name, told in (writing.properties.get("notifications") or {}).items():
        if not any(told.get(kind) for kind in ("contactEmails", "contactRoles", "contactGroups")):
            raise errors.refused(400, "400", f"The notification {name} has nobody to tell.")
        if not (isinstance(told.get("threshold"), (int, float)) and 0 < told["threshold"] <= 1000):
            raise errors.refused(400, "400", f"The threshold of the notification {name} must be between 0 and 1000.")
    if len(writing.properties.get("notifications") or {}) > 5:
        raise errors.refused(400, "400", "A budget can have up to five notifications.")


def _finish_budget(writing: Writing, document: Json) -> None:
    document["properties"]["currentSpend"] = {"amount": 0, "unit": "EUR"}


add(
    ResourceType(
        "Microsoft.DataFactory/factories", FACTORY, envelope=frozenset({"identity"}), names=r"[A-Za-z0-9]([A-Za-z0-9-]{1,61}[A-Za-z0-9])",
        seconds=10.0, finish=_finish_factory,
    ),
    ResourceType(
        "Microsoft.Consumption/budgets", BUDGET, envelope=frozenset({"eTag"}), required=("properties",), names=r"[\w-]{1,63}", seconds=2.0,
        check=_check_budget, finish=_finish_budget, with_state=False,
    ),
)  # fmt: skip
