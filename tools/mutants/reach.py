"""Which unit tests reach which line, by coverage; kept per test file in .cache/mutants."""

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

_OTHER_ROOMS = ("devhost", "benchmarks", "simulated_azure")
_OF_FILES = ("test_house_rules", "test_import_cost", "test_linters", "test_requirements")
"""They read files or start processes; neither sees a fault that is in this process alone."""
_OF_CLASSES = "tests/unit/test_structs.py"
"""Looks at all classes of the app, so it notices a fault in the head or in a field of any."""
_OF_LIMITS = "tests/unit/test_limits.py"
"""Looks at constants of many modules, which is no line that it reaches."""
AT_IMPORT = ""
"""The test that reaches what runs while tests are collected."""


@dataclass(frozen=True)
class Test:
    """One test and what it costs, in seconds of processor time."""

    id: str
    cost_s: float

    @property
    def file(self) -> str:
        """Where it is, relative to the repository."""
        return self.id.partition("::")[0]


@dataclass(frozen=True)
class Reached:
    """What the tests of one file reach."""

    costs_s: dict[str, float]
    lines: dict[str, dict[str, list[int]]]
    """By file of the app, then by test."""


class Reach:
    """What all unit tests reach."""

    def __init__(self, found: Iterable[Reached]) -> None:
        self._costs_s: dict[str, float] = {}
        self._lines: dict[str, dict[str, set[int]]] = {}
        for reached in found:
            self._costs_s |= reached.costs_s
            for path, tests in reached.lines.items():
                for test, lines in tests.items():
                    self._lines.setdefault(path, {}).setdefault(test, set()).update(lines)

    def of(self, root: Path, path: str, line: int) -> list[Test]:
        """Return the tests to run for a fault on this line: the module's own first, cheap first.

        What runs at import, or once in a process, is reached by all tests of the module and of
        those that import it.
        """
        lines = _statement(root / path, line)
        tests = {test for test, reached in self._tests(path) if lines & reached}
        paths = [path]
        is_once = len(tests) <= 1 and not any(mirrors(test, path) for test in tests)
        is_constant = not _is_in_function(root / path, line)
        if is_once or AT_IMPORT in tests or is_constant:
            paths = self._importing(root, path)
            tests = {test for other in paths for test, _ in self._tests(other)}
        tests |= {test for test in self._costs_s if any(mirrors(test, each) for each in paths)}
        looking = {_OF_CLASSES: _is_of_class(root / path, line), _OF_LIMITS: is_constant}
        tests |= {test for test in self._costs_s if looking.get(test.partition("::")[0])}
        found = [Test(test, self._costs_s[test]) for test in tests if test in self._costs_s]

        def order(test: Test) -> tuple[bool, int, float, str]:
            is_first = looking.get(test.file, False)
            return not is_first, -_nearness(test.file, path), test.cost_s, test.id

        return sorted(found, key=order)

    def _importing(self, root: Path, path: str) -> list[str]:
        """Return a module and those that import it; where no test reaches these but by importing
        them, as a table that is part of another table, those that import them as well."""
        paths = added = [path]
        while added:
            added = [
                other
                for other in self._lines
                if other not in paths and any(_imports(root / other, each) for each in added)
            ]
            paths = paths + added
            if any(test in self._costs_s for each in paths for test, _ in self._tests(each)):
                break
        return paths

    def _tests(self, path: str) -> Iterable[tuple[str, set[int]]]:
        return self._lines.get(path, {}).items()


def mirrors(test: str, path: str) -> bool:
    """Tell whether this test's file is named after the module, in the folder that mirrors it."""
    module = PurePosixPath(path)
    wanted = PurePosixPath("tests/unit") / module.parent / f"test_{module.stem}.py"
    return test.startswith(f"{wanted}::")


def test_files(root: Path) -> list[str]:
    """Return the files whose tests are run, relative to the repository."""
    tests = root / "tests" / "unit"
    return [
        path.relative_to(root).as_posix()
        for path in sorted(tests.rglob("test_*.py"))
        if path.relative_to(tests).parts[0] not in _OTHER_ROOMS and path.stem not in _OF_FILES
    ]


def key(root: Path, shipped: Sequence[str], test_file: str) -> str:
    """Name what a test file reaches with: itself, the app, the fakes, its folders' helpers."""
    fakes = sorted((root / "tests" / "fakes").glob("*.py"))
    helpers = [
        path
        for folder in (root / test_file).relative_to(root / "tests").parents
        for path in sorted((root / "tests" / folder).glob("*.py"))
        if not path.name.startswith("test_")
    ]
    texts = [*(root / path for path in shipped), *fakes, *helpers, root / test_file]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in texts)).hexdigest()


def read(kept: Path, key: str) -> Reached | None:
    """Return what an earlier run found, while nothing has changed."""
    if not kept.exists():
        return None
    found = json.loads(kept.read_text(encoding="utf-8"))
    return Reached(found["costs_s"], found["lines"]) if found["key"] == key else None


def write(kept: Path, key: str, reached: Reached) -> None:
    """Keep it for the next run."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    found = {"key": key, "costs_s": reached.costs_s, "lines": reached.lines}
    kept.write_text(json.dumps(found), encoding="utf-8")


def _nearness(test_file: str, path: str) -> int:
    """Count the folders that a test has in common with a module, its name included."""
    own = [*PurePosixPath(test_file).parts[2:-1], PurePosixPath(test_file).stem]
    wanted = [*PurePosixPath(path).parts[:-1], "test_" + PurePosixPath(path).stem]
    return next((at for at, (a, b) in enumerate(zip(own, wanted, strict=False)) if a != b), 99)


def _statement(path: Path, line: int) -> set[int]:
    """Return the lines of the smallest statement around this one; of a compound its head only."""
    around = list(_heads(_parsed(path), line))
    around.sort(key=len)
    return set(around[0]) if around else {line}


def _heads(tree: ast.AST, line: int) -> Iterator[range]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            decorators = [item.lineno for item in getattr(node, "decorator_list", [])]
            head = range(min(node.lineno, *decorators, node.lineno), max(end, node.lineno) + 1)
            if line in head:
                yield head


def _is_of_class(path: Path, line: int) -> bool:
    """Whether this is the head of a class, or one of its fields."""
    return not _is_in_function(path, line) and any(
        min(node.lineno, *(each.lineno for each in node.decorator_list), node.lineno)
        <= line
        <= (node.end_lineno or line)
        for node in ast.walk(_parsed(path))
        if isinstance(node, ast.ClassDef)
    )


def _is_in_function(path: Path, line: int) -> bool:
    return any(
        node.body[0].lineno <= line <= (node.end_lineno or line)
        for node in ast.walk(_parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports(importer: Path, path: str) -> bool:
    package, _, module = path.removesuffix(".py").replace("/", ".").rpartition(".")
    for node in ast.walk(_parsed(importer)):
        if isinstance(node, ast.ImportFrom):
            if node.module == f"{package}.{module}".strip("."):
                return True
            if node.module == package and module in {alias.name for alias in node.names}:
                return True
    return False
