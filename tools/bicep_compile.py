"""Compile a Bicep file to an ARM template, as ``bicep build`` would: JSON on standard output.

    python tools/bicep_compile.py FILE [--out FILE] [--release VERSION]

Every release of the compiler writes its version into what it compiles, and some forms differ between releases (``tools/bicep/dialect.py``).
Where a compiled template lies beside the source (``NAME.json``, or ``azuredeploy.json`` beside ``main.bicep``), the release that made it is
kept, so that compiling again changes only what the source changed; nothing else of that file is read. ``--release`` says otherwise; without
either, the newest release's forms are written.

What it does not know exactly it refuses: ``file:line:column: construct`` on standard error and exit code 2.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.bicep.dialect import NEWEST, dialect
from tools.bicep.refusal import Refusal
from tools.bicep.unit import Unit


def recorded(source: Path) -> str | None:
    """The release that made the compiled template beside a source, where there is one."""
    beside = [source.with_suffix(".json"), *([source.with_name("azuredeploy.json")] if source.name == "main.bicep" else [])]
    for path in beside:
        try:
            stamp = json.loads(path.read_text(encoding="utf-8-sig"))["metadata"]["_generator"]
            if stamp["name"] == "bicep" and str(stamp["version"])[:1].isdigit():
                return str(stamp["version"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0, or 2 where something is refused."""
    parser = argparse.ArgumentParser(description="Compile a Bicep file to an ARM template.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, help="write here instead of to standard output")
    parser.add_argument("--release", metavar="VERSION|newest", help="write what this release of the compiler wrote")
    given = parser.parse_args(arguments)
    release = NEWEST if given.release == "newest" else given.release or recorded(given.file) or NEWEST
    try:
        template = Unit(given.file, dialect(release)).template()
    except (Refusal, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    text = json.dumps(template, indent=2, ensure_ascii=False) + "\n"
    if given.out:
        given.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
