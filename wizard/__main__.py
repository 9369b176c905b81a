"""The entry point: ``lakestrap`` and ``python -m wizard``.

Owns nothing but the quick way to the version and the hand-over to the command line.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        from wizard import __version__

        sys.stdout.write(f"lakestrap {__version__}\n")
        return
    from wizard.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
