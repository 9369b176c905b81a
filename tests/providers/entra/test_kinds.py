"""Every kind of Entra ID, from nothing to gone, over the real SDK and the local Graph with its delays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.providers.entra.conftest import made, patiently
from wizard.engine.resource import Observed, Resource
from wizard.errors import NameTaken, NotAllowed, NotYet, ServiceRefused
from wizard.providers.entra.application import Application
from wizard.providers.entra.client_secret import ClientSecret
from wizard.providers.entra.federated_credential import FederatedCredential
from wizard.providers.entra.first_party import AZURE_DATABRICKS, FirstParty
from wizard.providers.entra.service_principal import ServicePrincipal
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.providers.session import Session

SHARED: Any = {"name": "dev", "project": "shop", "environment": "dev"}
ISSUER = "https://token.actions.githubusercontent.com"
SUBJECT = "repo:contoso@2001/shop@900001:environment:dev"


def application(**changed: Any) -> Application:
    return Application(**{**SHARED, "unique_name": "lakestrap-shop-dev", "display_name": "shop-dev-deploy", **changed})


def credential(observed: Observed, **changed: Any) -> FederatedCredential:
    fields = {"application": observed.attributes["object_id"], "credential": "github-dev", "issuer": ISSUER, "subject": SUBJECT}
    return FederatedCredential(**{**SHARED, **fields, **changed})


async def settled(session: Session, resource: Resource) -> Observed:
    """What ``read`` finds, once delays are over."""

    async def look() -> Observed:
        observed = await resource.read(session)
        if observed is None:
            raise NotYet("not yet")
        return observed

    return await patiently(look)


async def test_application_from_nothing_to_gone(sandbox: Any, session: Session) -> None:
    wished = application()
    assert await wished.read(session) is None
    observed = await made(session, wished)
    assert (observed.owner, wished.differences(observed)) == ("shop", ())
    assert len(sandbox.mutating()) == 1
    found = await settled(session, wished)
    assert (found.id, found.owner, wished.differences(found)) == (observed.id, "shop", ())

    renamed = application(display_name="shop-dev-pipeline")
    assert [difference.field for difference in renamed.differences(found)] == ["display_name"]
    changed = await patiently(lambda: renamed.update(session, found))
    assert renamed.differences(changed) == ()
    assert len(sandbox.mutating()) == 2

    await renamed.delete(session, changed)
    assert await renamed.read(session) is None
    await renamed.delete(session, changed)
    assert len(sandbox.mutating()) == 3, "deleting what is gone is no error and no change"


async def test_application_made_meanwhile_is_found_by_the_same_upsert(sandbox: Any, session: Session) -> None:
    first = await made(session, application())
    again = await patiently(lambda: application().create(session))
    assert again.id == first.id
    assert len(sandbox.mutating()) == 1


async def test_application_of_somebody_else_is_adopted_with_its_tags_kept(sandbox: Any, session: Session) -> None:
    with sandbox.lock:
        from wizard.sandbox.graph.models import new_application

        body = {"displayName": "shop-dev-deploy", "uniqueName": "lakestrap-shop-dev", "tags": ["HideApp"]}
        row = new_application(sandbox.world, body)
        sandbox.world.table("graph.owners")[row["id"]] = {"owners": [session.operator.object_id]}
    found = await settled(session, application())
    assert found.owner == ""
    adopted = await patiently(lambda: application().update(session, found))
    assert adopted.owner == "shop"
    seen = await settled(session, application())
    assert seen.attributes["tags"] == ("HideApp", "lakestrap:shop")


async def test_application_that_was_disabled_is_enabled(sandbox: Any, session: Session) -> None:
    observed = await made(session, application())
    with sandbox.lock:
        table = sandbox.world.table("graph.applications")
        table[observed.id] = table[observed.id] | {"isDisabled": True}
    found = await settled(session, application())
    assert [difference.field for difference in application().differences(found)] == ["enabled"]
    await patiently(lambda: application().update(session, found))
    assert application().differences(await settled(session, application())) == ()


async def test_deleted_application_of_ours_is_restored(sandbox: Any, session: Session) -> None:
    first = await made(session, application())
    await application().delete(session, first)
    again = await made(session, application())
    assert again.id == first.id
    assert len(sandbox.mutating()) == 3


async def test_deleted_application_of_somebody_else_holds_the_name(session: Session) -> None:
    other = application(project="theirs")
    await other.delete(session, await made(session, other))
    with pytest.raises(NameTaken, match="still holds the name lakestrap-shop-dev") as caught:
        await application().create(session)
    assert caught.value.hints[0].startswith("az rest --method DELETE --url https://graph.microsoft.com/v1.0/directory/deletedItems/")


async def test_service_principal_waits_for_its_application(sandbox: Any, session: Session) -> None:
    made_application = await application().create(session)
    wished = ServicePrincipal(**SHARED, client_id=made_application.attributes["client_id"])
    assert await wished.read(session) is None
    observed = await made(session, wished)
    assert observed.attributes["client_id"] == made_application.attributes["client_id"]
    assert observed.attributes["object_id"] == observed.id
    found = await settled(session, wished)
    assert (found.owner, wished.differences(found)) == ("shop", ())
    with sandbox.lock:
        table = sandbox.world.table("graph.service_principals")
        table[observed.id] = table[observed.id] | {"accountEnabled": False}
    off = await settled(session, wished)
    assert [difference.field for difference in wished.differences(off)] == ["enabled"]
    assert wished.differences(await patiently(lambda: wished.update(session, off))) == ()
    await wished.delete(session, off)
    assert await wished.read(session) is None


async def test_service_principal_of_an_unknown_application_is_not_waited_for(session: Session) -> None:
    wished = ServicePrincipal(**SHARED, client_id="99999999-0000-4000-8000-000000000000")
    with pytest.raises(ServiceRefused, match="does not reference a valid application object"):
        await wished.create(session)


async def test_existing_service_principal_is_found_by_its_client_id(session: Session) -> None:
    key = "d3d3c1d2-0001-4e5f-8a9b-000000000001"
    wished = ServicePrincipal(**SHARED, client_id=key, existing=key)
    found = await wished.read(session)
    assert found is not None
    assert found.attributes["object_id"] == "c2c2c1d2-0001-4e5f-8a9b-000000000001"
    assert wished.requires == ()


async def test_federated_credential_from_nothing_to_gone(sandbox: Any, session: Session) -> None:
    trust = credential(await made(session, application()))
    assert await trust.read(session) is None
    observed = await made(session, trust)
    assert (trust.steady, observed.owner, trust.differences(observed)) == (5, "shop", ())
    assert len(sandbox.mutating()) == 2
    moved = credential(Observed("", {"object_id": trust.application}), subject="repo:contoso@2001/store@900001:environment:dev")
    changed = await patiently(lambda: moved.update(session, observed))
    assert changed.unfinished
    shown = await patiently(lambda: moved.finished(session, changed))
    assert moved.differences(shown) == ()
    assert len(sandbox.mutating()) == 3
    await moved.delete(session, shown)
    assert await moved.read(session) is None
    await moved.delete(session, shown)


async def test_federated_credential_whose_subject_is_trusted_under_another_name(session: Session) -> None:
    observed = await made(session, application())
    await made(session, credential(observed))
    with pytest.raises(ServiceRefused, match="must be unique for the application") as caught:
        await patiently(lambda: credential(observed, credential="other").create(session))
    assert caught.value.code == "InvalidFederatedIdentityCredentialValue"


async def test_client_secret_from_nothing_to_gone(sandbox: Any, session: Session) -> None:
    owner = await made(session, application())
    wished = ClientSecret(**SHARED, application=owner.attributes["object_id"], lifetime_days=90)
    assert await wished.read(session) is None
    created = await patiently(lambda: wished.create(session))
    value = created.attributes["value"]
    assert isinstance(value, Secret)
    assert value.reveal() not in repr(created)
    sent = [exchange for exchange in sandbox.exchanges if exchange["url"].endswith("/addPassword")]
    assert sent[-1]["response"]["secretText"] == value.reveal()
    assert sent[-1]["request"]["passwordCredential"]["displayName"] == "lakestrap:shop/dev"
    found = await settled(session, wished)
    assert (found.id, found.owner, "value" in found.attributes) == (created.id, "shop", False)
    await wished.delete(session, found)
    await wished.delete(session, found)
    assert await wished.read(session) is None


async def test_client_secret_is_never_sent_twice(sandbox: Any, session: Session) -> None:
    from wizard.errors import Unreachable
    from wizard.sandbox.faults import Faults

    owner = await made(session, application())
    wished = ClientSecret(**SHARED, application=owner.attributes["object_id"])
    assert isinstance(sandbox.faults, Faults)
    _fail_once(sandbox, "addPassword")
    with pytest.raises(Unreachable):
        await wished.create(session)
    assert len([exchange for exchange in sandbox.exchanges if exchange["url"].endswith("/addPassword")]) == 1


def _fail_once(sandbox: Any, path: str) -> None:
    sandbox.faults.add(method="POST", path=f".*{path}", status=503, fail=5)


@pytest.mark.parametrize("sandbox_world", ["secrets-blocked"])
async def test_client_secret_that_the_tenant_forbids(session: Session) -> None:
    owner = await made(session, application())
    wished = ClientSecret(**SHARED, application=owner.attributes["object_id"])
    with pytest.raises(NotAllowed, match="a policy of the tenant forbids client secrets") as caught:
        await patiently(lambda: wished.create(session))
    assert "identity.mode" in caught.value.hints[0]


@pytest.mark.parametrize("sandbox_world", ["no-app-registration"])
async def test_application_without_the_right_to_register(sandbox: Any, session: Session) -> None:
    with pytest.raises(NotAllowed) as caught:
        await application().create(session)
    assert caught.value.permission == "Application.ReadWrite.OwnedBy"
    assert "Application Developer" in caught.value.hints[0]
    assert sandbox.mutating() == []


async def test_first_party_is_made_by_whoever_may(sandbox: Any, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.providers.entra.first_party.PATIENCE", 0.2)
    wished = FirstParty(name="azure-databricks", project="shop", application_id=AZURE_DATABRICKS)
    assert await wished.read(session) is None
    with pytest.raises(NotAllowed, match="must in the local tenant") as caught:
        await patiently(lambda: wished.create(session))
    assert caught.value.hints == (f"an application administrator can do it once for the tenant: az ad sp create --id {AZURE_DATABRICKS}",)
    with sandbox.lock:
        users = sandbox.world.table("graph.users")
        users[session.operator.object_id] = users[session.operator.object_id] | {"directoryRoles": ["Application Administrator"]}
    observed = await made(session, wished)
    assert observed.attributes["display_name"] == "AzureDatabricks"
    await wished.delete(session, observed)
    assert any([await wished.read(session) is not None for _ in range(20)]), "a replica may lag behind, not all of them"


async def test_first_party_that_the_registration_makes_is_waited_for(sandbox: Any, session: Session) -> None:
    wished = FirstParty(name="azure-databricks", project="shop", application_id=AZURE_DATABRICKS)
    subscription = session.subscription("Contoso Dev").id
    await session.resources(subscription).providers.register("Microsoft.Databricks")
    observed = await made(session, wished)
    assert observed.attributes["display_name"] == "AzureDatabricks"
    assert len(sandbox.mutating()) == 1, "the registration alone"


@pytest.mark.parametrize("action", ["create", "update", "delete"])
def test_every_kind_names_a_command_without_a_secret(action: str) -> None:
    owner = Observed("a", {"object_id": "00000000-0000-4000-8000-000000000001"})
    kinds: list[Resource] = [
        application(),
        ServicePrincipal(**SHARED, client_id="c"),
        credential(owner),
        ClientSecret(**SHARED, application="a"),
    ]
    for kind in kinds:
        assert kind.command(action).startswith("az ")
