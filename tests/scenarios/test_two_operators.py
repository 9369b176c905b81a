"""Two people set the same project up at once, from nothing: one is inside at a time, and both end with it set up."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

from tests import warm
from tests.scenarios.rehearsal import rehearsed, small_project

GROUND = ("/orgs/contoso/repos", "/contents/")
"""What exists before there can be a lease: the repository and its first commit, each of which GitHub makes once."""
BOTH = """
cd "$1"; lakestrap setup --yes --json --wait 120 >one.log 2>one.err & one=$!
cd "$2"; lakestrap setup --yes --json --wait 120 >two.log 2>two.err; two=$?
wait $one && exit $two
"""


def holders(exchanges: list[dict[str, Any]]) -> list[str]:
    """Run by run, in the order in which claims were made or given back: ``+run``, ``-run``."""
    said, found = {}, []
    for exchange in exchanges:
        if exchange["method"] == "POST" and exchange["url"].endswith("/git/commits") and "lakestrap: " in exchange["request"]["message"]:
            claim = json.loads(exchange["request"]["message"].partition("\n\n")[2])
            said[exchange["response"]["sha"]] = f"{'+' if claim['seconds'] else '-'}{claim['run']}"
        elif exchange["mutating"] and (exchange["request"] or {}).get("sha") in said:
            found.append(said[exchange["request"]["sha"]])
    return found


def overlapping(claims: list[str]) -> bool:
    """Whether somebody came in while another was inside."""
    inside = ""
    for claim in claims:
        run = claim[1:]
        if claim[0] == "+" and inside not in ("", run):
            return True
        inside = run if claim[0] == "+" else ""
    return False


def test_one_is_inside_at_a_time_and_both_end_with_it_set_up(tmp_path: Path) -> None:
    command = tmp_path / "bin" / "lakestrap"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.join(warm.command())} "$@"\n')
    command.chmod(0o755)
    folders = [tmp_path / "ada", tmp_path / "also-ada"]
    for folder in folders:
        small_project(folder)
    path = f"{command.parent}:{_path()}"
    done = rehearsed(tmp_path, "sh", "-c", BOTH, "both", *map(str, folders), environment={"PATH": path})
    said = [(folder / name).read_text() for folder, name in zip(folders, ("one.err", "two.err"), strict=True)]
    assert done.code == 0, said
    claims = holders(done.exchanges)
    assert len({claim[1:] for claim in claims}) in (1, 2) and not overlapping(claims), claims
    assert len(done.world["github.repositories"]) == 1
    assert len(done.world["graph.federated_credentials"]) == 2
    runs = [json.loads((folder / name).read_text().splitlines()[-1]) for folder, name in zip(folders, ("one.log", "two.log"), strict=True)]
    assert [run["exit_code"] for run in runs] == [0, 0]


def test_two_inside_would_be_seen() -> None:
    assert overlapping(["+a", "+b", "-a", "-b"])
    assert not overlapping(["+a", "+a", "-a", "+b", "-b"])


def _path() -> str:
    return str(Path(shutil.which("sh") or "/bin/sh").parent)
