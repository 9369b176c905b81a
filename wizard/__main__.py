"""The entry point: ``lakestrap`` and ``python -m wizard``.

Owns nothing but the quick ways to the version and to the first screen, and the hand-over to the command line.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    if sys.argv[1:] == ["--version"]:
        from wizard import __version__

        sys.stdout.write(f"lakestrap {__version__}\n")
        return
    from wizard.opening import at_once

    code = at_once(sys.argv[1:])
    if code is None:
        from wizard.cli import run

        code = run(sys.argv[1:])
    sys.exit(code)


if __name__ == "__main__":
    main()
