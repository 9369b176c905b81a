"""Compile a Bicep file to an ARM template, as ``bicep build`` would: JSON on standard output.

    python tools/bicep_compile.py FILE [--out FILE] [--release VERSION]

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


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0, or 2 where something is refused."""
    parser = argparse.ArgumentParser(description="Compile a Bicep file to an ARM template.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, help="write here instead of to standard output")
    parser.add_argument("--release", default=NEWEST, help="write what this release of the compiler wrote")
    given = parser.parse_args(arguments)
    try:
        template = Unit(given.file, dialect(given.release)).template()
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
