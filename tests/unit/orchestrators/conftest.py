"""One world for each test, whose policy allows everything."""

from collections.abc import Iterator

import pytest

from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import Journal


@pytest.fixture
def harness() -> Iterator[AppHarness]:
    with AppHarness().open() as world:
        yield world


@pytest.fixture
def journal(harness: AppHarness) -> Journal:
    return Journal(harness)
