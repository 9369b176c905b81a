"""Clusters and cluster policies, with states that the clock moves. Nothing runs on them.

Owns both; policies are kept and listed, their rules are not applied. Four families' policies are there from the first.
https://docs.databricks.com/api/azure/workspace/clusters
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks import permissions
from wizard.sandbox.databricks.errors import exists, invalid, refused
from wizard.sandbox.databricks.models import below, done, milliseconds, numeric_id
from wizard.sandbox.databricks.router import WORKSPACES, body, caller, needed

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.1/clusters"
POLICIES = "/api/2.0/policies/clusters"
BUILT_IN = ("Personal Compute", "Power User Compute", "Shared Compute", "Job Compute")
SPARK_VERSIONS = (
    ("16.4.x-scala2.12", "16.4 LTS (Scala 2.12)"),
    ("15.4.x-scala2.12", "15.4 LTS (Scala 2.12)"),
    ("17.3.x-scala2.13", "17.3 LTS (Scala 2.13)"),
)
NODE_TYPES = (("Standard_DS3_v2", 14336, 4.0), ("Standard_D4ds_v5", 16384, 4.0), ("Standard_D8ds_v5", 32768, 8.0))


def _row(world: World, workspace: str, cluster_id: str) -> Json:
    row = world.table("databricks.clusters").get(f"{workspace}/{cluster_id}")
    if row is None:
        raise invalid(f"Cluster {cluster_id} does not exist")
    return row


def state(world: World, row: Json) -> str:
    """PENDING and then RUNNING, TERMINATING and then TERMINATED."""
    takes = (240_000.0 if row["target"] == "RUNNING" else 20_000.0) * world.latency if world.latency else 300.0
    under_way = milliseconds(world) < row["changed"] + takes
    return {"RUNNING": "PENDING", "TERMINATED": "TERMINATING"}[row["target"]] if under_way else str(row["target"])


def shown(world: World, row: Json) -> Json:
    kept = {key: value for key, value in row["spec"].items() if key not in ("apply_policy_default_values", "clone_from")}
    now = state(world, row)
    out = {**kept, "cluster_id": row["cluster_id"], "creator_user_name": row["creator"], "state": now, "start_time": row["changed"]}
    out |= {
        "cluster_source": "API",
        "state_message": "",
        "driver_node_type_id": kept.get("driver_node_type_id") or kept.get("node_type_id", ""),
    }
    out.setdefault("azure_attributes", {"first_on_demand": 1, "availability": "ON_DEMAND_AZURE", "spot_bid_max_price": -1.0})
    return {**out, "spec": row["spec"]}


def _check(given: Json) -> None:
    if not given.get("spark_version"):
        raise invalid("Missing required field: spark_version")
    if given["spark_version"] not in dict(SPARK_VERSIONS) and not str(given["spark_version"]).startswith("custom:"):
        raise invalid(f"Invalid spark version {given['spark_version']}.")
    if not given.get("node_type_id") and not given.get("instance_pool_id"):
        raise invalid("Missing required field: node_type_id")


def _store(world: World, workspace: str, row: Json) -> Response:
    world.table("databricks.clusters")[f"{workspace}/{row['cluster_id']}"] = row
    return done()


@WORKSPACES.post(PATH + "/create")
def create(request: Request, world: World) -> Response:
    who, given = caller(request, world), body(request)
    _check(given)
    number = f"{numeric_id(world, 'cluster')}"
    cluster_id = f"{number[:4]}-{number[4:10]}-{number[10:].zfill(8)}"
    _store(
        world,
        who.workspace,
        {"cluster_id": cluster_id, "spec": given, "creator": who.name, "changed": milliseconds(world), "target": "RUNNING"},
    )
    permissions.set_initial(world, who, "clusters", cluster_id, "CAN_MANAGE")
    return done({"cluster_id": cluster_id})


@WORKSPACES.get(PATH + "/get")
def get(request: Request, world: World) -> Response:
    return done(shown(world, _row(world, caller(request, world).workspace, *needed(request.query, "cluster_id"))))


@WORKSPACES.get(PATH + "/list")
def every(request: Request, world: World) -> Response:
    rows = below(world, "databricks.clusters", caller(request, world).workspace).values()
    return done({"clusters": [shown(world, row) for row in rows]} if rows else {})


@WORKSPACES.post(PATH + "/edit")
def edit(request: Request, world: World) -> Response:
    workspace, given = caller(request, world).workspace, body(request)
    row = _row(world, workspace, *needed(given, "cluster_id"))
    _check(given)
    if state(world, row) not in ("RUNNING", "TERMINATED"):
        raise refused(400, "INVALID_STATE", f"Cluster {row['cluster_id']} is in unexpected state {state(world, row).title()}.")
    spec = {key: value for key, value in given.items() if key != "cluster_id"}
    changed = milliseconds(world) if row["target"] == "RUNNING" else row["changed"]
    return _store(world, workspace, {**row, "spec": spec, "changed": changed})


def _turn(request: Request, world: World, target: str, wanted: str) -> Response:
    workspace = caller(request, world).workspace
    row = _row(world, workspace, *needed(body(request), "cluster_id"))
    now = state(world, row)
    if wanted and now != wanted:
        raise refused(400, "INVALID_STATE", f"Cluster {row['cluster_id']} is in unexpected state {now.title()}.")
    return _store(world, workspace, {**row, "target": target, "changed": milliseconds(world)}) if row["target"] != target else done()


@WORKSPACES.post(PATH + "/start")
def start(request: Request, world: World) -> Response:
    return _turn(request, world, "RUNNING", "TERMINATED")


@WORKSPACES.post(PATH + "/delete")
def terminate(request: Request, world: World) -> Response:
    return _turn(request, world, "TERMINATED", "")


@WORKSPACES.post(PATH + "/permanent-delete")
def remove(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    row = _row(world, workspace, *needed(body(request), "cluster_id"))
    del world.table("databricks.clusters")[f"{workspace}/{row['cluster_id']}"]
    permissions.forget(world, workspace, "clusters", row["cluster_id"])
    return done()


@WORKSPACES.get(PATH + "/spark-versions")
def spark_versions(request: Request, world: World) -> Response:
    return done({"versions": [{"key": key, "name": name} for key, name in SPARK_VERSIONS]})


@WORKSPACES.get(PATH + "/list-node-types")
def node_types(request: Request, world: World) -> Response:
    known = [
        {
            "node_type_id": name,
            "memory_mb": memory,
            "num_cores": cores,
            "description": name,
            "instance_type_id": name,
            "category": "General Purpose",
        }
        for name, memory, cores in NODE_TYPES
    ]
    return done({"node_types": known})


def _policies(world: World, workspace: str) -> dict[str, Json]:
    """The workspace's policies; the built-in ones are made when first looked at, which is no client's change."""
    found = below(world, "databricks.cluster_policies", workspace)
    for name in BUILT_IN if not found else ():
        policy_id = f"{numeric_id(world, 'policy'):016X}"
        row = {
            "policy_id": policy_id,
            "name": name,
            "definition": "{}",
            "policy_family_id": name.lower().replace(" ", "-"),
            "is_default": True,
        }
        world.table("databricks.cluster_policies").rows[f"{workspace}/{policy_id}"] = row
        found[policy_id] = row
    return found


@WORKSPACES.get(POLICIES + "/list")
def list_policies(request: Request, world: World) -> Response:
    return done({"policies": list(_policies(world, caller(request, world).workspace).values())})


def _policy(world: World, workspace: str, policy_id: str) -> Json:
    found = _policies(world, workspace).get(policy_id)
    if found is None:
        raise invalid(f"Can't find a cluster policy with id: {policy_id}.")
    return found


@WORKSPACES.get(POLICIES + "/get")
def get_policy(request: Request, world: World) -> Response:
    return done(_policy(world, caller(request, world).workspace, *needed(request.query, "policy_id")))


@WORKSPACES.post(POLICIES + "/create")
def create_policy(request: Request, world: World) -> Response:
    return _put_policy(request, world, "")


@WORKSPACES.post(POLICIES + "/edit")
def edit_policy(request: Request, world: World) -> Response:
    return _put_policy(request, world, *needed(body(request), "policy_id"))


def _put_policy(request: Request, world: World, policy_id: str) -> Response:
    who, given = caller(request, world), body(request)
    who.require_admin()
    (name,) = needed(given, "name")
    before = (
        _policy(world, who.workspace, policy_id)
        if policy_id
        else {"creator_user_name": who.name, "created_at_timestamp": milliseconds(world)}
    )
    if any(row["name"] == name and row["policy_id"] != policy_id for row in _policies(world, who.workspace).values()):
        raise exists(f"A cluster policy with the name {name} already exists. Please choose a different name.")
    try:
        json.loads(given.get("definition") or "{}")
    except ValueError:
        raise invalid("Cluster policy definition is not valid JSON.") from None
    row = {**before, **given, "policy_id": policy_id or f"{numeric_id(world, 'policy'):016X}", "is_default": False}
    world.table("databricks.cluster_policies")[f"{who.workspace}/{row['policy_id']}"] = row
    return done({} if policy_id else {"policy_id": row["policy_id"]})


@WORKSPACES.post(POLICIES + "/delete")
def delete_policy(request: Request, world: World) -> Response:
    who = caller(request, world)
    who.require_admin()
    row = _policy(world, who.workspace, *needed(body(request), "policy_id"))
    if row["is_default"]:
        raise invalid("Default cluster policies cannot be deleted.")
    del world.table("databricks.cluster_policies")[f"{who.workspace}/{row['policy_id']}"]
    return done()
