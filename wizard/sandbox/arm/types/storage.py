"""``Microsoft.Storage``: accounts, their blob service, containers and lifecycle rules.

Owns members, names and endpoints; no blob is ever stored here, and keys are minted when they are asked for.
https://learn.microsoft.com/azure/templates/microsoft.storage/storageaccounts
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors
from wizard.sandbox.arm.types.shape import shape
from wizard.sandbox.arm.types.table import ResourceType, Writing, add

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
SKUS = (
    "Standard_LRS", "Standard_GRS", "Standard_RAGRS", "Standard_ZRS", "Premium_LRS", "Premium_ZRS", "Standard_GZRS", "Standard_RAGZRS",
    "StandardV2_LRS", "StandardV2_GRS", "StandardV2_ZRS", "StandardV2_GZRS", "PremiumV2_LRS", "PremiumV2_ZRS",
)  # fmt: skip
KINDS = ("Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage")
NAME_RULE = (
    "{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and "
    "lower-case letters only."
)
ACCOUNT = shape("""
    accessTier: Hot|Cool|Premium|Cold|Smart,
    allowBlobPublicAccess: bool, allowCrossTenantReplication: bool, allowSharedKeyAccess: bool,
    allowSharedKeyAccessForServices: {blob: {enabled: bool}, file: {enabled: bool}, queue: {enabled: bool}, table: {enabled: bool}},
    allowedCopyScope: PrivateLink|AAD|All,
    azureFilesIdentityBasedAuthentication: {
        activeDirectoryProperties: {accountType: User|Computer, azureStorageSid: string, domainGuid: string, domainName: string,
            domainSid: string, forestName: string, netBiosDomainName: string, samAccountName: string},
        defaultSharePermission: None|StorageFileDataSmbShareReader|StorageFileDataSmbShareContributor|
            StorageFileDataSmbShareElevatedContributor,
        directoryServiceOptions: None|AADDS|AD|AADKERB!, smbOAuthSettings: {isSmbOAuthEnabled: bool}},
    customDomain: {name: string!, useSubDomainName: bool},
    dataCollaborationPolicyProperties: {allowCrossTenantDataSharing: bool, allowStorageConnectors: bool, allowStorageDataShares: bool},
    defaultToOAuthAuthentication: bool, dnsEndpointType: Standard|AzureDnsZone,
    dualStackEndpointPreference: {publishIpv6Endpoint: bool}, enableExtendedGroups: bool,
    encryption: {identity: {federatedIdentityClientId: string, userAssignedIdentity: string},
        keySource: Microsoft.Storage|Microsoft.Keyvault, keyvaultproperties: {keyname: string, keyvaulturi: string, keyversion: string},
        requireInfrastructureEncryption: bool,
        services: {blob: {enabled: bool, keyType: Service|Account}, file: {enabled: bool, keyType: Service|Account},
            queue: {enabled: bool, keyType: Service|Account}, table: {enabled: bool, keyType: Service|Account}}},
    geoPriorityReplicationStatus: {isBlobEnabled: bool},
    immutableStorageWithVersioning: {enabled: bool, immutabilityPolicy: {allowProtectedAppendWrites: bool,
        immutabilityPeriodSinceCreationInDays: int, state: Unlocked|Locked|Disabled}},
    isHnsEnabled: bool, isLocalUserEnabled: bool, isNfsV3Enabled: bool, isSftpEnabled: bool,
    keyPolicy: {keyExpirationPeriodInDays: int!}, largeFileSharesState: Disabled|Enabled,
    minimumTlsVersion: TLS1_0|TLS1_1|TLS1_2|TLS1_3,
    networkAcls: {bypass: string, defaultAction: Allow|Deny!, ipRules: [{action: Allow, value: string!}],
        ipv6Rules: [{action: Allow, value: string!}], resourceAccessRules: [{resourceId: string, tenantId: string}],
        virtualNetworkRules: [{action: Allow, id: string!}]},
    publicNetworkAccess: Enabled|Disabled|SecuredByPerimeter,
    routingPreference: {publishInternetEndpoints: bool, publishMicrosoftEndpoints: bool, routingChoice: MicrosoftRouting|InternetRouting},
    sasPolicy: {expirationAction: Log|Block!, sasExpirationPeriod: string!}, supportsHttpsTrafficOnly: bool,
    provisioningState: string~, primaryEndpoints: map~, primaryLocation: string~, statusOfPrimary: string~, secondaryLocation: string~,
    statusOfSecondary: string~, secondaryEndpoints: map~, creationTime: string~, keyCreationTime: map~, privateEndpointConnections: [map]~
