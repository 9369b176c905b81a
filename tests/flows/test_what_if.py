"""What Azure predicts stands in the plan beside the deployment, decides nothing, and fails nothing."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from wizard.engine.plan import Action, Plan, make_plan
from wizard.engine.resource import Resource
from wizard.flows.what_if import with_what_if
from wizard.providers.arm.deployment import Deployment
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.session import Session
from wizard.providers.signin import open_session

DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
NAMED: dict[str, Any] = {"name": "dev", "project": "shop", "environment": "dev"}
GROUP = ResourceGroup(**NAMED, subscription=DEV, group="rg-shop-dev", location="westeurope")


def deployment(resource_type: str = "Microsoft.OperationalInsights/workspaces", **properties: Any) -> Deployment:
    row = {"type": resource_type, "apiVersion": "2025-07-01", "name": "log-shop", "location": "westeurope", "properties": properties}
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    template = json.dumps({"$schema": schema, "contentVersion": "1.0.0.0", "resources": [row]})
    return Deployment(**NAMED, subscription=DEV, group="rg-shop-dev", deployment_name="lakestrap-shop-dev", template=template)


async def told(session: Session, *wished: Resource) -> tuple[Plan, list[str]]:
    plan = await with_what_if(await make_plan(wished, session), session)
    change = next(change for change in plan.changes if isinstance(change.resource, Deployment))
    return plan, [f"{each.field}: {each.observed} → {each.desired}" for each in change.predicted]


async def test_a_plan_shows_what_azure_predicts(sandbox: Any) -> None:
    session = await open_session()
    try:
        assert await told(session, GROUP, deployment()) == (await make_plan((GROUP, deployment()), session), [])
        await GROUP.create(session)
        namespace = "Microsoft.OperationalInsights"
        await ProviderRegistration(name=namespace, project="shop", subscription=DEV, namespace=namespace).create(session)
        sandbox.world.clock.forward(60)
        created = "what-if Microsoft.OperationalInsights/workspaces/log-shop: absent → Create"
        plan, lines = await told(session, GROUP, deployment(retentionInDays=30))
        assert lines == [created]
        assert plan.fingerprint() == (await make_plan((GROUP, deployment(retentionInDays=30)), session)).fingerprint()
        assert plan.changes[-1].as_dict()["predicted"]
        await deployment(retentionInDays=30).create(session)
        sandbox.world.clock.forward(60)
        _, lines = await told(session, GROUP, deployment(retentionInDays=60))
        assert lines == [created.replace("absent → Create", "as it is → Modify properties.retentionInDays")]
    finally:
        await session.close()


async def test_what_azure_refuses_to_predict_is_unknown_and_the_plan_goes_on(sandbox: Any) -> None:
    session = await open_session()
    try:
        await GROUP.create(session)
        plan, lines = await told(session, GROUP, deployment("Microsoft.Nothing/things"))
        assert plan.changes[-1].action is Action.CREATE
        assert lines[0].startswith("what-if: Azure → unknown: ")
        kept = Plan(tuple(dataclasses.replace(change, action=Action.KEEP) for change in plan.changes))
        assert (await with_what_if(kept, session)).changes == kept.changes
    finally:
        await session.close()
