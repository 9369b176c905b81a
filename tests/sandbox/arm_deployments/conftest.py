"""A fresh world a test, a group in it, and the judgement over all that was said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.keyvault.calls import DEV, Calls, agree

POLLED = ("/operationresults/", "/operationstatuses/", "/listkeys", "/sharedkeys")


class Cloud(Calls):
    """Calls into one world, with what deployment tests need: a group, registered providers, and the wait for an end."""

    group: str

    def __init__(self, world: Any = "owner") -> None:
        super().__init__(world)
        self.group = self.prepare()

    def body(self, template: Any, parameters: Any = None, **properties: Any) -> Any:
        """A request body."""
        wrapped = {name: {"value": value} for name, value in (parameters or {}).items()}
        return {"properties": {"mode": "Incremental", "template": template, "parameters": wrapped, **properties}}

    def deploy(self, template: Any, parameters: Any = None, *, name: str = "d", who: str = "ada@contoso.com", **properties: Any) -> Any:
        """The deployment as it stands after its end, or the refusal of the PUT."""
        path = f"{self.group}/providers/Microsoft.Resources/deployments/{name}?api-version=2024-03-01"
        answer = self.call("PUT", path, self.body(template, parameters, **properties), who=who)
        if answer.status >= 300:
            return answer.body
        self.later(10)
        return self.call("GET", path).body

    def resource(self, path: str) -> Any:
        """The stored row of a resource in the group."""
        return self.world.table("arm.resources").get(f"{self.group}/providers/{path}".lower())


@pytest.fixture
def world_description() -> Any:
    """Which world ``cloud`` starts; override it by parametrising."""
    return "owner"


@pytest.fixture
def cloud(world_description: Any) -> Iterator[Cloud]:
    """Requests into a world; ends with the judge over every exchange that the descriptions hold."""
    made = Cloud(world_description)
    yield made
    spoken = [each for each in made.recorder.exchanges if not any(part in each["url"].lower() for part in POLLED)]
    if spoken:
        agree(spoken)


@pytest.fixture
def subscription() -> str:
    """The id of the first subscription."""
    return DEV
