"""The new entry: where it goes, what it takes from its pattern, and every wrong argument at once."""

from __future__ import annotations

import pytest

from wizard.errors import BadInput
from wizard.flows.add.entry import Request, begun, proposed
from wizard.project.file import parsed
from wizard.project.model import Project

FILE = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
delivery: {strategy: STRATEGY}
access:
  - {group: operators, role: reader, environments: [dev]}
secrets:
  - {name: salt, from: generate, environments: [dev, prod]}
environments:
  - name: dev
    subscription: Contoso Dev
    region: northeurope
    tags: {stage: Dev, owner: platform}
    existing: {vault: /subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv-mine}
    naming: {vault: kv-mine, workspace: "dbw-{environment}-shop"}
  - name: prod
    subscription: Contoso Prod
    reviewers: ["@ana", contoso/platform]
    prevent_self_review: true
    wait_minutes: 10
    deploy_from: ["tag:v*"]
"""


def project(strategy: str = "trunk") -> Project:
    return parsed(FILE.replace("STRATEGY", strategy))


def order(result: Project) -> list[str]:
    return [environment.name for environment in result.environments]


def test_the_usual_place_is_last_before_production_after_the_pattern_before_it() -> None:
    result = proposed(project(), Request("test"))
    assert order(result.project) == ["dev", "test", "prod"] and result.like == "dev"
    assert order(proposed(project(), Request("lab", after="dev", like="prod")).project) == ["dev", "lab", "prod"]
    assert order(proposed(project(), Request("dr", after="prod")).project) == ["dev", "prod", "dr"]


def test_a_pattern_gives_its_settings_and_keeps_its_things() -> None:
    result = proposed(project(), Request("test"))
    new = result.environment
    assert (new.subscription, new.region, new.tags) == ("Contoso Dev", "northeurope", {"stage": "test", "owner": "platform"})
    assert new.existing.vault is None and new.naming.vault is None and new.naming.workspace == "dbw-{environment}-shop"
    assert [item.environments for item in result.project.access] == [("dev", "test")]
    assert [item.environments for item in result.project.secrets] == [("dev", "prod", "test")]
    assert any("existing" in note for note in result.notes) and any("naming.vault" in note for note in result.notes)


def test_production_is_no_pattern_for_production() -> None:
    result = proposed(project("release"), Request("uat", like="prod"))
    new = result.environment
    assert new.reviewers == ("@ana", "contoso/platform") and new.wait_minutes == 10
    assert new.deploy_from == () and not result.project.is_production(new)
    assert result.project.environment("prod") == result.old.environment("prod")


def test_one_behind_production_is_production_and_the_other_stays_it() -> None:
    result = proposed(project("release"), Request("dr", like="prod", after="prod"))
    assert result.project.is_production(result.environment) and result.environment.deploy_from == ("tag:v*",)
    assert result.project.is_production(result.project.environment("prod"))
    quiet = parsed(FILE.replace("STRATEGY", "trunk").replace("wait_minutes: 10", "production: false"))
    last = proposed(quiet, Request("end", after="prod"))
    assert not last.project.is_production(last.environment)


def test_nobody_to_review_takes_self_review_along() -> None:
    new = proposed(project(), Request("uat", like="prod", reviewers=("none",))).environment
    assert new.reviewers == () and not new.prevent_self_review


def test_what_was_begun_is_the_same_as_what_was_proposed() -> None:
    result = proposed(project(), Request("test"))
    again = begun(result.project, "TEST")
    assert (again.name, again.project, again.old) == ("test", result.project, result.old)


def test_every_wrong_argument_is_told_at_once() -> None:
    wrong = Request("Prod", like="qa", after="uat", region="West Europe", reviewers=("ana",), existing={"cluster": "x"})
    with pytest.raises(BadInput) as refused:
        proposed(project(), wrong)
    assert [problem.place for problem in refused.value.problems] == ["ENV", "--like", "--after", "--existing", "--region", "--reviewer"]


@pytest.mark.parametrize("name", ["1st", "shop-ops", "a_b", "true", "x" * 25, ""])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as refused:
        proposed(project(), Request(name))
    assert {problem.place for problem in refused.value.problems} == {"ENV"}


def test_the_users_own_identity_has_to_be_named() -> None:
    own = parsed(
        "version: 1\nname: shop\nregion: westeurope\ngithub: {repository: contoso/shop}\nidentity: {mode: existing}\n"
        "environments:\n  - {name: dev, subscription: Contoso Dev, existing: {identity: 0f0f0f0f-0001-4d5e-8f60-000000000001}}\n"
    )
    with pytest.raises(BadInput) as refused:
        proposed(own, Request("prod", after="dev"))
    assert [problem.place for problem in refused.value.problems] == ["--existing"]
    given = Request("prod", after="dev", existing={"identity": "0f0f0f0f-0001-4d5e-8f60-000000000002"})
    assert proposed(own, given).environment.existing.identity == given.existing["identity"]
