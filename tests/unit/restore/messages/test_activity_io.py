"""An input of another version is refused: it may leave out what this version relies on."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from restore.messages.activity_io import RESTORE_VERSION, Restore
from restore.messages.poll_policy import PollPolicy
from tests.fakes.app_harness import START
from tests.unit.restore import samples


def restore(**more: Any) -> Restore:
    plain: dict[str, Any] = {
        "request": samples.parsed(samples.DISKS | {"deadline": "PT2H"}),
        "poll_policy": PollPolicy(),
        "version": RESTORE_VERSION,
    }
    return Restore(**plain | more)


def test_an_input_of_this_version_is_read() -> None:
    document = restore().as_json()
    assert document["version"] == RESTORE_VERSION == 2
    assert Restore.from_json(document) == restore()
    assert (restore().source, restore().revival) == ("unknown", 0)


@pytest.mark.parametrize("version", [0, 1, 3, -2, "2", None])
def test_an_input_of_another_version_is_refused(version: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        Restore.from_json(restore().as_json() | {"version": version})


def test_an_input_without_a_version_is_refused() -> None:
    document = restore().as_json()
    del document["version"]
    with pytest.raises(msgspec.ValidationError):
        Restore.from_json(document)


def test_a_deadline_is_counted_from_when_the_clock_runs() -> None:
    assert restore().until(START) == START + timedelta(hours=2)
    assert restore().asked.request_id == "r-1"
