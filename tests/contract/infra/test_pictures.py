"""What a deployment would make is kept, so that a change shows in review; twice it is the same."""

import re

import pytest

from tests.contract.infra.conftest import kept
from tests.contract.infra.rules import Json
from tools import bicep

needs_compiler = pytest.mark.skipif(bicep.find() is None, reason=bicep.MISSING)
HOW = "meant? Draw them anew: .venv/bin/python -m tools.bicep pictures"


@needs_compiler
def test_what_is_made_is_what_is_kept(picture: str) -> None:
    assert bicep.snapshot(bicep.inputs(picture)) == kept(picture), HOW


@needs_compiler
def test_doing_it_again_gives_the_same() -> None:
    again = [bicep.snapshot(bicep.inputs("default")) for _ in range(2)]
    assert again == [kept("default")] * 2


@needs_compiler
def test_a_change_of_a_parameter_shows() -> None:
    other = bicep.inputs("default") | {"MAXIMUM_INSTANCE_COUNT": "41"}
    assert bicep.snapshot(other) != kept("default")


def test_the_kept_pictures_are_written_as_the_tool_writes_them(picture: str) -> None:
    assert (bicep.PICTURES / f"{picture}.json").read_text() == bicep.told(kept(picture))


def test_what_is_given_in_the_one_picture_is_a_default_in_the_other() -> None:
    """The two together put every parameter to both uses."""
    assert bicep.inputs("default").keys() == {"AZURE_ENV_NAME", "AZURE_LOCATION"}
    parameters = (bicep.INFRA / "main.bicepparam").read_text()
    read = set(_read(parameters))
    assert read == bicep.inputs("everything").keys()


def test_a_made_resource_says_the_environment_that_it_belongs_to(made: list[Json]) -> None:
    tagged = [each for each in made if "tags" in each]
    assert tagged
    (name,) = {each["tags"]["azd-env-name"] for each in tagged}
    assert name in {"dev", "prod"}


def test_two_pictures_share_no_name(picture: str) -> None:
    others = [name for name in bicep.names() if name != picture]
    mine = _ids(kept(picture))
    assert all(not mine & _ids(kept(other)) for other in others)


def _ids(made: Json) -> set[str]:
    return {each["id"] for each in made["predictedResources"]}


def _read(parameters: str) -> list[str]:
    return re.findall(r"readEnvironmentVariable\('(\w+)'", parameters.replace("\n", ""))
