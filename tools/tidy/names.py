"""What a module imports and what dotted names mean in it. For the rules; no rule lives here."""

import ast
from collections.abc import Iterator
from typing import NamedTuple


class Import(NamedTuple):
    """One imported name: `from a import b` is a.b, known here as b."""

    name: str
    known_as: str
    node: ast.AST
    is_at_top: bool


def imports(tree: ast.Module) -> Iterator[Import]:
    """Every absolute import. `is_at_top`: it happens when the module is imported."""
    lazy = {id(node) for outer in _lazy_blocks(tree) for node in ast.walk(outer)}
    for node in ast.walk(tree):
        is_at_top = id(node) not in lazy
        if isinstance(node, ast.Import):
            for alias in node.names:
                known = alias.asname or alias.name.partition(".")[0]
                yield Import(alias.name, known, node, is_at_top)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield Import(name, alias.asname or alias.name, node, is_at_top)


def dotted(node: ast.AST) -> str | None:
    """`a.b.c` as text, or None when it is not such a plain chain of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    return None


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _lazy_blocks(tree: ast.Module) -> Iterator[ast.AST]:
    yield from functions(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and dotted(node.test) in {
            "TYPE_CHECKING",
            "typing.TYPE_CHECKING",
        }:
            yield from node.body
