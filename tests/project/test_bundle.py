"""What cannot be said together under ``bundle:``."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.render.projects import project

CATALOG = {"unity_catalog": True}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"compute": "job-cluster", "policy": "Small", "init_scripts": "workspace", "libraries": ["maven:a:b:1", "jar:/Volumes/a/b/c.jar"]},
        {"compute": "shared-cluster", "init_scripts": "/Volumes/a/b/c"},
        {"compute": "existing-cluster", "cluster": "Analysts"},
        {"libraries": ["pypi:a==1", "whl:/Volumes/a/b/c.whl"], "samples": ["medallion", "pipeline", "machine-learning"]},
    ],
)
def test_what_goes_together(said: dict[str, Any]) -> None:
    assert project(bundle=said, data=CATALOG).bundle.compute == said.get("compute", "serverless")


@pytest.mark.parametrize(
    ("said", "more", "words"),
    [
        ({"compute": "job-cluster"}, {"workspace": {"compute": "serverless"}}, "have no clusters"),
        ({"compute": "existing-cluster"}, {}, "names no cluster"),
        ({"cluster": "Analysts"}, {}, "says nothing with serverless"),
        ({"policy": "P"}, {}, "says nothing with serverless"),
        ({"compute": "existing-cluster", "cluster": "A", "init_scripts": "workspace"}, {}, "says nothing with existing-cluster"),
        ({"compute": "shared-cluster", "init_scripts": "workspace"}, {}, "from volumes only"),
        ({"libraries": ["maven:a:b:1"]}, {}, "Python packages only"),
        ({"libraries": ["conda:a"]}, {}, "pattern"),
        ({"runtime": "17.3"}, {}, "pattern"),
        ({"samples": ["pipeline"]}, {"data": {}}, "there is none"),
        ({"samples": ["pipeline"]}, {"samples": False}, "left out"),
        ({"samples": ["pipeline", "pipeline"]}, {}, "twice"),
        ({"samples": ["machine-learning"]}, {}, "medallion"),
    ],
)
def test_what_does_not(said: dict[str, Any], more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        project(**{"bundle": said, "data": CATALOG} | more)
