"""Every small fault that cosmic-ray can make in the shipped rooms, and a random order of them."""

import random
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tools.tidy.source import SHIPPED

_JOINS_TYPES = "BinaryOperator_BitOr_"
"""`|` stands between types nearly everywhere; a fault there is mypy's to find."""


@dataclass(frozen=True, order=True)
class Fault:
    """One operator of cosmic-ray at one place."""

    path: str
    """Relative to the repository."""
    line: int
    column: int
    operator: str
    occurrence: int
    """Which of the places in the file where this operator applies, from 0."""


@dataclass(frozen=True)
class Change:
    """A line before and after; empty where a fault removes it."""

    before: str
    after: str


def shipped(root: Path) -> list[str]:
    """Return the files that are deployed, relative to the repository."""
    found = [root / "function_app.py"]
    found += [path for room in SHIPPED for path in sorted((root / room).rglob("*.py"))]
    return [path.relative_to(root).as_posix() for path in found]


def drawn(root: Path, paths: Sequence[str], seed: int) -> Iterator[Fault]:
    """Give one fault for each place in these files, in the order that the seed decides.

    A place has many possible faults where an operator has many alternatives; one of them is drawn,
    or arithmetic would be most of a sample.
    """
    places: dict[tuple[str, int, int], list[Fault]] = {}
    for path in paths:
        for fault in _possible(root, path):
            places.setdefault((fault.path, fault.line, fault.column), []).append(fault)
    chance = random.Random(seed)
    order = sorted(places)
    chance.shuffle(order)
    for place in order:
        yield chance.choice(sorted(places[place]))


def mutated(root: Path, fault: Fault) -> str | None:
    """Return the module's text with the fault; None where that is no Python, or cannot be made.

    Python warns of `is` beside a literal, and ruff refuses it: nobody needs a test to notice that.
    """
    mutating: Any = import_module("cosmic_ray.mutating")
    text, operator = (root / fault.path).read_text(encoding="utf-8"), _operators()[fault.operator]
    try:
        changed: str | None = mutating.mutate_code(text, operator, fault.occurrence)
    except AttributeError:  # its ExceptionReplacer finds `except a.B`, and knows plain names only
        return None
    assert changed is not None, f"cosmic-ray made no fault of {fault}"
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        try:
            compile(changed, fault.path, "exec", dont_inherit=True)
        except SyntaxError:
            return None
    return changed


def change(root: Path, fault: Fault, text: str) -> Change:
    """Return what differs, without the indentation."""
    before = (root / fault.path).read_text(encoding="utf-8").splitlines()
    differing = [
        (old.strip(), new.strip())
        for old, new in zip_longest(before, text.splitlines(), fillvalue="")
        if old != new
    ]
    if len(before) != len(text.splitlines()):
        return Change(before[fault.line - 1].strip(), "")
    return Change(*(" / ".join(side) for side in zip(*differing, strict=True)))


def _possible(root: Path, path: str) -> Iterator[Fault]:
    trees: Any = import_module("cosmic_ray.ast")
    nodes = list(trees.ast_nodes(trees.get_ast((root / path).read_text(encoding="utf-8"))))
    signs = [node for node in nodes if node.type == "operator"]
    for name, operator in _operators().items():
        asked = signs if "BinaryOperator" in name else nodes  # there are more than a hundred
        places = [(node, at) for node in asked for at, _ in operator.mutation_positions(node)]
        for occurrence, (node, (line, column)) in enumerate(places):
            if not _is_marker(node):
                yield Fault(path, line, column, name, occurrence)


def _is_marker(node: Any) -> bool:
    """Whether this is the `*` of a signature, which cosmic-ray takes for a multiplication."""
    return bool(node.type == "operator" and node.parent.type == "parameters")


@cache
def _operators() -> dict[str, Any]:
    plugins: Any = import_module("cosmic_ray.plugins")
    names = [name for name in plugins.operator_names() if _JOINS_TYPES not in name]
    found = {name: plugins.get_operator(name) for name in names}
    return {name: operator() for name, operator in found.items() if not operator.arguments()}
