"""The functions that the template language shares with Bicep under the same name. Owns the lists; holds no logic."""

from __future__ import annotations

NAMES = """
array base64 base64ToJson base64ToString bool cidrHost cidrSubnet coalesce concat contains dataUri dataUriToString dateTimeAdd
dateTimeFromEpoch dateTimeToEpoch deployer deployment empty endsWith environment extensionResourceId fail filter first flatten
format groupBy guid indexOf int intersection items join json last lastIndexOf length like managementGroup map mapValues max min
newGuid objectKeys padLeft parseCidr pickZones providers range reduce reference replace resourceGroup resourceId shallowMerge skip
sort split startsWith string subscription subscriptionResourceId substring take tenant tenantResourceId toLower toObject toUpper
trim union uniqueString uri uriComponent uriComponentToString utcNow managementGroupResourceId
"""
PLAIN = frozenset(NAMES.split())

# What is evaluated at run time, so that a variable that calls it cannot be a template variable.
RUN_TIME = frozenset({"reference"})

# With arguments these only name a scope; without, they are values.
SCOPES = frozenset({"resourceGroup", "subscription", "managementGroup", "tenant"})

# Properties of a resource that the compiler knows without asking the cloud.
CONSTANT = frozenset({"id", "name", "type", "apiVersion"})


def is_list(name: str) -> bool:
    """Whether the function is one of the ``list…`` functions."""
    return name[:4].lower() == "list"