""")
BLOB_SERVICE = shape("""
    automaticSnapshotPolicyEnabled: bool, changeFeed: {enabled: bool, retentionInDays: int},
    containerDeleteRetentionPolicy: {allowPermanentDelete: bool, days: int, enabled: bool},
    cors: {corsRules: [{allowedHeaders: [string]!, allowedMethods: [DELETE|GET|HEAD|MERGE|POST|OPTIONS|PUT|PATCH|CONNECT|TRACE]!,
        allowedOrigins: [string]!, exposedHeaders: [string]!, maxAgeInSeconds: int!}]},
    defaultServiceVersion: string, deleteRetentionPolicy: {allowPermanentDelete: bool, days: int, enabled: bool}, isVersioningEnabled: bool,
    lastAccessTimeTrackingPolicy: {blobType: [string], enable: bool!, name: AccessTimeTracking, trackingGranularityInDays: int},
    restorePolicy: {days: int, enabled: bool!},
    staticWebsite: {defaultIndexDocumentPath: string, enabled: bool!, errorDocument404Path: string, indexDocument: string}
""")
CONTAINER = shape("""
    defaultEncryptionScope: string, denyEncryptionScopeOverride: bool, enableNfsV3AllSquash: bool, enableNfsV3RootSquash: bool,
    immutableStorageWithVersioning: {enabled: bool}, metadata: map, publicAccess: Container|Blob|None
""")
LIFECYCLE = shape("""
    lastModifiedTime: string~,
    policy: {rules: [{enabled: bool, name: string!, type: Lifecycle!, definition: {actions: map!, filters: map}!}]!}!
