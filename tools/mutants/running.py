"""Runs unit tests with one module's text replaced."""

import sys
import warnings
from collections.abc import Sequence
from enum import Enum
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from tools.mutants.forking import forked
from tools.mutants.reach import Test

OPTIONS = (
    "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:schemathesis",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip


class Ending(Enum):
    """How the tests of one fault ended."""

    SURVIVED = 10
    NOTICED = 11
    NO_IMPORT = 12
    """The module can no longer be imported: nobody needs a test to notice that."""
    TOO_LONG = 13
    """An endless loop, most likely: noticed."""


def run(root: Path, path: str, text: str, tests: Sequence[Test], limit_s: int) -> Ending:
    """Run these tests with a module's text replaced, until one fails.

    limit_s is in seconds of processor time.
    """

    def with_fault() -> int:
        sys.meta_path.insert(0, _Replacing(root, path, text))
        try:
            import_module(_module(path))
        except Exception:
            return Ending.NO_IMPORT.value
        files = list(dict.fromkeys(test.file for test in tests))
        ended = pytest.main([*OPTIONS, "-x", "--tb=line", *files], plugins=[_Chosen(tests)])
        return Ending.SURVIVED.value if ended == pytest.ExitCode.OK else Ending.NOTICED.value

    ended = forked(with_fault, limit_s, root / ".cache" / "mutants" / "last-run.txt")
    return Ending.TOO_LONG if ended is None else Ending(ended)


class _Chosen:
    """A pytest plugin that keeps the chosen tests, in their order."""

    def __init__(self, tests: Sequence[Test]) -> None:
        self._order = {test.id: at for at, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order),
            key=lambda item: self._order[item.nodeid],
        )


class _Replacing(MetaPathFinder):
    """Finds one module, with another text than its file has."""

    def __init__(self, root: Path, path: str, text: str) -> None:
        self._module = _module(path)
        self._file = str(root / path)
        self._text = text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != self._module:
            return None
        loader = _Loader(fullname, self._file, self._text)
        return spec_from_file_location(fullname, self._file, loader=loader)


class _Loader(SourceFileLoader):
    def __init__(self, fullname: str, path: str, text: str) -> None:
        super().__init__(fullname, path)
        self._code_text = text

    def get_code(self, fullname: str) -> CodeType:
        del fullname
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            code: CodeType = compile(self._code_text, self.path, "exec", dont_inherit=True)
        return code


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
