"""Every code that people can meet, as the shipped code gives them: errors, findings, reasons."""

import ast
from collections.abc import Iterator
from pathlib import Path

from restore.messages import errors
from restore.messages.errors import RestoreError
from restore.progress import wait_reasons
from restore.start import choice_texts
from tools.tidy.source import SHIPPED

ROOT = Path(__file__).parents[1]
_NEVER_SHOWN = {"RestoreError", "TemporaryError", "PermanentError", "NotYet"}
"""Classes whose instances are of a class below, or have a code of their own."""


def all_codes() -> set[str]:
    """Return the codes of all rooms, of the error classes, and of points that are passed over."""
    modules = [_Module(path) for room in SHIPPED for path in (ROOT / room).rglob("*.py")]
    classes = (each for each in vars(errors).values() if isinstance(each, type))
    found = {each.__name__ for each in classes if issubclass(each, RestoreError)} - _NEVER_SHOWN
    found |= {code for module in modules for code in module.codes()}
    return found | set(choice_texts.REASONS)


class _Module:
    """What one module gives as a `code`: by its name, or by its place in a call."""

    def __init__(self, path: Path) -> None:
        self._tree = ast.parse(path.read_text())
        self._constants = {
            node.targets[0].id: node.value
            for node in self._tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        functions = [node for node in ast.walk(self._tree) if isinstance(node, ast.FunctionDef)]
        names = {node.name: [each.arg for each in node.args.args] for node in functions}
        self._places = {"problem": 1} | {
            name: [each for each in arguments if each != "self"].index("code")
            for name, arguments in names.items()
            if "code" in arguments
        }

    def codes(self) -> Iterator[str]:
        """Return them all, some more than once."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call):
                yield from self._given(node)

    def _given(self, call: ast.Call) -> Iterator[str]:
        for keyword in call.keywords:
            if keyword.arg == "code":
                yield from self._texts(keyword.value)
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        place = self._places.get(name)
        if place is not None and len(call.args) > place:
            yield from self._texts(call.args[place])

    def _texts(self, node: ast.expr) -> Iterator[str]:
        """What an expression can give: the word itself, a constant, either side of if and or."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name) and node.id in self._constants:
            yield from self._texts(self._constants[node.id])
        elif isinstance(node, ast.Attribute) and node.attr == "UNFORESEEN":
            yield wait_reasons.UNFORESEEN
        elif isinstance(node, ast.IfExp):
            yield from self._texts(node.body)
            yield from self._texts(node.orelse)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                yield from self._texts(value)
