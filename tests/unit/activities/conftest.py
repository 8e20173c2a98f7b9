"""One world for each test, whose policy allows everything."""

from collections.abc import Iterator

import pytest

from tests.fakes.laboratory import Laboratory
from tests.unit.orchestrators.journal import Journal


@pytest.fixture
def laboratory() -> Iterator[Laboratory]:
    with Laboratory().open() as world:
        yield world


@pytest.fixture
def journal(laboratory: Laboratory) -> Journal:
    return Journal(laboratory)