""")


def _check_account(writing: Writing) -> None:
    body, name = writing.body, writing.name
    sku = (body.get("sku") or {}).get("name")
    if sku not in SKUS and not (writing.tolerant and str(sku).startswith("[")):
        raise errors.refused(400, "InvalidValueForSkuName", f"The value '{sku}' is not a valid storage SKU name.")
    if body.get("kind") not in KINDS and not (writing.tolerant and str(body.get("kind")).startswith("[")):
        raise errors.refused(400, "InvalidRequestPropertyValue", f"The value '{body.get('kind')}' is not allowed for property kind.")
    if not re.fullmatch(r"[a-z0-9]{3,24}", name):
        raise errors.refused(400, "AccountNameInvalid", NAME_RULE.format(name=name))
    bypass = str((writing.properties.get("networkAcls") or {}).get("bypass", ""))
    if bypass and not bypass.startswith("[") and not set(re.split(r",\s*", bypass)) <= {"None", "Logging", "Metrics", "AzureServices"}:
        raise errors.refused(400, "InvalidValuesForRequestParameters", "Values for request parameters are invalid: networkAcls.bypass.")
    if writing.before is None and not name_free(writing.world, name):
        raise errors.refused(409, "StorageAccountAlreadyTaken", f"The storage account named {name} is already taken.", target=name)
    old = (writing.before or {}).get("properties") or {}
    if old and bool(old.get("isHnsEnabled")) != bool(writing.properties.get("isHnsEnabled", old.get("isHnsEnabled"))):
        raise errors.refused(409, "PropertyIsReadOnly", "The property 'isHnsEnabled' was specified in the input, but it cannot be updated.")


def name_free(world: World, name: str) -> bool:
    """Whether the account name, which is global, is nobody's; a name seeded as taken is somebody else's."""
    tail = f"/providers/microsoft.storage/storageaccounts/{name}"
    return name not in world.table("arm.taken_names") and not any(key.endswith(tail) for key in world.table("arm.resources"))


def availability(world: World, name: str) -> Json:
    """The body of ``checkNameAvailability``."""
    if not re.fullmatch(r"[a-z0-9]{3,24}", name):
        return {"nameAvailable": False, "reason": "AccountNameInvalid", "message": NAME_RULE.format(name=name)}
    if not name_free(world, name):
        return {"nameAvailable": False, "reason": "AlreadyExists", "message": f"The storage account named {name} is already taken."}
    return {"nameAvailable": True}


def _finish_account(writing: Writing, document: Json) -> None:
    name, place = writing.name, document["location"]
    before = (writing.before or {}).get("properties") or {}
    document["sku"] = {"name": document["sku"]["name"], "tier": document["sku"]["name"].split("_")[0].removesuffix("V2")}
    hosts = {part: f"https://{name}.{part}.core.windows.net/" for part in ("dfs", "blob", "queue", "table", "file")}
    web = {"web": f"https://{name}.z6.web.core.windows.net/"}
    stamp = before.get("creationTime", writing.world.clock.iso())
    document["properties"] = {
        "keyCreationTime": before.get("keyCreationTime") or {"key1": stamp, "key2": stamp},
        "allowCrossTenantReplication": False,
        "minimumTlsVersion": "TLS1_0",
        "allowBlobPublicAccess": False,
        "supportsHttpsTrafficOnly": True,
        "networkAcls": {"bypass": "AzureServices", "virtualNetworkRules": [], "ipRules": [], "defaultAction": "Allow"},
        "encryption": {
            "services": {part: {"keyType": "Account", "enabled": True, "lastEnabledTime": stamp} for part in ("file", "blob")},
            "keySource": "Microsoft.Storage",
        },
        "accessTier": "Hot",
        **{key: value for key, value in before.items() if key in ACCOUNT.members and key not in ACCOUNT.read_only},
        **document["properties"],
        "creationTime": stamp,
        "primaryEndpoints": hosts | web,
        "primaryLocation": place,
        "statusOfPrimary": "available",
        "privateEndpointConnections": before.get("privateEndpointConnections", []),
    }
    blobs = f"{document['id']}/blobServices/default"
    if writing.before is None:
        writing.world.table("arm.resources")[blobs.lower()] = {
            "id": blobs,
            "name": "default",
            "type": "Microsoft.Storage/storageAccounts/blobServices",
            "properties": {"cors": {"corsRules": []}, "deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": False}},
        }


def _finish_container(writing: Writing, document: Json) -> None:
    document["properties"] = {
        "deleted": False,
        "remainingRetentionDays": 0,
        "defaultEncryptionScope": "$account-encryption-key",
        "denyEncryptionScopeOverride": False,
        "publicAccess": "None",
        "leaseStatus": "Unlocked",
        "leaseState": "Available",
        "lastModifiedTime": writing.world.clock.iso(),
        "hasImmutabilityPolicy": False,
        "hasLegalHold": False,
        **document["properties"],
    }


def _check_default(writing: Writing) -> None:
    if writing.name != "default":
        message = f"The value '{writing.name}' is not a valid resource name; it must be 'default'."
        raise errors.refused(400, "InvalidResourceName", message)


_ACCOUNTS = "Microsoft.Storage/storageAccounts"
add(
    ResourceType(
        _ACCOUNTS, ACCOUNT, envelope=frozenset({"sku", "kind", "identity", "extendedLocation", "zones", "placement"}),
        required=("location", "sku", "kind"), names=r".{1,63}", seconds=25.0, working="ResolvingDNS", updating="Succeeded",
        check=_check_account,
        finish=_finish_account,
    ),
    ResourceType(f"{_ACCOUNTS}/blobServices", BLOB_SERVICE, required=(), seconds=2.0, check=_check_default, with_state=False),
    ResourceType(
        f"{_ACCOUNTS}/blobServices/containers", CONTAINER, required=(), seconds=2.0,
        names=r"(?=.{3,63}$)(\$root|\$logs|\$web|[a-z0-9]+(-[a-z0-9]+)*)",
        name_code="ContainerInvalidName", name_rule="The specified resource name contains invalid characters.", finish=_finish_container,
        with_state=False,
    ),
    ResourceType(
        f"{_ACCOUNTS}/managementPolicies", LIFECYCLE, required=("properties",), seconds=2.0, check=_check_default, with_state=False,
    ),
)  # fmt: skip
