"""Runs all unit tests once without a fault, to know which lines each of them reaches."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from tools.mutants import reach
from tools.mutants.forking import forked
from tools.mutants.reach import Reach, Reached
from tools.mutants.running import OPTIONS

_LIMIT_S = 1800


def traced(root: Path, shipped: Sequence[str]) -> Reach:
    """Return what the unit tests reach; what has not changed since the last time is not run.

    Raises RuntimeError when a test fails: then nothing can be said about faults.
    """
    cache = root / ".cache" / "mutants"
    keys = {file: reach.key(root, shipped, file) for file in reach.test_files(root)}
    kept = {file: cache / "reach" / (file.replace("/", ".") + ".json") for file in keys}
    stale = [file for file, key in keys.items() if reach.read(kept[file], key) is None]

    def trace() -> int:
        tracing = _Tracing(root)
        ended = int(pytest.main([*OPTIONS, "--tb=short", *stale], plugins=[tracing]))
        for file in stale:
            reach.write(kept[file], keys[file], tracing.reached(shipped, file))
        return ended

    if stale:
        log = cache / "trace.txt"
        print(f"tracing {len(stale)} files of tests", flush=True)
        if forked(trace, _LIMIT_S, log) != 0:
            for file in stale:
                kept[file].unlink(missing_ok=True)
            raise RuntimeError(f"the unit tests fail without a fault; see {log}")
    return Reach(found for file in keys if (found := reach.read(kept[file], keys[file])))


class _Tracing:
    """A pytest plugin that notes cost and lines of each test."""

    def __init__(self, root: Path) -> None:
        coverage: Any = import_module("coverage")
        self._root = root
        self._costs_s: dict[str, float] = {}
        self._found: dict[str, dict[str, list[int]]] = {}
        self._coverage = coverage.Coverage(
            data_file=None, config_file=False, include=[f"{root}/*"], omit=[f"{root}/tests/*"]
        )
        self._coverage.start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(item.nodeid)
        began_s = process_time()
        try:
            return (yield)
        finally:
            self._costs_s[item.nodeid] = round(process_time() - began_s, 4)
            self._coverage.switch_context(reach.AT_IMPORT)

    def reached(self, shipped: Sequence[str], file: str) -> Reached:
        """Return what the tests of this file reached, and what was reached by importing it."""
        own = {test: cost for test, cost in self._costs_s.items() if test.startswith(f"{file}::")}
        wanted = {reach.AT_IMPORT, *own}
        lines: dict[str, dict[str, list[int]]] = {}
        for path in shipped:
            found = self._found.get(path) or self._lines(path)
            self._found[path] = found
            lines[path] = {test: found[test] for test in wanted & found.keys()}
        return Reached(own, {path: found for path, found in lines.items() if found})

    def _lines(self, path: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        by_line = self._coverage.get_data().contexts_by_lineno(str(self._root / path))
        for line, tests in by_line.items():
            for test in tests:
                found.setdefault(test, []).append(line)
        return found
