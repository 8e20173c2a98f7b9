"""The fixtures of the end-to-end tests; what they run on is in engines.py."""

from collections.abc import Iterator

import pytest

from devhost.azurite import Azurite
from devhost.starting import BadStart
from tests.end_to_end.engines import ENGINES, stage_on, why_not
from tests.end_to_end.harness import HostHarness


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """One storage account; skipped with the reason where Azurite cannot start."""
    running = Azurite()
    try:
        running.start()
    except BadStart as error:
        pytest.skip(str(error))
    yield running
    running.stop()


@pytest.fixture(scope="session", params=ENGINES)
def harness(
    request: pytest.FixtureRequest, azurite: Azurite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[HostHarness]:
    """The app on each engine in turn."""
    reason = why_not(request.param)
    if reason:
        pytest.skip(reason)
    assert azurite.ports, "where one Azurite runs, another can"
    with stage_on(request.param, tmp_path_factory.mktemp("host")) as running:
        yield running
