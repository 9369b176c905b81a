"""Whatever project follows whatever project: the file then says the new one, and comments of what stayed are still there."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from wizard.project import file
from wizard.project.model import Project

ENVIRONMENT = st.fixed_dictionaries(
    {"subscription": st.sampled_from(["Contoso Dev", "1", "yes", "a: b", "x # y"])},
    optional={
        "reviewers": st.lists(st.sampled_from(["@ana", "@bea", "contoso/platform"]), unique=True, max_size=3),
        "wait_minutes": st.integers(0, 5),
        "tags": st.dictionaries(st.sampled_from(["a", "b", "on"]), st.sampled_from(["1", "true", "x", "", "~"]), max_size=2),
        "production": st.booleans(),
        "deploy_from": st.lists(st.sampled_from(["main", "tag:v*", "release/*"]), max_size=2),
    },
)
NAMES = st.lists(st.sampled_from(["dev", "UAT", "prod", "test"]), unique=True, min_size=1, max_size=4)


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    environments = [{"name": name, **draw(ENVIRONMENT)} for name in draw(NAMES)]
    raw: dict[str, Any] = {"version": 1, "name": "shop", "region": draw(st.sampled_from(["westeurope", "northeurope"]))}
    raw["github"] = {"repository": "contoso/shop", **draw(st.fixed_dictionaries({}, optional={"create": st.booleans()}))}
    raw["secrets"] = [{"name": name, "from": "generate"} for name in draw(st.lists(st.sampled_from("abc"), unique=True))]
    return {**raw, "environments": environments}


def _with_secrets(*secrets: dict[str, str]) -> dict[str, Any]:
    dev: dict[str, Any] = {"name": "dev", "subscription": "yes", "wait_minutes": 0}
    environments = [dev, {"name": "test", "subscription": "x # y", "wait_minutes": 2, "tags": {"a": "~"}}]
    github = {"repository": "contoso/shop"}
    return {"version": 1, "name": "shop", "region": "westeurope", "github": github, "secrets": [*secrets], "environments": environments}


@settings(max_examples=150, deadline=None)
@example(_with_secrets(), _with_secrets({"name": "a", "from": "generate"}))
@given(projects(), projects())
def test_the_file_says_the_new_project(old: dict[str, Any], new: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lakestrap.yaml"
        first, second = Project.model_validate(old), Project.model_validate(new)
        file.save(path, first)
        commented = [
            f"{line}  # {number}" if line.strip() and "#" not in line else line for number, line in enumerate(path.read_text().splitlines())
        ]
        path.write_text("\n".join(["# top", *commented]) + "\n")
        assert file.load(path) == first
        assert file.save(path, second) == second
        assert file.load(path) == second
        assert path.read_text().startswith("# top\n")
        again = path.read_text()
        file.save(path, second)
        assert path.read_text() == again
