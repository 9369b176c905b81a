"""The registry of kinds against what lies under ``wizard/providers``, and what importing them costs."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

import wizard.providers
from wizard.engine.resource import Resource
from wizard.providers import KINDS, kind_class

SDKS = (
    "azure",
    "msgraph",
    "msgraph_core",
    "kiota_abstractions",
    "kiota_http",
    "github",
    "databricks",
    "msal",
    "nacl",
    "aiohttp",
    "requests",
    "httpx",
)
"""Top-level packages that cost an import of tenths of a second, or lead to one that does."""

NEEDS_NOTHING = {
    "entra.existing_trust": "every member may read applications, and what may not be read is told as unknown",
    "entra.first_party": "the registration of its resource provider makes it; who may make it by hand is no condition",
}


def modules() -> Iterator[str]:
    for found in pkgutil.walk_packages(wizard.providers.__path__, "wizard.providers."):
        yield found.name


def kinds_in(module: ModuleType) -> Iterator[type[Resource]]:
    """The kinds that a module itself defines."""
    for _, found in inspect.getmembers(module, inspect.isclass):
        if issubclass(found, Resource) and found.__module__ == module.__name__ and not inspect.isabstract(found):
            yield found


def imported_by(code: str) -> set[str]:
    """The SDKs that a fresh process has loaded after ``code``."""
    program = f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}} & set({SDKS!r})))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_every_kind_is_registered_and_nothing_else() -> None:
    found = {f"{kind.__module__}:{kind.__name__}": kind.kind for name in modules() for kind in kinds_in(importlib.import_module(name))}
    assert found == {place: kind for kind, place in KINDS.items()}
    assert list(KINDS) == sorted(KINDS)


def test_an_unregistered_kind_is_seen() -> None:
    module = ModuleType("planted")
    planted = type("Planted", (Resource,), {"__module__": "planted", "kind": "x.planted", "read": None, "create": None, "delete": None})
    module.Planted = planted  # type: ignore[attr-defined]
    assert list(kinds_in(module)) == [planted]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_what_the_engine_must_know(kind: str) -> None:
    found = kind_class(kind)
    assert found.kind == kind
    assert isinstance(found.service.value, str)
    fields = {field.name for field in found.__dataclass_fields__.values()}
    for told in (*found.identified_by, *found.serial_by):
        assert told in fields, f"{kind} names a field it does not have: {told}"
    assert set(found.replaced_by) <= set(found.compared)
    late = [field.name for field in found.__dataclass_fields__.values() if "Ref" in str(field.type)]
    assert found.identified_by or not late, f"{kind} does not say whether it can be found while {late} are unknown"
    own = {name for each in found.__mro__[: found.__mro__.index(Resource)] for name in vars(each)}
    assert ("requires" in own) is (kind not in NEEDS_NOTHING), f"{kind} does not say what it needs"
    assert "command" in own or found.lookup, f"{kind} has no command for people"
    assert found.__doc__ and not found.__doc__.startswith(f"{found.__name__}("), f"{kind} is not described"


def test_no_kind_loads_an_sdk_when_it_is_imported() -> None:
    code = "import importlib\n" + "\n".join(f"importlib.import_module({name!r})" for name in sorted(modules()))
    assert imported_by(code) == set()


def test_a_loaded_sdk_is_seen() -> None:
    assert "requests" in imported_by("import requests")


def test_there_is_no_kind_of_that_name() -> None:
    with pytest.raises(KeyError):
        kind_class("arm.nothing")
