"""Deployments over their routes: what they make, in which order, as whom, and how they fail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.arm_deployments.conftest import Cloud
from tests.sandbox.arm_deployments.templates import CONTRIBUTOR_OF_BLOBS, LAKE, account, nested, template
from tests.sandbox.keyvault.calls import ANA, DEV

V = "api-version=2024-03-01"
GROUP_PROVIDERS = f"/subscriptions/{DEV}/resourceGroups/rg-a/providers"
CONTRIBUTOR, RBAC_ADMINISTRATOR = "b24988ac-6180-42a0-ab88-20f7382dd24c", "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
Json = Any


def state(deployment: Json) -> str:
    return str(deployment.get("error", {}).get("code") or deployment["properties"]["provisioningState"])


def errors(deployment: Json) -> list[tuple[str, str]]:
    """Code and message of every innermost error."""
    error = deployment.get("error") or deployment["properties"]["error"]

    def leaves(each: Json) -> list[tuple[str, str]]:
        return [leaf for inner in each["details"] for leaf in leaves(inner)] if each.get("details") else [(each["code"], each["message"])]

    return leaves(error)


def test_a_lake_is_deployed_and_a_second_time_changes_nothing(cloud: Cloud) -> None:
    done = cloud.deploy(LAKE, {"storageName": "stlake"})
    assert state(done) == "Succeeded", done
    assert done["properties"]["outputs"]["dfs"]["value"] == "https://stlake.dfs.core.windows.net/"
    url = done["properties"]["outputs"]["workspaceUrl"]["value"]
    workspace = cloud.resource("Microsoft.Databricks/workspaces/dbw-shop")
    number = int(workspace["properties"]["workspaceId"])
    assert url == workspace["properties"]["workspaceUrl"] == f"adb-{number}.{number % 20}.azuredatabricks.net"
    managed = cloud.world.table("arm.groups")[f"/subscriptions/{DEV}/resourcegroups/rg-shop-databricks"]
    assert managed["managedBy"].endswith("/dbw-shop")
    principal = cloud.resource("Microsoft.Databricks/accessConnectors/dbac-shop")["identity"]["principalId"]
    assert cloud.world.table("graph.service_principals")[principal]["servicePrincipalType"] == "ManagedIdentity"
    assert len(done["properties"]["outputResources"]) == 4
    given = [row for row in cloud.world.table("arm.role_assignments").values() if row["properties"]["principalId"] == principal]
    assert [row["properties"]["roleDefinitionId"].split("/")[-1] for row in given] == [CONTRIBUTOR_OF_BLOBS]
    before = (workspace, given, cloud.resource("Microsoft.Storage/storageAccounts/stlake")["properties"]["creationTime"])
    again = cloud.deploy(LAKE, {"storageName": "stlake"}, name="again")
    assert state(again) == "Succeeded", again
    after_given = [row for row in cloud.world.table("arm.role_assignments").values() if row["properties"]["principalId"] == principal]
    assert [row["id"] for row in after_given] == [row["id"] for row in given]
    assert cloud.resource("Microsoft.Databricks/workspaces/dbw-shop")["properties"]["workspaceId"] == before[0]["properties"]["workspaceId"]
    assert cloud.resource("Microsoft.Storage/storageAccounts/stlake")["properties"]["creationTime"] == before[2]


def test_a_deployment_takes_time(cloud: Cloud) -> None:
    path = f"{cloud.group}/providers/Microsoft.Resources/deployments/d"
    started = cloud.call("PUT", f"{path}?{V}", cloud.body(LAKE, {"storageName": "stlake"}))
    assert started.status == 201
    assert "outputs" not in started.body["properties"]
    polled = cloud.call("GET", started.headers["Azure-AsyncOperation"])
    assert polled.body == {"status": "Running"}
    workspace = cloud.call("GET", f"{cloud.group}/providers/Microsoft.Databricks/workspaces/dbw-shop?api-version=2024-05-01")
    assert workspace.body["properties"]["provisioningState"] == "Creating"
    active = cloud.call("PUT", f"{path}?{V}", cloud.body(template([])))
    assert (active.status, cloud.code(active)) == (409, "DeploymentActive")
    cloud.later(10)
    assert cloud.call("GET", started.headers["Azure-AsyncOperation"]).body == {"status": "Succeeded"}
    assert cloud.call("HEAD", f"{path}?{V}").status == 204
    shown = cloud.call("GET", f"{cloud.group}/deployments/d/operations?{V}").body["value"]
    assert {each["properties"]["provisioningState"] for each in shown} == {"Succeeded"}
    one = cloud.call("GET", f"{cloud.group}/deployments/d/operations/{shown[0]['operationId']}?{V}")
    assert one.body == shown[0]
    assert cloud.call("POST", f"{path}/exportTemplate?{V}").body["template"] == LAKE
    listed = cloud.call("GET", f"{cloud.group}/providers/Microsoft.Resources/deployments/?{V}")
    assert [each["name"] for each in listed.body["value"]] == ["d"]
    assert cloud.call("POST", f"{path}/cancel?{V}").status == 409
    assert cloud.call("DELETE", f"{path}?{V}").status == 202
    assert cloud.call("HEAD", f"{path}?{V}").status == 404
    assert cloud.resource("Microsoft.Databricks/workspaces/dbw-shop") is not None, "what was deployed stays"


def test_cancelling_takes_back_what_had_not_begun(cloud: Cloud) -> None:
    path = f"{cloud.group}/providers/Microsoft.Resources/deployments/d"
    late = account("stlate", dependsOn=["stone"])
    cloud.call("PUT", f"{path}?{V}", cloud.body(template([account(), late])))
    assert cloud.call("POST", f"{path}/cancel?{V}").status == 204
    assert cloud.call("GET", f"{path}?{V}").body["properties"]["provisioningState"] == "Canceled"
    assert cloud.resource("Microsoft.Storage/storageAccounts/stlate") is None
    assert cloud.resource("Microsoft.Storage/storageAccounts/stone") is not None


def test_azure_cli_sends_no_json(cloud: Cloud) -> None:
    text = json.dumps(template([account("[parameters('n')]")], parameters={"n": {"type": "string"}}), indent=1)
    commented = text.replace('"resources"', '// the one account\n /* several\n lines */ "resources"')
    body = f'{{"properties": {{"mode": "Incremental", template:{commented}, "parameters": {{"n": {{"value": "stone"}},}},}}}}'
    path = f"{cloud.group}/providers/Microsoft.Resources/deployments/d?{V}"
    with pytest.raises(ValueError):
        json.loads(body)
    answer = cloud.call("PUT", path, body.encode())
    cloud.recorder.exchanges.pop()  # a body that is no JSON cannot be recorded as one
    assert answer.status == 201, answer.body
    broken = cloud.call("PUT", path.replace("/d?", "/e?"), b'{"properties": {')
    cloud.recorder.exchanges.pop()
    assert cloud.code(broken) == "InvalidRequestContent"


REFUSED = [
    ("an unknown function", template([account("[nameOf('x')]")]), {}, "InvalidTemplate", "The template function 'nameOf' is not valid"),
    ("a missing parameter", template([], parameters={"n": {"type": "string"}}), {}, "InvalidTemplate",
     "The value for the template parameter 'n' is not provided"),
    ("a parameter too many", template([], parameters={"n": {"type": "string"}}), {"n": "a", "m": "b"}, "InvalidTemplate",
     "The template parameters 'm' in the parameters file are not valid"),
    ("a wrong type", template([], parameters={"n": {"type": "string"}}), {"n": 1}, "InvalidTemplate",
     "Template parameter JToken type is not valid. Expected 'String, Uri'. Actual 'Integer'"),
    ("not allowed", template([], parameters={"n": {"type": "string", "allowedValues": ["a", "b"]}}), {"n": "c"}, "InvalidTemplate",
     "is not part of the allowed value(s): 'a,b'"),
    ("too short", template([], parameters={"n": {"type": "string", "minLength": 3}}), {"n": "ab"}, "InvalidTemplate",
     "Length of the value should be greater than or equal to '3'"),
    ("too large", template([], parameters={"n": {"type": "int", "maxValue": 3}}), {"n": 4}, "InvalidTemplate",
     "The value should be less than or equal to '3'"),
    ("a dependency on nothing", template([account(dependsOn=["stnone"])]), {}, "InvalidTemplate",
     "'stnone' is not defined in the template"),
    ("a ring", template([account("sta", dependsOn=["stb"]), account("stb", dependsOn=["sta"])]), {}, "InvalidTemplate",
     "Circular dependency detected"),
    ("twice the same", template([account(), account()]), {}, "InvalidTemplate", "is defined multiple times in a template"),
    ("wrong segments", template([account("a/b")]), {}, "InvalidTemplate", "incorrect segment lengths"),
    ("a bad variable", template([], variables={"v": "[toLower(1)]"}), {}, "InvalidTemplate", "The template variable 'v' is not valid"),
    ("no such output type", template([], outputs={"o": {"type": "text", "value": 1}}), {}, "InvalidTemplate", "has the type 'text'"),
    ("reference in a variable", template([], variables={"v": "[reference('x')]"}), {}, "InvalidTemplate", "'reference' is not expected"),
    ("an unknown section", template([], surprises={}), {}, "InvalidTemplate", "Could not find member 'surprises'"),
    ("a name against the rules", template([account("St_One")]), {}, "AccountNameInvalid", "is not a valid storage account name"),
    ("an unknown member", template([account(properties={"colour": "red"})]), {}, "InvalidRequestContent", "Could not find member 'colour'"),
    ("an unknown region", template([account(location="atlantis")]), {}, "LocationNotAvailableForResourceType", "atlantis"),
    ("an unknown type", template([account() | {"type": "Contoso.Shop/carts"}]), {}, "InvalidResourceType", "'carts' could not be found"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "parameters", "code", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused_before_it_begins(cloud: Cloud, body: Json, parameters: Json, code: str, words: str) -> None:
    path = f"{cloud.group}/providers/Microsoft.Resources/deployments/d"
    asked = cloud.body(body, parameters)
    answer, validated = cloud.call("PUT", f"{path}?{V}", asked), cloud.call("POST", f"{path}/validate?{V}", asked)
    assert answer.status >= 400
    assert errors(answer.body)[0][0] == code
    assert words in errors(answer.body)[0][1]
    assert errors(validated.body)[0][0] == code
    assert cloud.call("HEAD", f"{path}?{V}").status == 404
    assert not [key for key in cloud.world.table("arm.resources") if key.startswith(cloud.group.lower())]


def test_what_fails_on_the_way_leaves_the_rest(cloud: Cloud) -> None:
    connector = {
        "type": "Microsoft.Databricks/accessConnectors", "apiVersion": "2024-05-01", "name": "dbac", "location": "westeurope",
        "tags": {"url": "[reference(resourceId('Microsoft.Storage/storageAccounts', 'stgone'), '2023-05-01').primaryEndpoints.dfs]"},
    }  # fmt: skip
    after = account("stafter", dependsOn=["dbac"])
    done = cloud.deploy(template([account(), connector, after]))
    assert state(done) == "Failed"
    assert done["properties"]["error"]["code"] == "DeploymentFailed"
    assert errors(done)[0][0] == "ResourceNotFound"
    assert cloud.resource("Microsoft.Storage/storageAccounts/stone") is not None
    assert cloud.resource("Microsoft.Storage/storageAccounts/stafter") is None
    shown = cloud.call("GET", f"{cloud.group}/deployments/d/operations?{V}").body["value"]
    states = {each["properties"]["targetResource"]["resourceName"]: each["properties"]["provisioningState"] for each in shown}
    assert states == {"stone": "Succeeded", "dbac": "Failed"}


def test_loops_conditions_and_children(cloud: Cloud) -> None:
    looped = account("[concat('stloop', copyIndex())]", copy={"name": "loop", "count": 3, "mode": "serial", "batchSize": 1})
    unwanted = account("stno", condition="[equals(1, 2)]")
    parent = account("stone", resources=[
        {"type": "blobServices/containers", "apiVersion": "2023-05-01", "name": "default/raw", "dependsOn": ["stone"]},
    ])  # fmt: skip
    outputs = {
        "names": {"type": "array", "copy": {"count": 2, "input": "[concat('o', copyIndex())]"}},
        "hidden": {"type": "secureString", "value": "secret"},
        "none": {"type": "string", "condition": False, "value": "[reference('stno').x]"},
    }
    done = cloud.deploy(template([looped, unwanted, parent], outputs=outputs))
    assert state(done) == "Succeeded", done
    assert done["properties"]["outputs"] == {"names": {"type": "Array", "value": ["o0", "o1"]}, "hidden": {"type": "SecureString"}}
    names = {key.rsplit("/", 1)[-1] for key in cloud.world.table("arm.resources") if "storageaccounts" in key}
    assert {"stloop0", "stloop1", "stloop2", "stone", "raw"} <= names
    assert "stno" not in names


def test_nested_deployments_of_both_scopes_and_user_functions(cloud: Cloud) -> None:
    inner = template(
        [account("[parameters('n')]")], parameters={"n": {"type": "string"}}, variables={"v": "inner"},
        outputs={"id": {"type": "string", "value": "[resourceId('Microsoft.Storage/storageAccounts', parameters('n'))]"},
                 "v": {"type": "string", "value": "[variables('v')]"}},
    )  # fmt: skip
    outer = template([], outputs={"v": {"type": "string", "value": "[variables('v')]"}})
    functions = [{"namespace": "shop", "members": {"named": {
        "parameters": [{"name": "n", "type": "string"}], "output": {"type": "string", "value": "[concat('st', toLower(parameters('n')))]"},
    }}}]  # fmt: skip
    whole = template(
        [
            nested("in", inner, parameters={"n": {"value": "[shop.named('Inner')]"}}),
            nested("out", outer, scope="outer"),
        ],
        variables={"v": "outer"}, functions=functions,
        outputs={"id": {"type": "string", "value": "[reference('in').outputs.id.value]"},
                 "inner": {"type": "string", "value": "[reference('in').outputs.v.value]"},
                 "outer": {"type": "string", "value": "[reference('out').outputs.v.value]"}},
    )  # fmt: skip
    done = cloud.deploy(whole)
    assert state(done) == "Succeeded", done
    found = {name: each["value"] for name, each in done["properties"]["outputs"].items()}
    assert (found["inner"], found["outer"]) == ("inner", "outer")
    assert found["id"].endswith("/stinner")
    assert [each["id"].split("/")[-1] for each in done["properties"]["outputResources"]] == ["stinner"]
    assert cloud.call("GET", f"{GROUP_PROVIDERS}/Microsoft.Resources/deployments/in?{V}").status == 200


def test_a_subscription_deployment_makes_a_group_and_fills_it(cloud: Cloud, subscription: str) -> None:
    group = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2024-03-01", "name": "rg-new", "location": "westeurope"}
    inside = nested("inside", template([account("stnew")]), resourceGroup="rg-new", dependsOn=["rg-new"])
    path = f"/subscriptions/{subscription}/providers/Microsoft.Resources/deployments/whole"
    body = cloud.body(
        template([group, inside], outputs={"g": {"type": "string", "value": "[reference('rg-new', '2024-03-01', 'full').location]"}})
    )
    assert cloud.code(cloud.call("PUT", f"{path}?{V}", body)) == "InvalidDeployment"
    body["location"] = "westeurope"
    assert cloud.call("POST", f"{path}/validate?{V}", body).status == 200
    assert cloud.call("PUT", f"{path}?{V}", body).status == 201
    cloud.later(10)
    done = cloud.call("GET", f"{path}?{V}").body
    assert state(done) == "Succeeded", done
    assert done["properties"]["outputs"]["g"]["value"] == "westeurope"
    assert f"/subscriptions/{subscription}/resourcegroups/rg-new/providers/microsoft.storage/storageaccounts/stnew" in cloud.world.table(
        "arm.resources"
    )
    moved = cloud.call("PUT", f"{path}?{V}", body | {"location": "northeurope"})
    assert cloud.code(moved) == "InvalidDeploymentLocation"


def test_complete_mode_removes_what_the_template_does_not_name(cloud: Cloud) -> None:
    cloud.deploy(template([account("stone"), account("sttwo")]))
    done = cloud.deploy(template([account("stone")]), name="complete", mode="Complete")
    assert state(done) == "Succeeded"
    assert cloud.resource("Microsoft.Storage/storageAccounts/sttwo") is None
    assert cloud.resource("Microsoft.Storage/storageAccounts/stone/blobServices/default") is not None


def test_every_resource_needs_the_callers_right(cloud: Cloud) -> None:
    ana = cloud.user_id(ANA)
    refused = cloud.deploy(template([account()]), who=ANA)
    assert refused["error"]["code"] == "AuthorizationFailed"
    cloud.assign(cloud.group, CONTRIBUTOR, ana)
    assert state(cloud.deploy(template([account()]), who=ANA)) == "Succeeded"
    refused = cloud.deploy(LAKE, {"storageName": "stlake"}, who=ANA, name="lake")
    assert refused["error"]["code"] == "InvalidTemplateDeployment"
    assert "Authorization failed for template resource" in refused["error"]["message"]
    assert "perform action 'Microsoft.Authorization/roleAssignments/write'" in refused["error"]["message"]
    assert cloud.resource("Microsoft.Databricks/workspaces/dbw-shop") is None


@pytest.mark.parametrize(("role", "allowed"), [(CONTRIBUTOR_OF_BLOBS, True), (CONTRIBUTOR, False)])
def test_constrained_delegation_holds_in_templates(cloud: Cloud, role: str, allowed: bool) -> None:
    ana, write = cloud.user_id(ANA), "Microsoft.Authorization/roleAssignments"
    cloud.world.table("arm.providers")[f"{DEV}/microsoft.databricks"] = {
        "namespace": "Microsoft.Databricks",
        "registrationState": "Registered",
    }
    cloud.assign(cloud.group, CONTRIBUTOR, ana)
    condition = (
        f"((!(ActionMatches{{'{write}/write'}})) OR (@Request[{write}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
        f"{{{CONTRIBUTOR_OF_BLOBS}}} AND "
        f"@Request[{write}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'ServicePrincipal'}}))"
    )
    definition = f"/subscriptions/{DEV}/providers/Microsoft.Authorization/roleDefinitions/"
    body = {"roleDefinitionId": definition + RBAC_ADMINISTRATOR, "principalId": ana, "principalType": "User"}
    body |= {"condition": condition, "conditionVersion": "2.0"}
    name = cloud.world.new_id("test.assignment")
    path = f"{cloud.group}/providers/{write}/{name}?api-version=2022-04-01"
    assert cloud.call("PUT", path, {"properties": body}).status == 201
    cloud.later(90)
    lake = json.loads(json.dumps(LAKE).replace(CONTRIBUTOR_OF_BLOBS, role))
    done = cloud.deploy(lake, {"storageName": "stlake"}, who=ANA)
    assert state(done) == ("Succeeded" if allowed else "InvalidTemplateDeployment"), done


def test_an_unregistered_provider_is_registered_by_whom_may_do_it(cloud: Cloud) -> None:
    key = f"{DEV}/microsoft.databricks"
    cloud.world.table("arm.providers").pop(key, None)
    cloud.assign(cloud.group, CONTRIBUTOR, cloud.user_id(ANA))
    connector = {"type": "Microsoft.Databricks/accessConnectors", "apiVersion": "2024-05-01", "name": "dbac", "location": "westeurope"}
    refused = cloud.deploy(template([connector]), who=ANA)
    assert refused["error"]["code"] == "MissingSubscriptionRegistration"
    assert state(cloud.deploy(template([connector]))) == "Succeeded"
    assert cloud.world.table("arm.providers")[key]["registrationState"] == "Registered"


def what_if(cloud: Cloud, body: Json, **properties: Json) -> Json:
    path = f"{cloud.group}/providers/Microsoft.Resources/deployments/w/whatIf?{V}"
    asked = cloud.call("POST", path, cloud.body(body, **properties))
    assert (asked.status, asked.body) == (202, None)
    assert cloud.call("GET", asked.headers["Location"]).status == 202
    cloud.later()
    found = cloud.call("GET", asked.headers["Location"])
    assert found.status == 200
    return found.body


def test_what_if_changes_nothing_and_names_every_change(cloud: Cloud) -> None:
    cloud.deploy(template([account("stone", tags={"a": "1", "b": "2"}), account("stkept"), account("stother")]))
    rows = cloud.world.table("arm.resources").rows.copy()
    wished = template([account("stone", tags={"a": "9"}, properties={"minimumTlsVersion": "TLS1_2"}), account("stkept"), account("stnew")])
    result = what_if(cloud, wished)
    found = {each["resourceId"].split("/")[-1]: each for each in result["properties"]["changes"]}
    assert {name: each["changeType"] for name, each in found.items()} == {
        "stone": "Modify", "stkept": "NoChange", "stnew": "Create", "stother": "Ignore",
    }  # fmt: skip
    delta = {each["path"]: each["propertyChangeType"] for each in found["stone"]["delta"]}
    assert delta == {"tags.a": "Modify", "tags.b": "Delete", "properties.minimumTlsVersion": "Modify"}
    assert cloud.world.table("arm.resources").rows == rows
    complete = what_if(cloud, wished, mode="Complete")
    assert {each["resourceId"].split("/")[-1]: each["changeType"] for each in complete["properties"]["changes"]}["stother"] == "Delete"
    failed = what_if(cloud, template([account("[broken()]")]))
    assert failed["status"] == "Failed"
    assert failed["error"]["code"] == "InvalidTemplate"


def test_a_validation_level_without_rbac(cloud: Cloud) -> None:
    ana = cloud.user_id(ANA)
    name, scope = cloud.world.new_id("test.role"), f"/subscriptions/{DEV}"
    actions = ["*/read", "Microsoft.Resources/deployments/whatIf/action", "Microsoft.Resources/deployments/validate/action"]
    properties = {"roleName": "planner", "type": "CustomRole", "permissions": [{"actions": actions}], "assignableScopes": [scope]}
    definition = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{name}"
    assert cloud.call("PUT", f"{definition}?api-version=2022-04-01", {"properties": properties}).status == 201
    cloud.assign(cloud.group, name, ana)
    path = f"{cloud.group}/providers/Microsoft.Resources/deployments/w/validate?{V}"
    refused = cloud.call("POST", path, cloud.body(template([account()])), who=ANA)
    assert refused.body["error"]["code"] == "InvalidTemplateDeployment"
    spoken = len(cloud.recorder.exchanges)
    address = {"id": f"{cloud.group}/providers/Microsoft.Network/publicIPAddresses/ip"}
    joining: dict[str, Any] = {"type": "Microsoft.Network/natGateways", "apiVersion": "2024-05-01", "name": "nat", "location": "westeurope"}
    joining |= {"sku": {"name": "Standard"}, "properties": {"publicIpAddresses": [address]}}
    cloud.call("POST", f"{scope}/providers/Microsoft.Network/register?api-version=2022-09-01", b"")
    cloud.later(60)
    level = cloud.body(template([account(), joining]), validationLevel="ProviderNoRbac")
    assert cloud.call("POST", path, level, who=ANA).status == 200, "neither a right to write nor one to join is asked for"
    assert cloud.call("POST", path, cloud.body(template([account(), joining])), who=ANA).status == 403
    del cloud.recorder.exchanges[spoken:]  # the description at hand is older than validationLevel


def test_template_links_are_refused_clearly(cloud: Cloud) -> None:
    path = f"{cloud.group}/providers/Microsoft.Resources/deployments/d?{V}"
    answer = cloud.call("PUT", path, {"properties": {"mode": "Incremental", "templateLink": {"uri": "https://example.com/t.json"}}})
    assert (answer.status, cloud.code(answer)) == (501, "NotEmulated")
    assert "templateLink" in answer.body["error"]["message"]
