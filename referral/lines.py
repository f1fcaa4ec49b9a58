"""Where in a YAML text an entry stands. Only looked up when there is a fault to show."""

from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

Path = tuple[str | int, ...]


def line_of(text: str, path: Path) -> int:
    """Return the line of the entry at this path, from 1; of the nearest one around it when it is missing."""
    node = tree(text)
    line = 1
    for step in path:
        found = step_into(node, step)
        if found is None:
            break
        line, node = found
    return line


def step_into(node: Node | None, step: str | int) -> tuple[int, Node] | None:
    """Return the line and the node one step further, when it is there."""
    if isinstance(node, MappingNode):
        found = ((key, value) for key, value in node.value if key.value == str(step))
        return next(((key.start_mark.line + 1, value) for key, value in found), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


@lru_cache(maxsize=64)
def tree(text: str) -> Node | None:
    """Return the YAML text as nodes that know their lines; nothing is read into it."""
    node: Node | None = YAML(typ="base", pure=True).compose(text)
    return node
