"""Every wrong file is told at once, at the exact line and column, with a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.errors import BadInput, ExitCode
from wizard.project import file

GOOD = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
environments:
  - {name: dev, subscription: Contoso Dev}
  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana", contoso/platform]}
"""


def problems(text: str) -> list[tuple[str, str, str]]:
    try:
        file.parsed(text)
    except BadInput as error:
        assert error.exit_code is ExitCode.BAD_INPUT
        return [(problem.place.removeprefix("lakestrap.yaml:"), problem.reason, problem.remedy) for problem in error.problems]
    return []


def points_at(text: str, place: str, expected: str) -> bool:
    """Whether a place is the line that ``expected`` begins with, and the column where the rest of it stands."""
    line, column = map(int, place.split(":"))
    wanted, _, token = expected.partition(":")
    lines = [*text.split("\n"), ""]
    return line == int(wanted) and lines[line - 1][column - 1 :].startswith(token)


TABLE = [
    ("name: shop", "name: Shop", "2:Shop", "`name` cannot be Shop", "lower-case"),
    ("name: shop", "nam: shop", "2:nam:", "`nam` is not a field here", "did you mean `name`?"),
    ("name: shop\n", "", "1:version", "`name` is missing", "lower-case"),
    ("name: shop", "name:", "2:name:", "`name` has no value", "give one"),
    ("name: shop", "name: 12", "2:12", "`name` must be text", 'put it in quotes: "12"'),
    ("version: 1", "version: 2", "1:2", "version 2 is newer than this lakestrap, which knows up to 1", "upgrade"),
    ("version: 1", 'version: "1"', '1:"1"', "`version` must be a whole number, at most 1", "version: 1"),
    ("westeurope", "West Europe", "3:West", "`region` cannot be West Europe", "westeurope"),
    ("contoso/shop", "fabrikam", "4:fabrikam}", "`repository` cannot be fabrikam", "owner/name"),
    ("name: dev,", "name: dev_1,", "6:dev_1", "`name` cannot be dev_1", "hyphens"),
    ("name: dev,", "name: dev-ops,", "6:dev-ops", "names that end in", ""),
    ("name: dev,", "name: local,", "6:local,", "local means something else", "another name"),
    ("name: dev,", "name: PROD,", "7:prod", "environment prod is there twice", "case does not count"),
    ("subscription: Contoso Dev", "subscription: ''", "6:''}", "`subscription` cannot be", "az account list"),
    ("name: dev, subscription: Contoso Dev", "name: dev", "6:{name", "`subscription` is missing", "az account list"),
    ('"@ana"', "ana", "7:ana", "ana is neither @login nor organisation/team", "@login"),
    ("contoso/platform", "fabrikam/platform", "7:fabrikam", "team fabrikam/platform is not of contoso", "owner"),
    ("contoso/platform", '"@ANA"', '7:"@ANA"', "@ANA is there twice", "once"),
    (", contoso/platform]", "], prevent_self_review: true", "7:true}", "nobody else is left to review", "two people"),
    (", contoso/platform]", "], wait_minutes: 43201", "7:43201}", "`wait_minutes` cannot be 43201", "43200"),
    (", contoso/platform]", "], wait_minutes: 1.5", "7:1.5}", "`wait_minutes` must be a whole number", "43200"),
    (", contoso/platform]", "], production: yes", "7:yes}", "`production` must be true or false", ""),
    (", contoso/platform]", "], deploy_from: ['a b']", "7:'a b'", "'a b' is no branch or tag pattern", "tag:v*"),
    (", contoso/platform]", "], existing: {vault: kv-x}", "7:kv-x}", "`vault` cannot be kv-x", "ARM id"),
    (
        ", contoso/platform]",
        "], existing: {vault: /subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a}",
        "7:/subscriptions",
        "this is not the id of a Microsoft.KeyVault/vaults",
        "/providers/Microsoft.KeyVault/vaults/NAME",
    ),
    ('["@ana", contoso/platform]', '"@ana"', '7:"@ana"}', "`reviewers` must be a list", "six"),
    ('["@ana", contoso/platform]', '["@a", "@b", "@c", "@d", "@e", "@f", "@g"]', '7:["@a"', "`reviewers` cannot be", "six"),
]


