"""Pictures of what is made, and the compiler where it is."""

import copy
import json

import pytest

from tests.contract.infra.rules import Json
from tools import bicep


@pytest.fixture(params=bicep.names())
def picture(request: pytest.FixtureRequest) -> str:
    """Each kept picture in turn."""
    name: str = request.param
    return name


@pytest.fixture
def made(picture: str) -> list[Json]:
    """What is made, as kept; a copy to plant faults in."""
    return copy.deepcopy(kept(picture)["predictedResources"])


def kept(name: str) -> Json:
    """One picture as it is kept."""
    found: Json = json.loads((bicep.PICTURES / f"{name}.json").read_text())
    return found


@pytest.fixture(scope="session")
def template() -> Json:
    """The compiled template."""
    if bicep.find() is None:
        pytest.skip(bicep.MISSING)
    return bicep.build()
