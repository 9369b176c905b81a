"""People, groups, queries, batches and policies."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.sandbox.graph.harness import ADMINISTRATOR, Graph, code, graph

Json = Any
ADA = "a0a0c1d2-0001-4e5f-8a9b-000000000001"
GROUP = "b1b1c1d2-0001-4e5f-8a9b-000000000001"


def names(ask: Graph, path: str, text: str, **headers: str) -> list[str]:
    return [row["displayName"] for row in ask.get(f"{path}?$filter={quote(text)}", **headers)["value"]]


def test_who_i_am_and_what_i_belong_to() -> None:
    ask = graph(who="ana@contoso.com")
    assert ask.get("/me")["userPrincipalName"] == "ana@contoso.com"
    assert [row["displayName"] for row in ask.get("/me/transitiveMemberOf")["value"]] == ["data-operators"]
    roles = Graph(ask.world, ADMINISTRATOR).get("/me/memberOf")["value"]
    assert [(row["@odata.type"], row["roleTemplateId"]) for row in roles] == [
        ("#microsoft.graph.directoryRole", "62e90394-69f5-4237-9190-012177145e10")
    ]


def test_people_and_groups_by_name_and_id() -> None:
    ask = graph()
    assert ask.get(f"/users/{ADA}")["displayName"] == ask.get("/users/ADA@contoso.com")["displayName"] == "Ada Lovelace"
    assert names(ask, "/users", "userPrincipalName eq 'ana@contoso.com'") == ["Ana Lima"]
    assert names(ask, "/users", "startswith(displayName,'Be')") == ["Bea Hopper"]
    assert names(ask, "/groups", "displayName eq 'data-operators'") == ["data-operators"]
    assert ask.get(f"/groups/{GROUP}/members")["value"][0]["userPrincipalName"] == "ana@contoso.com"
    assert code(ask("GET", "/users/nobody@contoso.com")) == "404 Request_ResourceNotFound"
    found = ask("POST", "/directoryObjects/getByIds", {"ids": [ADA, GROUP, "unknown"], "types": ["user"]}).body["value"]
    assert [row["@odata.type"] for row in found] == ["#microsoft.graph.user"]


def test_filters_over_lists_and_several_conditions() -> None:
    ask = graph()
    ask.application("one", tags=["lakestrap:shop"])
    ask.application("two", tags=["lakestrap:other", "x"])
    assert names(ask, "/applications", "tags/any(t:t eq 'lakestrap:shop')") == ["one"]
    assert names(ask, "/applications", "tags/any(t: startswith(t,'lakestrap:'))") == ["one", "two"]
    assert names(ask, "/applications", "displayName eq 'one' or displayName eq 'two'") == ["one", "two"]
    assert names(ask, "/applications", "displayName in ('two') and tags/any(t:t eq 'x')") == ["two"]
    assert names(ask, "/applications", "(startswith(displayName,'o'))") == ["one"]


@pytest.mark.parametrize("text", ["displayName ne 'one'", "not startswith(displayName,'o')", "endswith(displayName,'e')"])
def test_advanced_queries_need_their_header(text: str) -> None:
    ask = graph()
    ask.application("one")
    assert code(ask("GET", f"/applications?$filter={quote(text)}")) == "400 Request_UnsupportedQuery"
    ask.get(f"/applications?$count=true&$filter={quote(text)}", consistencylevel="eventual")


@pytest.mark.parametrize(
    "text", ["displayName eq", "nothing eq 'x'", "displayName like 'x'", "displayName eq 'x' or", "displayName eq 'x' y"]
)
def test_filters_that_are_wrong(text: str) -> None:
    assert graph()("GET", f"/applications?$filter={quote(text)}").status == 400


def test_search_and_pages() -> None:
    ask = graph()
    assert code(ask("GET", '/users?$search="displayName:lov"')) == "400 Request_UnsupportedQuery"
    found = ask.get(f"/users?$search={quote(chr(34) + 'displayName:lov' + chr(34))}", consistencylevel="eventual")
    assert [row["displayName"] for row in found["value"]] == ["Ada Lovelace"]
    first = ask.get("/users?$top=3&$count=true", consistencylevel="eventual")
    assert (len(first["value"]), first["@odata.count"]) == (3, 4)
    second = ask.get(first["@odata.nextLink"].removeprefix("https://graph.microsoft.com/v1.0"), consistencylevel="eventual")
    assert len(second["value"]) == 1
    assert "@odata.nextLink" not in second
    assert code(ask("GET", "/users?$top=1000")) == "400 Request_BadRequest"


def test_a_batch_whose_parts_stand_for_themselves() -> None:
    ask = graph()
    parts = [
        {
            "id": "1",
            "method": "POST",
            "url": "/applications",
            "headers": {"Content-Type": "application/json"},
            "body": {"displayName": "one"},
        },
        {"id": "2", "method": "POST", "url": "/applications", "headers": {"Content-Type": "application/json"}, "body": {"nonsense": 1}},
        {"id": "3", "method": "GET", "url": "/me", "dependsOn": ["2"]},
        {"id": "4", "method": "GET", "url": "/users?$top=1"},
    ]
    answers = {row["id"]: row for row in ask("POST", "/$batch", {"requests": parts}).body["responses"]}
    assert {key: row["status"] for key, row in answers.items()} == {"1": 201, "2": 400, "3": 424, "4": 200}
    assert ask.get(f"/applications/{answers['1']['body']['id']}")["displayName"] == "one"
    assert ask("POST", "/$batch", {"requests": [{"id": str(n), "method": "GET", "url": "/me"} for n in range(21)]}).status == 400


def test_policies_and_the_tenant() -> None:
    ask = graph()
    assert ask.get("/policies/authorizationPolicy")["defaultUserRolePermissions"]["allowedToCreateApps"] is True
    closed = graph("no-app-registration")
    assert closed.get("/policies/authorizationPolicy")["defaultUserRolePermissions"]["allowedToCreateApps"] is False
    assert ask.get("/organization")["value"][0]["displayName"] == "Contoso"
