"""``python -m wizard.sandbox``: the sandbox's commands by themselves."""

from __future__ import annotations

from wizard.sandbox.commands import main

main()