@pytest.mark.parametrize(("old", "new", "place", "reason", "remedy"), TABLE)
def test_one_mistake_gives_one_problem_at_its_place(old: str, new: str, place: str, reason: str, remedy: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    found = problems(text)
    assert len(found) == 1 or new == "nam: shop", found
    told = next(item for item in found if item[1].startswith(reason))
    assert points_at(text, told[0], place), told
    assert remedy in told[2]


def test_the_good_file_has_no_problem() -> None:
    assert problems(GOOD) == []


ADDED = [
    ("acess: []\n", "8:acess", "`acess` is not a field here", "did you mean `access`?"),
    ("identity: {mode: federatd}\n", "8:federatd", "`mode` must be", "did you mean federated?"),
    ("identity: {mode: existing}\n", "6:{name: dev", "identity mode existing needs existing.identity here", "CLIENT-ID"),
    ("network: {mode: privat}\n", "8:privat", "`mode` must be", "did you mean private?"),
    ("network: {mode: private, runs_on: [ubuntu-24.04]}\n", "8:[ubuntu", "GitHub's own runners do not reach", "self-hosted"),
    ("network: {mode: injected, address_space: 10.0.0.1/22}\n", "8:10.0", "10.0.0.1/22 is no address range", "10.139.0.0/22"),
    ("network: {mode: injected, address_space: 10.0.0.0/26}\n", "8:10.0", "a network for Databricks is a /16 to a /24", "10.139"),
    ("network: {mode: injected, host_subnet: a, container_subnet: A}\n", "8:{mode", "host_subnet, container_subnet and", ""),
    ("network: {mode: injected}\nworkspace: {compute: serverless}\n", "9:serverless", "a serverless workspace has no clusters", "hybrid"),
    ("budget: {amount: 5, starts: 2026-13, notify: [a@b.c]}\n", "8:2026-13", "`starts` cannot be 2026-13", "2026-12"),
    ("lake: {containers: [Bronze]}\n", "8:Bronze", "`containers` cannot be", "rawdata"),
    ("tags: {cost-centre: 4711}\n", "8:4711", "`cost-centre` must be text", 'put it in quotes: "4711"'),
    ("tags: {'a<b': c}\n", "8:'a<b'", "`a<b` cannot be a<b", "128"),
    ("access: [{role: reader}]\n", "8:{role", "name either a group or a user", ""),
    ("access: [{group: a, user: b, role: reader}]\n", "8:{group", "name either a group or a user", ""),
    ("access: [{group: a, role: owner}]\n", "8:owner", "`role` must be", ""),
    ("access: [{group: a, role: reader, environments: [prd]}]\n", "8:prd", "there is no environment prd", "dev, prod"),
    ("access: [{group: a, role: reader, environments: []}]\n", "8:[]}", "the list of environments is empty", "all"),
    ("secrets: [{name: sql_password, from: prompt}]\n", "8:sql_", "`name` cannot be sql_password", "underscore"),
    ("secrets: [{name: a, from: hunter2}]\n", "8:hunter2", "`from` cannot be what is there", "never the value"),
    ("secrets: [{name: a, from: prompt, value: hunter2}]\n", "8:value", "`value` is not a field here", "never in this file"),
    ("secrets: [{name: a, from: prompt}, {name: A, from: prompt}]\n", "8:A,", "secret A is there twice", "case"),
    ("secrets: [{name: a, from: stdin}, {name: b, from: stdin}]\n", "8:stdin}]", "only one secret can come from stdin", "env:NAME"),
    ("naming: {vault: 'kv-{projct}'}\n", "8:'kv-{projct}", "{projct} is not known", "{project}"),
    ("naming: {vault: 'kv-{project}'}\n", "8:'kv-{project}", "gives kv-shop to both dev and prod", "{environment}"),
    ("naming: {vault: 'kv-of-the-whole-{environment}-team'}\n", "8:'kv-of", "gives kv-of-the-whole-prod-team (25", "24"),
    ("naming: {storage: 'ST{environment}'}\n", "8:'ST", "gives STdev (5 characters) for dev", "lower-case"),
    (
        "naming: {resource_group: 'rg-{environment}-ops', operations_group: 'rg-{environment}-ops'}\n",
        "8:'rg-{environment}-ops'}",
        "gives rg-dev-ops to resource_group and operations_group",
        "",
    ),
    ("plan_environment: true\nidentity: {mode: client-secret}\n", "8:true", "needs an identity of its own", "false"),
    ("samples: maybe\n", "8:maybe", "`samples` must be true or false", ""),
    ("name: twice\n", "8:name", 'found duplicate key "name"', "one of the two"),
    ("environments: [\n", "9:", "not YAML", "brackets"),
    ("\tx: 1\n", "8:\t", "not YAML", ""),
]


@pytest.mark.parametrize(("line", "place", "reason", "remedy"), ADDED)
def test_a_wrong_line_more_is_told_at_its_place(line: str, place: str, reason: str, remedy: str) -> None:
    found = problems(GOOD + line)
    assert any(points_at(GOOD + line, item[0], place) and item[1].startswith(reason) and remedy in item[2] for item in found), found


def test_everything_is_told_at_once_and_in_the_order_of_the_file() -> None:
    text = GOOD.replace("westeurope", "West").replace("dev,", "dev, wait_minutes: x,").replace('"@ana"', "ana") + "acess: []\n"
    assert [item[0] for item in problems(text)] == ["3:9", "6:31", "7:58", "8:1"]


def test_a_wrong_value_does_not_invent_followers() -> None:
    text = GOOD.replace("name: dev,", "name: [dev],") + "access: [{group: a, role: reader, environments: [dev]}]\n"
    assert [item[0] for item in problems(text)] == ["6:12"]


def test_a_secret_typed_into_the_file_is_not_repeated() -> None:
    text = GOOD + "secrets: [{name: a, from: hunter2}, {name: b, value: hunter2}, {name: c, from: {x: hunter2}}, hunter2]\n"
    assert "hunter2" not in str(problems(text))


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n", "just words\n", "- a\n", "null\n", "\x00", "&a [*a]\n", "? [1, 2]\n: x\n"])
def test_what_is_no_project_is_refused_politely(text: str) -> None:
    assert problems(text)


def test_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput) as caught:
        file.load(Path("lakestrap.yaml"))
    assert [(p.place, p.remedy) for p in caught.value.problems] == [("lakestrap.yaml", "lakestrap setup")]


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "lakestrap.yaml").write_bytes(b"name: caf\xe9\n")
    with pytest.raises(BadInput, match="not UTF-8"):
        file.load(tmp_path)


def test_the_place_is_named_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "lakestrap.yaml").write_text(GOOD.replace("shop\n", "SHOP\n", 1))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput) as caught:
        file.load(tmp_path / "shop")
    assert caught.value.problems[0].place == str(Path("shop") / "lakestrap.yaml") + ":2:7"


def test_missing_answers_are_all_named() -> None:
    raw = {"version": 1, "github": {}, "environments": [{"name": "dev"}, {"name": "prod", "subscription": None}]}
    assert [problem.place for problem in file.missing(raw)] == [
        *("name", "region", "github.repository", "environments.0.subscription", "environments.1.subscription"),
    ]
    assert [problem.place for problem in file.missing({})] == ["version", "name", "region", "github", "environments"]


def test_answers_that_are_there_but_wrong_are_not_missing() -> None:
    raw = {
        "version": 1,
        "name": "S",
        "region": "x y",
        "github": {"repository": "x"},
        "environments": [{"name": "dev", "subscription": "s"}],
    }
    assert file.missing(raw) == ()
    assert [problem.place for problem in file.checked(raw)] == ["name", "region", "github.repository"]
