"""The build-time Bicep compiler: every covered form, every refusal, and the shipped template held to its sources."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.bicep.dialect import NEWEST, dialect
from tools.bicep.refusal import Refusal
from tools.bicep.stamp import template_hash
from tools.bicep.unit import Unit
from tools.bicep_pairs import differences, plain

ROOT = Path(__file__).resolve().parents[3]
PAIRS = sorted((Path(__file__).parent / "pairs").glob("*.json"))
OURS = ROOT / "bicep" / "main.bicep"


def compiled(source: Path, release: str = NEWEST) -> dict[str, Any]:
    return Unit(source, dialect(release)).template()


def written(folder: Path, text: str) -> Path:
    source = folder / "main.bicep"
    source.write_text(text, encoding="utf-8")
    return source


@pytest.mark.parametrize("pair", PAIRS, ids=lambda path: path.stem)
def test_each_form_compiles_as_written_down(pair: Path) -> None:
    assert list(differences(compiled(pair.with_suffix(".bicep")), json.loads(pair.read_text(encoding="utf-8")))) == []


def test_a_difference_in_a_pair_would_be_seen() -> None:
    expected = json.loads(PAIRS[0].read_text(encoding="utf-8"))
    expected["contentVersion"] = "2.0.0.0"
    expected["metadata"]["_generator"]["version"] = "other"
    assert list(differences(plain(compiled(PAIRS[0].with_suffix(".bicep"))), plain(expected))) == [
        "/contentVersion: ours '1.0.0.0', theirs '2.0.0.0'"
    ]


def test_the_shipped_template_is_what_the_sources_compile_to() -> None:
    assert (ROOT / "bicep" / "compiled" / "main.json").read_text(encoding="utf-8") == json.dumps(compiled(OURS), indent=2) + "\n"


@pytest.mark.parametrize("source", [OURS, *(pair.with_suffix(".bicep") for pair in PAIRS)], ids=lambda path: path.stem)
def test_the_vendors_compiler_says_the_same(source: Path, tmp_path: Path) -> None:
    bicep = shutil.which("bicep")
    if bicep is None:
        pytest.skip("no bicep on PATH: the vendor's compiler could not be asked")
    subprocess.run([bicep, "build", str(source), "--outfile", str(tmp_path / "out.json")], check=True, capture_output=True)
    theirs = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(differences(plain(compiled(source)), plain(theirs))) == []


RESOURCE = "resource r 'A.B/c@1' = {\n  name: 'r'\n"
REFUSED = {
    "output x string = unknown": "1:19: the name 'unknown'",
    "param p string\noutput x string = made(p)": "2:19: the function 'made'",
    "import 'other.bicep'": "1:1: ",
    "param p array\nvar v = p[^1]": "2:",
    "var v = {\n  ...other\n}": "2:6: the name 'other'",
    "resource r 'A.B/c@1' = {\n  ...other\n}": "1:24: a body that is not an object",
    "var v = 'a": "1:9: a string without an end",
    "var v = ~1": "1:9: the character '~'",
    "param p resourceInput<'a/b@1'>": "1:",
    "param p 'a' | 1": "1:9: a union of several kinds of literals",
    "@export()\nvar v = 1": "2:5: this decorator on a variable",
    "var v = {\n  copy: 1\n}": "2:3: a property named 'copy'",
    "var v = resourceGroup('other').id": "1:9: resourceGroup() with arguments as a value",
    "resource r 'microsoft.insights/components@1999-01-01' = {\n  name: 'r'\n}": "1:10: the spelling of the resource type",
    "resource r 'A.B/c@1' = {\n  name: 'r'\n  scope: resourceGroup('x')\n}": "1:10: a resource in another scope than its file's",
    "resource r 'A.B/c@1' = [for i in range(0, 2): {\n  name: 'r${i}'\n}]\noutput all array = r": "4:20: the whole collection 'r'",
    "resource r 'A.B/c@1' = {\n  name: 'r'\n  name: 's'\n}": "3:3: the property 'name' a second time",
    "module m 'br/public:a:1' = {\n  name: 'm'\n}": "1:8: the module 'br/public:a:1'",
    "resource r 'A.B/c@1' = [for i in x: {\n  name: 'r'\n  resource s 'd' = {\n    name: 's'\n  }\n}]": "3:12: a resource nested in a loop",
    "var v = 1 +": "1:",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text.splitlines()[0][:30])
def test_what_is_not_known_exactly_is_refused_with_its_place(text: str, tmp_path: Path) -> None:
    source = written(tmp_path, text)
    with pytest.raises(Refusal) as refusal:
        compiled(source)
    assert str(refusal.value).startswith(f"{source}:{REFUSED[text]}")


def test_experimental_features_are_refused(tmp_path: Path) -> None:
    source = written(tmp_path, "param p string\n")
    compiled(source)
    (tmp_path / "bicepconfig.json").write_text('{\n  // on\n  "experimentalFeaturesEnabled": { "symbolicNameCodegen": true, },\n}')
    with pytest.raises(Refusal, match="symbolicNameCodegen"):
        compiled(source)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_items_end_with_their_lines(tmp_path: Path, ending: str) -> None:
    lines = ["param a int", "var v = [", "  a // one", "  -1", "  /* two */ (a)", "  a", "    == 2 ? 'x'", "    : 'y'", "]"]
    source = tmp_path / "main.bicep"
    source.write_bytes(ending.join(lines).encode())
    assert compiled(source)["variables"]["v"] == [
        "[parameters('a')]",
        -1,
        "[parameters('a')]",
        "[if(equals(parameters('a'), 2), 'x', 'y')]",
    ]


def test_files_are_carried_in_variables_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "script.sh").write_text("echo 'hi'\n")
    template = compiled(
        written(tmp_path, "var direct = loadTextContent('script.sh')\noutput o string = '${direct}${loadTextContent('script.sh')}'\n")
    )
    assert template["variables"] == {"$fxv#0": "echo 'hi'\n", "direct": "echo 'hi'\n"}
    assert template["outputs"]["o"]["value"] == "[format('{0}{1}', variables('direct'), variables('$fxv#0'))]"


def test_older_releases_wrote_other_forms(tmp_path: Path) -> None:
    text = f"{RESOURCE}}}\nresource s 'A.B/d@1' = {{\n  scope: r\n  name: 's'\n  properties: {{\n    a: r.properties.a\n  }}\n}}\n"
    source = written(tmp_path, text)
    older, newer = (compiled(source, release)["resources"][1] for release in ("0.11.1.770", NEWEST))
    assert (older["scope"], newer["scope"]) == ("[format('A.B/c/{0}', 'r')]", "[resourceId('A.B/c', 'r')]")
    assert older["properties"]["a"] == "[reference(resourceId('A.B/c', 'r')).a]"
    assert newer["properties"]["a"] == "[reference(resourceId('A.B/c', 'r'), '1').a]"


def test_the_template_hash_is_the_engines() -> None:
    # The value that Microsoft's own empty sample carries.
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    stamp = {"_generator": {"name": "Bicep.Core", "version": "0.2.417.9708"}}
    template = {"$schema": schema, "contentVersion": "1.0.0.0", "functions": [], "resources": [], "metadata": stamp}
    assert template_hash(template) == "4022825006521128805"
    assert template_hash(template | {"contentVersion": "1.0.0.1"}) != "4022825006521128805"


def test_the_command_prints_writes_and_refuses(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "tools" / "bicep_compile.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")

    good, bad = written(tmp_path, "param p string\n"), tmp_path / "bad.bicep"
    bad.write_text("var v = nothing\n")
    assert json.loads(run(str(good)).stdout)["parameters"] == {"p": {"type": "string"}}
    assert run(str(good), "--out", str(tmp_path / "out.json")).stdout == ""
    assert json.loads((tmp_path / "out.json").read_text())["parameters"]
    refused = run(str(bad))
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", f"{bad}:1:9: the name 'nothing'\n")
