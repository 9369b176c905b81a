"""What a workspace lists beside clusters and jobs, and reading from DBFS."""

from __future__ import annotations

import base64

import pytest

from tests.sandbox.databricks.lakehouse import Lakehouse


def test_lists_are_empty_until_something_is_there(lakehouse: Lakehouse) -> None:
    paths = {"instance-pools/list": "instance_pools", "libraries/all-cluster-statuses": "statuses", "global-init-scripts": "scripts"}
    assert [lakehouse.api("GET", f"/api/2.0/{path}").body for path in paths] == [{}, {}, {}]
    tables = lakehouse.world.table
    tables("databricks.instance_pools")[f"{lakehouse.number}/p"] = {"instance_pool_id": "p"}
    tables("databricks.cluster_libraries")[f"{lakehouse.number}/c"] = {"libraries": [{"jar": "a"}]}
    tables("databricks.global_init_scripts")["0/s"] = {"script_id": "of another workspace"}
    counts = [len(lakehouse.api("GET", f"/api/2.0/{path}").body.get(name, [])) for path, name in paths.items()]
    assert counts == [1, 1, 0]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "INVALID_PARAMETER_VALUE"),
        ("?path=dbfs:/a", "INVALID_PARAMETER_VALUE"),
        ("?path=/gone", "RESOURCE_DOES_NOT_EXIST"),
        ("?path=/a&length=1048577", "MAX_READ_SIZE_EXCEEDED"),
        ("?path=/a&offset=-1", "INVALID_PARAMETER_VALUE"),
        ("?path=/a&offset=x", "INVALID_PARAMETER_VALUE"),
        ("?path=/a&offset=1&length=2", ""),
    ],
)
def test_reading_from_dbfs(lakehouse: Lakehouse, query: str, code: str) -> None:
    lakehouse.world.table("databricks.dbfs")[f"{lakehouse.number}/a"] = {"content": base64.b64encode(b"abcd").decode()}
    answer = lakehouse.api("GET", f"/api/2.0/dbfs/read{query}")
    assert answer.body == {"bytes_read": 2, "data": "YmM="} if not code else lakehouse.code(answer) == code
