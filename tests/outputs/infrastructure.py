"""Judges of the Bicep itself, which is the same in every repository: Microsoft's own type data, and a policy scanner.

Runs in the tools' own environment: ``python infrastructure.py BICEP AZMCP CHECKOV``; imports nothing of ours, says what it finds, and
ends with 1 then. Expressions are passed over; types are judged at the newest version that the type data has, unless ours is newer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = Any
ACCEPTED = {
    "CKV_AZURE_35": "the data lake is open to who may read it unless network mode private is chosen",
    "CKV_AZURE_206": "how often the data is kept is the team's choice: lake.redundancy",
    "CKV2_AZURE_48": "keys of the team's own for the root storage are not offered",
    "CKV_AZURE_158": "a serverless workspace has no network; the others are private where that is chosen",
}
"""What the scanner may find, and why it stays."""
NOT_TOLD = frozenset(
    {
        "Microsoft.Insights/diagnosticSettings",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    }
)
"""Types that the type data lacks; the local cloud's tables hold them against the official descriptions."""
ENVELOPE = frozenset({"type", "apiVersion", "name", "scope", "dependsOn", "copy", "condition"})


def resources(template: Json) -> Iterator[Json]:
    """The resources of a template and of the templates in it; variables that hold lists of members stand for themselves."""
    for resource in template["resources"].values() if isinstance(template["resources"], dict) else template["resources"]:
        if resource["type"] == "Microsoft.Resources/deployments":
            yield from resources(resource["properties"]["template"])
        elif not resource.get("existing"):
            yield resource


class Types:
    """The members of one resource type, as ``azmcp bicepschema get`` tells them."""

    def __init__(self, answer: Json) -> None:
        rows = answer["results"]["BicepSchemaResult"]
        self.objects = {row["name"]: row for row in rows if row["$type"] == "Object"}
        resource = next(row for row in rows if row["$type"] == "Resource")
        self.body, self.version = resource["bodyType"], str(resource["name"]).rpartition("@")[2]

    def strange(self, value: Json, wanted: str, path: str) -> Iterator[str]:
        """Members that the type has not, and required ones that are not there."""
        if isinstance(value, list):
            for each in value:
                yield from self.strange(each, wanted.removesuffix("[]"), f"{path}[]")
        elif isinstance(value, dict) and wanted in self.objects:
            yield from self.members(value, self.objects[wanted], path)
        elif isinstance(value, str) and " | " in wanted and not value.startswith("["):
            words = wanted.split(" | ")
            if "string" not in words[:-1] and value not in words:
                yield f"{path}: {value} is none of {wanted}"

    def members(self, value: Json, row: Json, path: str) -> Iterator[str]:
        """The same for an object."""
        known = {each["name"]: each for each in row["properties"]}
        if not known or row.get("additionalProperties"):
            return
        for name, inner in value.items():
            if name not in known:
                yield f"{path}.{name}: there is no such member"
            elif "ReadOnly" in (known[name].get("flags") or ""):
                yield f"{path}.{name}: is read-only"
            else:
                yield from self.strange(inner, known[name]["type"], f"{path}.{name}")
        for name, each in known.items():
            if "Required" in (each.get("flags") or "") and name not in value:
                yield f"{path}: lacks {name}"


def by_type_data(compiled: Path, azmcp: str) -> Iterator[str]:
    """Every resource of the compiled template against its type."""
    told: dict[str, Types | None] = {}
    for resource in resources(json.loads(compiled.read_text(encoding="utf-8"))):
        kind = resource["type"]
        if kind not in told:
            told[kind] = asked(azmcp, kind)
        types = told[kind]
        if types is None:
            yield from () if kind in NOT_TOLD else (f"azmcp: {kind}: no such type",)
            continue
        if types.version < resource["apiVersion"]:
            sys.stderr.write(f"azmcp knows {kind} at {types.version} only: {resource['apiVersion']} is not judged\n")
            continue
        body = {name: value for name, value in resource.items() if name not in ENVELOPE - {"name"}}
        yield from (f"azmcp: {kind}{line}" for line in types.members(body, types.body, ""))


def asked(azmcp: str, kind: str) -> Types | None:
    """The type's members; ``None`` where the type data has no such type."""
    environment = {**os.environ, "AZURE_MCP_COLLECT_TELEMETRY": "false"}
    command = [azmcp, "bicepschema", "get", "--resource-type", kind]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    try:
        return Types(json.loads(ended.stdout))
    except (ValueError, KeyError, TypeError, StopIteration):
        return None


def by_policy(folder: Path, checkov: str) -> Iterator[str]:
    """What the scanner finds and nobody accepted; a file that it cannot read counts, and so does having read nothing."""
    command = [checkov, "--skip-download", "--compact", "--quiet", "--framework", "bicep", "-d", str(folder), "-o", "json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(ended.stdout)
    if told["summary"]["parsing_errors"] or not told["summary"]["resource_count"]:
        yield f"checkov: {told['summary']}"
    for found in told["results"]["failed_checks"]:
        if found["check_id"] not in ACCEPTED:
            yield f"checkov: {found['file_path']}: {found['resource']}: {found['check_id']} {found['check_name']}"


def main() -> int:
    """Everything at once."""
    folder, azmcp, checkov = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    found = [*by_type_data(folder / "compiled" / "main.json", azmcp), *by_policy(folder, checkov)]
    sys.stdout.write("".join(f"{line}\n" for line in found) or "the Bicep: clean\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
