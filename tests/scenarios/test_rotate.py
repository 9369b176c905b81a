"""The command ``rotate`` as a person types it: its words, its codes, and no secret anywhere it should not be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.flows.rotate.shops import set_up, state
from tests.scenarios.leaks import Sampler, leaking_files, leaks_in_bytes
from tests.scenarios.rehearsal import Finished, rehearsed

CANARY = "lkC4n4ry+7f3+here"
SANDBOXS_OWN = ("world.json", "start.json", "record.jsonl")


def laptop(folder: Path, shop: str = "tiny") -> Path:
    """What another laptop has, and the world that set-up left."""
    shutil.copy(set_up(shop) / "lakestrap.yaml", folder)
    return Path(shutil.copy(set_up(shop) / "world.json", folder / "start.json"))


def rotating(folder: Path, *words: str, options: tuple[str, ...] = (), shop: str = "tiny", value: str = "a-new-value") -> Finished:
    given = ("--world", str(laptop(folder, shop)), *options)
    return rehearsed(folder, "lakestrap", "rotate", *words, options=given, environment={"API_KEY": value})


def test_no_secret_leaves_its_places(tmp_path: Path) -> None:
    with Sampler(CANARY, {"API_KEY"}) as sampler:
        words = ("--all", "--grace", "0", "--yes", "--json")
        done = rotating(tmp_path, *words, options=("--canary", CANARY), value=f"{CANARY}-given")
    assert done.code == 0, done.stderr
    assert sampler.samples > 5
    assert sampler.found == set()
    assert leaking_files(tmp_path, CANARY, SANDBOXS_OWN) == []
    assert not leaks_in_bytes((done.stdout + done.stderr).encode(), CANARY)
    assert CANARY in state(done.world).stored, "the canary is not even in the world"
    assert done.events[-1]["event"] == "run_finished"
    assert done.events[-1]["outcome"] == "done; no old credential is left"


def test_the_preview_and_the_last_words(tmp_path: Path) -> None:
    done = rotating(tmp_path, "dev", "--credential", "entra-client-secret", "--yes", "--plain")
    assert done.code == 0, done.stderr
    for word in ("entra-client-secret/dev", "secret deploy-client-secret", "secret AZURE_CLIENT_SECRET", "workflows of contoso/shop"):
        assert word in done.stdout
    last = done.stderr.strip().splitlines()[-1]
    assert "still valid beside the new: entra-client-secret/dev until" in last
    assert "it is safe to leave" in last


@pytest.mark.matrix
def test_without_an_agreement_nothing_is_changed(tmp_path: Path) -> None:
    done = rotating(tmp_path, "--all", "--no-input")
    assert done.code == 2
    assert "add --yes" in done.stderr
    assert done.mutating == []


@pytest.mark.matrix
def test_a_secretless_project_is_told_what_does_expire(tmp_path: Path) -> None:
    done = rotating(tmp_path, shop="secretless")
    assert done.code == 0, done.stderr
    assert "this project is secretless" in done.stderr
    assert "what does expire" in done.stderr
    assert done.mutating == []
