"""Applications: keys, upsert, uniqueness, soft deletion, rights and delays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.graph.harness import ADMINISTRATOR, AUTOMATION, Graph, code, graph

Json = Any
UPSERT = {"prefer": "create-if-missing"}


def test_one_application_by_every_key_and_spelling() -> None:
    ask = graph()
    made = ask.application(uniqueName="lakestrap-shop-dev", tags=["lakestrap:shop"])
    key, app_id = made["id"], made["appId"]
    for path in (
        f"/applications/{key}",
        f"/applications('{key}')",
        f"/applications(appId='{app_id}')",
        "/applications(uniqueName='lakestrap-shop-dev')",
        "/applications(uniqueName=%27lakestrap-shop-dev%27)",
        f"//applications/{key}/",
    ):
        assert ask.get(path)["id"] == key
    assert ask.get(f"/applications/{key}?$select=appId,tags") == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity",
        "appId": app_id,
        "tags": ["lakestrap:shop"],
    }
    assert code(ask("GET", "/applications/nothing")) == "404 Request_ResourceNotFound"


def test_upsert_creates_once_and_then_updates() -> None:
    ask = graph()
    path = "/applications(uniqueName='lakestrap-shop-dev')"
    assert code(ask("PATCH", path, {"displayName": "one"})) == "404 Request_ResourceNotFound"
    first = ask("PATCH", path, {"displayName": "one"}, **UPSERT)
    assert (first.status, first.body["uniqueName"]) == (201, "lakestrap-shop-dev")
    again = ask("PATCH", path, {"displayName": "two"}, **UPSERT)
    assert (again.status, again.body) == (204, None)
    assert ask.get(path)["displayName"] == "two"
    assert len(ask.world.table("graph.applications")) == 2


def test_an_update_that_changes_nothing_does_not_change_the_world() -> None:
    ask = graph()
    made = ask.application()
    assert ask("PATCH", f"/applications/{made['id']}", {"displayName": "shop-dev-deploy"}).status == 204
    assert not ask.world.mutated
    assert ask("PATCH", f"/applications/{made['id']}", {"displayName": "other"}).status == 204
    assert ask.world.mutated


def test_names_that_are_taken_also_by_what_was_deleted() -> None:
    ask = graph()
    made = ask.application(uniqueName="u")
    assert code(ask("POST", "/applications", {"displayName": "x", "uniqueName": "u"})) == "409 Request_MultipleObjectsWithSameKeyValue"
    assert ask("DELETE", f"/applications/{made['id']}").status == 204
    assert code(ask("GET", f"/applications/{made['id']}")) == "404 Request_ResourceNotFound"
    upsert = ask("PATCH", "/applications(uniqueName='u')", {"displayName": "x"}, **UPSERT)
    assert code(upsert) == "409 Request_MultipleObjectsWithSameKeyValue"
    listed = ask.get("/directory/deletedItems/microsoft.graph.application")["value"]
    assert [row["uniqueName"] for row in listed] == ["u"]
    assert ask("DELETE", f"/directory/deletedItems/{made['id']}").status == 204
    assert ask("PATCH", "/applications(uniqueName='u')", {"displayName": "x"}, **UPSERT).status == 201


def test_restoring_brings_back_credentials_and_leaves_the_service_principal() -> None:
    ask = graph()
    made = ask.application()
    principal = ask("POST", "/servicePrincipals", {"appId": made["appId"]}).body
    ask("POST", f"/applications/{made['id']}/addPassword", {"passwordCredential": {"displayName": "s"}})
    ask("DELETE", f"/applications/{made['id']}")
    assert code(ask("GET", f"/servicePrincipals/{principal['id']}")) == "404 Request_ResourceNotFound"
    restored = ask("POST", f"/directory/deletedItems/{made['id']}/restore")
    assert (restored.status, restored.body["@odata.type"]) == (200, "#microsoft.graph.application")
    assert ask.get(f"/applications/{made['id']}")["passwordCredentials"][0]["displayName"] == "s"
    assert code(ask("GET", f"/servicePrincipals/{principal['id']}")) == "404 Request_ResourceNotFound"
    ask.world.clock.forward(31 * 86400)
    assert Graph(ask.world).get("/directory/deletedItems/microsoft.graph.servicePrincipal")["value"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"displayName": ""},
        {"displayName": "x", "displayname2": "y"},
        {"displayName": "x", "appId": "y"},
        {"displayName": "x", "signInAudience": "Everybody"},
        {"displayName": "x", "tags": "lakestrap:shop"},
        {"displayName": "x" * 257},
    ],
)
def test_bodies_that_are_refused(body: Json) -> None:
    assert code(graph()("POST", "/applications", body)) == "400 Request_BadRequest"


def test_a_unique_name_stays_and_secrets_are_not_patched() -> None:
    ask = graph()
    made = ask.application(uniqueName="u")
    bodies: list[Json] = [{"uniqueName": "v"}, {"passwordCredentials": []}, {"id": "other"}]
    for body in bodies:
        assert code(ask("PATCH", f"/applications/{made['id']}", body)) == "400 Request_BadRequest"


def test_members_register_applications_only_where_the_tenant_lets_them() -> None:
    assert graph()("POST", "/applications", {"displayName": "x"}).status == 201
    closed = graph("no-app-registration")
    assert code(closed("POST", "/applications", {"displayName": "x"})) == "403 Authorization_RequestDenied"
    assert code(closed("PATCH", "/applications(uniqueName='u')", {"displayName": "x"}, **UPSERT)) == "403 Authorization_RequestDenied"
    assert Graph(closed.world, ADMINISTRATOR)("POST", "/applications", {"displayName": "x"}).status == 201
    users = closed.world.table("graph.users")
    ada = "a0a0c1d2-0001-4e5f-8a9b-000000000001"
    users[ada] = users[ada] | {"directoryRoles": ["Application Developer"]}
    assert closed("POST", "/applications", {"displayName": "x"}).status == 201


def test_only_owners_and_administrators_change_an_application() -> None:
    ask = graph()
    made = ask.application()
    bea, gus = Graph(ask.world, "bea@contoso.com"), Graph(ask.world, ADMINISTRATOR)
    for method, path, body in (
        ("PATCH", "", {"displayName": "y"}),
        ("DELETE", "", None),
        ("POST", "/addPassword", {}),
        ("POST", "/owners/$ref", {"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/a0a0c1d2-0002-4e5f-8a9b-000000000002"}),
    ):
        assert code(bea(method, f"/applications/{made['id']}{path}", body)) == "403 Authorization_RequestDenied"
    assert bea.get(f"/applications/{made['id']}")["displayName"] == "shop-dev-deploy"
    assert gus("PATCH", f"/applications/{made['id']}", {"displayName": "y"}).status == 204


def test_an_owner_may_make_another_owner() -> None:
    ask = graph()
    made = ask.application()
    bea = "a0a0c1d2-0002-4e5f-8a9b-000000000002"
    owners = f"/applications/{made['id']}/owners"
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{bea}"}
    assert ask("POST", f"{owners}/$ref", reference).status == 204
    assert code(ask("POST", f"{owners}/$ref", reference)) == "400 Request_BadRequest"
    assert {row["displayName"] for row in ask.get(owners)["value"]} == {"Ada Lovelace", "Bea Hopper"}
    assert Graph(ask.world, "bea@contoso.com")("PATCH", f"/applications/{made['id']}", {"notes": "n"}).status == 204
    assert ask("DELETE", f"{owners}/{bea}/$ref").status == 204
    assert code(Graph(ask.world, "bea@contoso.com")("PATCH", f"/applications/{made['id']}", {"notes": "n"})).startswith("403")


def test_a_workload_with_owned_by_changes_its_own_only() -> None:
    ask = graph(who=AUTOMATION)
    own = ask.application("own")
    foreign = Graph(ask.world).application("foreign")
    assert ask("PATCH", f"/applications/{own['id']}", {"notes": "n"}).status == 204
    assert code(ask("PATCH", f"/applications/{foreign['id']}", {"notes": "n"})) == "403 Authorization_RequestDenied"
    assert ask.get(f"/applications/{foreign['id']}")["displayName"] == "foreign"
    for path in ("/users", "/groups", "/organization"):
        assert code(ask("GET", path)) == "403 Authorization_RequestDenied"
    assert code(ask("GET", "/me")) == "400 BadRequest"


def test_a_young_application_is_not_found_by_every_replica() -> None:
    ask = graph()
    ask.world.consistency.enabled = True
    made = ask.application(uniqueName="u")
    assert code(ask("GET", f"/applications/{made['id']}")) == "404 Request_ResourceNotFound"
    assert ask.get("/applications?$filter=uniqueName eq 'u'")["value"] == []
    assert code(ask("POST", "/servicePrincipals", {"appId": made["appId"]})) == "400 NoBackingApplicationObject"
    credential = {"name": "n", "issuer": "https://x", "subject": "s", "audiences": ["a"]}
    assert code(ask("POST", f"/applications/{made['id']}/federatedIdentityCredentials", credential)) == "404 Request_ResourceNotFound"
    assert ask("PATCH", "/applications(uniqueName='u')", {"displayName": "x"}, **UPSERT).status == 204, (
        "a second upsert makes no second one"
    )
    ask.world.clock.forward(60)
    later = Graph(ask.world)
    assert later.get(f"/applications/{made['id']}")["id"] == made["id"]


def test_without_a_token() -> None:
    ask = graph()
    ask.headers = {}
    assert code(ask("GET", "/me")) == "401 InvalidAuthenticationToken"
    assert ask("GET", "/nothing/of/this").status == 501
