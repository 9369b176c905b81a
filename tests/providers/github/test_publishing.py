"""Files travel to the repository by exactly the requests they need, whatever is there already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wizard.errors import BadInput, NotAllowed, ServiceRefused
from wizard.providers.github.branch import Branch
from wizard.providers.github.files import Files
from wizard.providers.github.first_commit import FirstCommit
from wizard.providers.github.published import blob_name
from wizard.providers.github.repository import Repository
from wizard.render.header import stamped, written_by_us
from wizard.sandbox.github import models, objects

FILES = {"lakestrap.yaml": "name: shop\n", ".github/workflows/infra.yml": "name: infra\n", "infra/main.bicep": "// bicep: ü\n"}
SHOP: dict[str, Any] = {"project": "shop", "repository": "contoso/shop"}


def repository() -> Repository:
    return Repository(name="repository", **SHOP)


def files(**changes: Any) -> Files:
    return Files(name="delivery", branch="main", files=FILES, **SHOP, **changes)


def first_commit(path: str = "infra/main.bicep") -> FirstCommit:
    return FirstCommit(name="repository", path=path, text=FILES[path], **SHOP)


def begun(github: Any, text: str = FILES["infra/main.bicep"]) -> None:
    """A new repository with its first commit."""
    github.settle(repository())
    github.settle(replace(first_commit(), text=text))


def held(github: Any, branch: str = "main") -> dict[str, str]:
    return {path: content.decode() for path, content in models.files_at(github.world, "contoso/shop", branch).items()}


def test_a_new_repository_gets_its_files_on_the_default_branch_in_two_commits(github: Any) -> None:
    assert github.settle(repository()) == ["POST /orgs/contoso/repos"]
    assert github.settle(first_commit()) == ["PUT /repos/contoso/shop/contents/infra/main.bicep"]
    assert github.settle(files()) == ["POST /graphql"]
    assert held(github) == FILES
    observed = github.read(files())
    assert observed.attributes["published"] == "merged"
    assert not observed.attributes["pull_request_url"]
    head = models.resolve(github.world, "contoso/shop", "main")
    assert (objects.get(github.world, "contoso/shop", head) or {})["verified"]


def test_setting_up_again_sends_nothing(github: Any) -> None:
    begun(github)
    github.settle(files())
    assert github.settle(repository()) == []
    assert github.settle(files()) == []
    assert github.settle(files(), login="ana") == []


def test_two_who_make_the_first_commit_make_one(github: Any) -> None:
    github.settle(repository())
    assert github.run(first_commit().read) is None
    one, other = github.run(first_commit().create), github.run(first_commit().create, login="ana")
    assert one.id == other.id
    assert github.run(first_commit("lakestrap.yaml").read).id == one.id


def test_a_repository_without_a_commit_is_not_published_to(github: Any) -> None:
    github.settle(repository())
    with pytest.raises(ServiceRefused, match="no commit on main"):
        github.settle(files())


def test_an_interrupted_first_publication_goes_on_where_it_was(github: Any) -> None:
    begun(github)
    assert set(held(github)) == {"infra/main.bicep"}
    assert github.settle(files()) == ["POST /graphql"]
    assert held(github) == FILES


@pytest.mark.parametrize("sandbox_world", ["brownfield"], indirect=False)
def test_a_repository_with_content_gets_one_commit_and_a_pull_request(github: Any) -> None:
    before = held(github)
    assert github.settle(files()) == ["POST /repos/contoso/shop/git/refs", "POST /graphql", "POST /repos/contoso/shop/pulls"]
    assert held(github) == before
    assert held(github, "lakestrap/setup") == before | FILES
    observed = github.read(files())
    assert observed.attributes["published"] == "proposed"
    assert observed.attributes["pull_request_url"] == "https://github.com/contoso/shop/pull/1"
    assert not observed.attributes["merged"]
    assert github.settle(files()) == []


@pytest.mark.parametrize("sandbox_world", ["brownfield"])
def test_changed_files_join_the_open_pull_request(github: Any) -> None:
    github.settle(files())
    changed = replace(files(), files=FILES | {"lakestrap.yaml": "name: shop\nregion: westeurope\n"})
    assert github.settle(changed) == ["POST /graphql"]
    assert held(github, "lakestrap/setup")["lakestrap.yaml"].endswith("westeurope\n")
    assert len(github.world.table("github.pulls")) == 1


@pytest.mark.parametrize("sandbox_world", ["brownfield"])
def test_after_a_merge_the_files_are_there_and_a_new_change_starts_from_the_new_base(github: Any) -> None:
    github.settle(files())
    with github.sandbox.lock:
        pull = github.world.table("github.pulls")["contoso/shop#1"]
        from wizard.sandbox.github import pulls

        sha = pulls.merged_commit(github.world, pull, "ana", "squash", {})
        models.move_ref(github.world, "contoso/shop", "refs/heads/main", sha, "ana")
        github.world.table("github.pulls")["contoso/shop#1"] = pull | {"state": "closed", "merged": True}
    assert github.settle(files()) == []
    assert github.read(files()).attributes["merged"]
    changed = replace(files(), files=FILES | {"lakestrap.yaml": "name: shop\n# more\n"})
    sent = github.settle(changed)
    assert sent == ["PATCH /repos/contoso/shop/git/refs/heads/lakestrap/setup", "POST /graphql", "POST /repos/contoso/shop/pulls"]


@pytest.mark.parametrize("sandbox_world", ["brownfield"])
def test_a_token_without_the_workflow_scope_is_told_how_to_get_it(github: Any) -> None:
    github.token(scopes=["repo"])
    with pytest.raises(NotAllowed, match="workflow") as refused:
        github.settle(files())
    assert refused.value.hints == ("gh auth refresh --scopes workflow",)
    github.token(scopes=["repo", "workflow"])
    assert github.settle(files()) == ["POST /graphql", "POST /repos/contoso/shop/pulls"]


def test_a_default_branch_of_another_name_is_an_error_in_the_project(github: Any) -> None:
    github.settle(repository())
    with pytest.raises(BadInput, match="default branch is main"):
        github.read(replace(files(), branch="trunk"))


def test_blob_names_are_gits() -> None:
    assert blob_name("hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_a_branch_starts_where_the_default_branch_is(github: Any) -> None:
    begun(github)
    github.settle(files())
    release = Branch(name="release", branch="release/1.0", base="main", **SHOP)
    assert github.settle(release) == ["POST /repos/contoso/shop/git/refs"]
    assert models.resolve(github.world, "contoso/shop", "release/1.0") == models.resolve(github.world, "contoso/shop", "main")
    assert github.settle(release) == []


def test_a_missing_repository_that_must_not_be_made_is_an_error_in_the_project(github: Any) -> None:
    with pytest.raises(BadInput, match="no repository contoso/shop"):
        github.read(replace(repository(), create_missing=False))


def test_actions_are_switched_on(github: Any) -> None:
    github.settle(repository())
    with github.sandbox.lock:
        row = github.repository()
        models.put_repository(github.world, row | {"actions": row["actions"] | {"enabled": False}})
    assert github.settle(repository()) == ["PUT /repos/contoso/shop/actions/permissions"]


def test_what_somebody_edited_in_the_repository_is_neither_changed_nor_proposed(github: Any) -> None:
    ours = {path: stamped(path, text) for path, text in FILES.items()}
    begun(github, ours["infra/main.bicep"])
    careful = replace(files(), files=ours, written_by_us=written_by_us)
    github.settle(careful)
    edited = replace(careful, files=ours | {"infra/main.bicep": "// a colleague's\n"}, publish="direct", written_by_us=lambda *_: True)
    github.settle(edited)
    newer = {path: stamped(path, text + "# newer\n") for path, text in FILES.items()}
    proposed = replace(careful, files=newer)
    github.settle(proposed)
    assert held(github)["infra/main.bicep"] == "// a colleague's\n"
    assert held(github, "lakestrap/setup")["infra/main.bicep"] == "// a colleague's\n"
    assert held(github, "lakestrap/setup")["lakestrap.yaml"] == newer["lakestrap.yaml"]
    assert github.read(proposed).attributes["kept"] == ("infra/main.bicep",)
    assert github.settle(proposed) == []


def test_without_telling_whose_a_file_is_the_edit_would_be_proposed_away(github: Any) -> None:
    begun(github, "// a colleague's\n")
    github.settle(replace(files(), files=FILES | {"infra/main.bicep": "// a colleague's\n"}))
    github.settle(files())
    assert held(github, "lakestrap/setup")["infra/main.bicep"] == FILES["infra/main.bicep"]
