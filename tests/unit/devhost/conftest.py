"""Apps made by a test leave nothing behind in this process."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture
def _imports_are_undone() -> Iterator[None]:
    modules, path = dict(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - set(modules):
        if name == "function_app":
            del sys.modules[name]
    sys.modules.update(modules)
    sys.path[:] = path
