"""``make demo``: the main job on a copy of the example, against the local cloud, with live progress.

Owns the copying and the order of commands; the checkout stays clean.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAKESTRAP = Path(sys.executable).with_name("lakestrap")


def main() -> int:
    """Set up the four environments of the example, then once more to show that nothing is left to do."""
    with tempfile.TemporaryDirectory(prefix="lakestrap-demo-") as folder:
        project = Path(folder) / "four-environments"
        shutil.copytree(ROOT / "examples" / "four-environments", project)
        for step in (["check"], ["setup", "--yes"], ["plan", "--detailed-exitcode"]):
            sys.stderr.write(f"\n$ lakestrap --sandbox {' '.join(step)}\n")
            sys.stderr.flush()
            code = subprocess.run([LAKESTRAP, "--sandbox", *step], cwd=project, check=False).returncode
            if code:
                return code
        written = sorted(
            path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file() and ".lakestrap" not in path.parts
        )
        sys.stderr.write(f"\n{len(written)} files now stand in the project: {', '.join(written[:8])} …\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
