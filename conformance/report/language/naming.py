"""A word for what stands in a place of an f-string, so that a translator knows what comes there. For maintainers."""

from __future__ import annotations

import ast

_SHOWN = frozenset(
    {
        "str",
        "int",
        "len",
        "min",
        "max",
        "sorted",
        "tuple",
        "list",
        "map",
        "repr",
        "set",
        "plain",
        "abs",
        "round",
        "next",
    }
    | {"one_line", "full_stop", "listed", "printable", "shortened", "whole", "_listed", "join", "mask", "quote", "line"}
    | {"named", "_named", "spelt", "_shown", "shown", "replace", "removeprefix", "removesuffix", "rstrip", "splitlines"}
)
"""Functions that show what they are given, which names the place better than they do."""


def name_of(node: ast.AST) -> str:
    """A word for what stands in a place, or nothing."""
    if isinstance(node, ast.Name):
        return node.id.lower().strip("_")
    if isinstance(node, ast.Attribute):
        return node.attr.lower().strip("_")
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return key if isinstance(key, str) and key.isidentifier() else name_of(node.value)
    if isinstance(node, ast.Call):
        return _called(node)
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return name_of(node.generators[0].iter)
    if isinstance(node, ast.BinOp):
        return name_of(node.left)
    if isinstance(node, (ast.IfExp, ast.BoolOp)):
        return name_of(node.body if isinstance(node, ast.IfExp) else node.values[0])
    return ""


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        if node.func.id == "counted" and isinstance(node.args[1], ast.Constant):
            return f"{str(node.args[1].value).split()[-1].lower()}s"
        name, owner = node.func.id, None
    elif isinstance(node.func, ast.Attribute):
        name, owner = node.func.attr, node.func.value
    else:
        return ""
    if name == "get" and node.args and isinstance(node.args[0], ast.Constant):
        key = str(node.args[0].value)
        return key.lower() if key.isidentifier() else ""
    if name not in _SHOWN:
        return name.strip("_").lower()
    inner = next((found for found in map(name_of, node.args) if found and found not in _SHOWN), "")
    return inner or (name_of(owner) if owner is not None else "")
