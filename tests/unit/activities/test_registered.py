"""What orchestrators call is what the app has, by the very same names."""

import re
from pathlib import Path

from restore.messages import names
from tests.fakes.laboratory import worker

_SOURCE = Path(names.__file__).read_text("utf-8")


def named(heading: str) -> set[str]:
    """The names that stand under a heading of names.py."""
    section = _SOURCE.partition(f"# {heading}\n")[2].partition("\n\n")[0]
    return set(re.findall(r'= "(\w+)"', section))


def test_every_activity_is_registered_under_its_name() -> None:
    assert named("activities")
    assert [name for name in named("activities") if not worker().has_activity(name)] == []


def test_every_orchestrator_is_registered_under_its_name() -> None:
    assert named("orchestrators") == set(worker().orchestrator_names())
