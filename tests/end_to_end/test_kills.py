"""kill -9 while restores are in flight: every verdict comes, and each restore was sent once.

All flights are up at the same time, a few at once; each test waits for its own.
KILL_SEED=n flies again with the dice of a run that failed.
"""

import os
import random
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from devhost.azurite import Azurite
from tests.end_to_end.engines import why_not
from tests.end_to_end.flights import FLIGHTS, LAND_S_MAX, Landed, fly

AT_ONCE = 3
FLIGHT_S_MAX = 3 * LAND_S_MAX


@pytest.fixture(scope="module")
def flights(
    request: pytest.FixtureRequest, azurite: Azurite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[Landed]]]:
    """Every flight that a test of this run waits for and that can fly here, begun."""
    assert azurite.ports, "where one Azurite runs, another can"
    seed = int(os.environ.get("KILL_SEED") or random.randrange(10**6))
    ids = " ".join(item.nodeid for item in request.session.items)
    with ThreadPoolExecutor(AT_ONCE, "flight") as runway:
        yield {
            name: runway.submit(fly, flight, tmp_path_factory.mktemp("flight"), seed)
            for name, flight in FLIGHTS.items()
            if f"[{name}]" in ids and why_not(flight.engine) is None
        }


@pytest.mark.slow
@pytest.mark.parametrize("name", FLIGHTS)
def test_every_restore_ends_and_was_sent_once_though_this_was_killed(
    flights: dict[str, Future[Landed]], name: str
) -> None:
    flight = FLIGHTS[name]
    reason = why_not(flight.engine)
    if reason:
        pytest.skip(reason)
    landed = flights[name].result(FLIGHT_S_MAX)
    again = f"fly again with KILL_SEED={landed.seed}: {landed}"
    assert landed.killed.total() == flight.kills + flight.exits, again
    assert landed.verdicts == {"Completed": flight.restores}, again
    assert list(landed.posts.values()) == [1] * flight.restores, again
    assert (landed.lost, landed.poison) == ([], 0), again
