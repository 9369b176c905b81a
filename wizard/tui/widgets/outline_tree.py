"""A tree whose lines end within it: what is too long for its width ends in an ellipsis, since details stand beside it anyway.

Owns the cutting of labels; everything else is Textual's tree.
"""

from __future__ import annotations

from typing import TypeVar

from rich.style import Style
from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

Data = TypeVar("Data")


class OutlineTree(Tree[Data]):
    """Used as ``textual.widgets.Tree`` is; its root is not shown."""

    def render_label(self, node: TreeNode[Data], base_style: Style, style: Style) -> Text:
        label = super().render_label(node, base_style, style)
        above, level = node.parent, 0
        while above is not None and above.parent is not None:
            above, level = above.parent, level + 1
        room = self.scrollable_content_region.width - level * self.guide_depth
        if 0 < room < label.cell_len:
            label.truncate(room, overflow="ellipsis")
        return label
