"""Whatever a definition holds: each value of it stands in the resource where it stood, or its place is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as any_of

from wizard.flows.import_assets import Choices, mapped
from wizard.flows.import_assets.assets import Assets, Definition, Leftover, Place, at, dotted

Json = Any
SIMPLE = any_of.one_of(any_of.none(), any_of.booleans(), any_of.integers(-5, 500), any_of.text("ab${}.1", max_size=4))
ANY = any_of.recursive(
    SIMPLE, lambda inner: any_of.lists(inner, max_size=3) | any_of.dictionaries(any_of.sampled_from("abc"), inner, max_size=3)
)
TEXTS = any_of.dictionaries(any_of.sampled_from(["a", "b.c", "x.secret", "password"]), SIMPLE, max_size=3)
OF_CLUSTERS = {
    "num_workers": ANY,
    "spark_conf": TEXTS | ANY,
    "custom_tags": TEXTS,
    "enable_elastic_disk": any_of.sampled_from([True, "true", "no", 1, [], None]),
    "autoscale": any_of.fixed_dictionaries({"min_workers": ANY}, optional={"odd": ANY}),
    "data_security_mode": any_of.sampled_from(["SINGLE_USER", "NEW", 3]),
    "docker_image": any_of.fixed_dictionaries({"url": ANY, "basic_auth": any_of.fixed_dictionaries({"password": any_of.just("hunter2")})}),
    "ssh_public_keys": ANY,
    "state": ANY,
    "libraries": any_of.lists(ANY, min_size=1, max_size=2),
    "odd": ANY,
}
OF_JOBS = {
    "max_concurrent_runs": ANY,
    "tags": TEXTS | ANY,
    "schedule": any_of.fixed_dictionaries(
        {"quartz_cron_expression": any_of.just("0 0 3 * * ?")}, optional={"odd": ANY, "timezone_id": ANY}
    ),
    "email_notifications": any_of.fixed_dictionaries({}, optional={"on_failure": any_of.lists(ANY, max_size=2), "odd": ANY}),
    "created_time": ANY,
    "odd": ANY,
}


def leaves(data: Json, place: Place = ()) -> Iterator[tuple[Place, Json]]:
    """Every simple value that says something, and its place."""
    if isinstance(data, dict):
        yield from (leaf for name, value in data.items() for leaf in leaves(value, (*place, name)))
    elif isinstance(data, list):
        yield from (leaf for number, value in enumerate(data) for leaf in leaves(value, (*place, number)))
    elif data is not None:
        yield place, data


def lost(data: Json, made: Json, told: tuple[Leftover, ...]) -> list[str]:
    """Places of values that are neither in what was made nor told, themselves or with what they are part of."""
    known = {left.place for left in told}
    found = []
    for place, value in leaves(data):
        parts = {dotted(place[:count]) for count in range(1, len(place) + 1)}
        beside = at(made, place[:-1]) if isinstance(place[-1], int) else [at(made, place)]
        if not parts & known and str(value).lower() not in [str(each).lower() for each in beside or ()]:
            found.append(dotted(place))
    return found


def result(kind: str, data: dict[str, Json]) -> tuple[Json, tuple[Leftover, ...]]:
    resources, mapping = mapped(Assets((Definition(kind, "a.json", data),)), Choices())
    return resources[-1].definition, tuple(mapping.told)


@settings(max_examples=150, deadline=None)
@given(any_of.fixed_dictionaries({"spark_version": any_of.just("15.4.x-scala2.12")}, optional=OF_CLUSTERS))
def test_nothing_of_a_cluster_is_lost(data: dict[str, Json]) -> None:
    made, told = result("cluster", data)
    assert lost(data, made, told) == []
    assert "hunter2" not in repr((made, told))


def test_what_is_told_has_no_secret() -> None:
    made, told = result("cluster", {"spark_version": "x", "odd": {"client_secret": "hunter2"}, "policy_id": 3})
    assert told and "hunter2" not in repr((made, told))


@settings(max_examples=100, deadline=None)
@given(any_of.fixed_dictionaries({"tasks": any_of.just([{"task_key": "a"}])}, optional=OF_JOBS))
def test_nothing_of_a_job_is_lost(data: dict[str, Json]) -> None:
    made, told = result("job", data)
    assert lost(data, made, told) == []


def test_what_is_lost_is_found() -> None:
    assert lost({"a": {"b": [1, 2]}}, {"a": {"b": [1]}}, ()) == ["a.b[1]"]
    assert lost({"a": {"b": [1, 2]}}, {}, (Leftover("f", "a.b", "left"),)) == []
