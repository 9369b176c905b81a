"""``Microsoft.OperationalInsights`` and ``Microsoft.Insights``: log workspaces, components, diagnostic settings.

Owns members and defaults; no log is stored. https://learn.microsoft.com/azure/templates/microsoft.operationalinsights/workspaces
"""

from __future__ import annotations

from typing import Any

from wizard.sandbox.arm import errors
from wizard.sandbox.arm.types.shape import shape
from wizard.sandbox.arm.types.table import ResourceType, Writing, add

Json = Any
WORKSPACE = shape("""
    defaultDataCollectionRuleResourceId: string, failover: map,
    features: {clusterResourceId: string, disableLocalAuth: bool, enableDataExport: bool, enableLogAccessUsingOnlyResourcePermissions: bool,
        immediatePurgeDataOn30Days: bool, unifiedSentinelBillingOnly: bool~},
    forceCmkForQuery: bool, publicNetworkAccessForIngestion: Enabled|Disabled|SecuredByPerimeter,
    publicNetworkAccessForQuery: Enabled|Disabled|SecuredByPerimeter, replication: {enabled: bool, location: string}, retentionInDays: int,
    sku: {capacityReservationLevel: int, lastSkuUpdate: string~,
        name: Free|Standard|Premium|PerNode|PerGB2018|Standalone|CapacityReservation|LACluster!},
    workspaceCapping: {dailyQuotaGb: number, quotaNextResetTime: string~, dataIngestionStatus: string~},
    provisioningState: string~, customerId: string~, createdDate: string~, modifiedDate: string~, privateLinkScopedResources: [map]~
""")
COMPONENT = shape("""
    Application_Type: web|other!, Flow_Type: string, Request_Source: string, HockeyAppId: string, SamplingPercentage: number,
    RetentionInDays: int, DisableIpMasking: bool, ImmediatePurgeDataOn30Days: bool, WorkspaceResourceId: string,
    publicNetworkAccessForIngestion: Enabled|Disabled, publicNetworkAccessForQuery: Enabled|Disabled,
    IngestionMode: ApplicationInsights|ApplicationInsightsWithDiagnosticSettings|LogAnalytics, DisableLocalAuth: bool,
    ForceCustomerStorageForProfiler: bool, AppId: string~, ApplicationId: string~, InstrumentationKey: string~, ConnectionString: string~,
    CreationDate: string~, TenantId: string~, Name: string~, provisioningState: string~
""")
DIAGNOSTICS = shape("""
    storageAccountId: string, serviceBusRuleId: string, eventHubAuthorizationRuleId: string, eventHubName: string,
    metrics: [{timeGrain: string, category: string, enabled: bool!, retentionPolicy: {enabled: bool!, days: int!}}],
    logs: [{category: string, categoryGroup: string, enabled: bool!, retentionPolicy: {enabled: bool!, days: int!}}],
    workspaceId: string, marketplacePartnerId: string, logAnalyticsDestinationType: string
""")


def _check_workspace(writing: Writing) -> None:
    days = writing.properties.get("retentionInDays")
    if isinstance(days, int) and days != -1 and not 30 <= days <= 730:
        raise errors.refused(
            400, "InvalidParameter", f"'RetentionInDays' property doesn't match the SKU limits. The value {days} is invalid."
        )


def _finish_workspace(writing: Writing, document: Json) -> None:
    before = (writing.before or {}).get("properties") or {}
    now = writing.world.clock.iso()
    sku = {"name": "PerGB2018", **document["properties"].get("sku", {})}
    if sku["name"].lower() == "pergb2018":
        sku["name"] = "PerGB2018"
    document["properties"] = {
        "retentionInDays": 30,
        "features": {"legacy": 0, "searchVersion": 1, "enableLogAccessUsingOnlyResourcePermissions": True},
        "workspaceCapping": {"dailyQuotaGb": -1, "quotaNextResetTime": now, "dataIngestionStatus": "RespectQuota"},
        "publicNetworkAccessForIngestion": "Enabled",
        "publicNetworkAccessForQuery": "Enabled",
        **document["properties"],
        "sku": sku,
        "customerId": before.get("customerId") or writing.world.new_id("log_workspace"),
        "createdDate": before.get("createdDate", now),
        "modifiedDate": now,
    }


def _finish_component(writing: Writing, document: Json) -> None:
    before = (writing.before or {}).get("properties") or {}
    key = before.get("InstrumentationKey") or writing.world.new_id("component")
    where = document["location"]
    document["properties"] |= {
        "AppId": before.get("AppId") or writing.world.new_id("component.app"),
        "ApplicationId": document["name"],
        "InstrumentationKey": key,
        "ConnectionString": f"InstrumentationKey={key};IngestionEndpoint=https://{where}-1.in.applicationinsights.azure.com/",
        "CreationDate": before.get("CreationDate", writing.world.clock.iso()),
        "Name": document["name"],
    }


def _check_diagnostics(writing: Writing) -> None:
    properties = writing.properties
    if not any(properties.get(name) for name in ("storageAccountId", "workspaceId", "eventHubAuthorizationRuleId", "marketplacePartnerId")):
        raise errors.refused(400, "BadRequest", "At least one data sink needs to be specified.")


add(
    ResourceType(
        "Microsoft.OperationalInsights/workspaces", WORKSPACE, envelope=frozenset({"identity", "etag"}),
        names=r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
        name_code="InvalidResourceName", seconds=15.0, check=_check_workspace, finish=_finish_workspace,
    ),
    ResourceType(
        "Microsoft.Insights/components", COMPONENT, envelope=frozenset({"kind", "etag"}), required=("location", "kind"),
        finish=_finish_component,
    ),
    ResourceType(
        "Microsoft.Insights/diagnosticSettings", DIAGNOSTICS, required=("properties",), seconds=2.0,
        check=_check_diagnostics, with_state=False,
    ),
)  # fmt: skip
