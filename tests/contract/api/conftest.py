"""The app on devhost, for tests that go over its whole HTTP surface."""

from collections.abc import Iterator

import pytest

from devhost.azurite import Azurite
from devhost.starting import BadStart
from tests.end_to_end.engines import EMBEDDED, on_devhost
from tests.end_to_end.harness import HostHarness


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostHarness]:
    azurite = Azurite()
    try:
        azurite.start()
    except BadStart as error:
        pytest.skip(str(error))
    try:
        with on_devhost(azurite, tmp_path_factory.mktemp("api"), EMBEDDED) as (it, _):
            it.make_queue()
            yield it
    finally:
        azurite.stop()
