"""The notebook face: the questions as forms, the plan as a table, bars while it is carried out, the report in the page.

Owns what it says where the widgets are not installed. ``from wizard.notebook import Wizard; Wizard()``.
"""

from __future__ import annotations

INSTALL = "pip install 'lakestrap[notebook]'"

try:
    import ipywidgets  # noqa: F401
    import markdown_it  # noqa: F401
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(f"wizard.notebook needs {missing.name}, which is not installed; install it with: {INSTALL}") from None

from wizard.notebook.wizard import Wizard  # noqa: E402 - after the one clear error

__all__ = ["Wizard"]
