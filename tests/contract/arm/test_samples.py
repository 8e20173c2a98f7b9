"""Our samples of Azure's answers are models of Microsoft's library, and shapes that were seen."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import pytest
from azure.mgmt.recoveryservicesbackup import models

from arm import arm_json, errors
from arm.long_running import poll_urls
from tests import sdk_models, spec_folder
from tests.unit.arm import samples
from tests.unit.arm.fakes import VAULT, Script, backup, reply

OBSERVED, EXAMPLES = ("response", "body"), ("responses", "200", "body")


class Seen(NamedTuple):
    """A sample, the model that it is, and the place in the spec folder where its like is."""

    sample: Any
    model: Any
    file: str
    place: tuple[str | int, ...] = OBSERVED

    def there(self) -> Any:
        """What is there."""
        found = spec_folder.read(f"{self.file}.json")
        for step in self.place:
            found = found[step]
        return found


_ITEMS = "observed/protecteditems_list_same_name_2026-07"
_POINTS = "2026-10-01/examples/AzureIaasVm/RecoveryPoints_List"
_TRIGGER = "observed/restore_trigger_alr_202_2026-07"
_ITEM, _POINT = models.ProtectedItemResource, models.RecoveryPointResource
_JOB, _OPERATION, _ERROR = models.JobResource, models.OperationStatus, models.ErrorResponse
ITEMS = {
    "item with points": Seen(samples.ITEMS[0], _ITEM, _ITEMS, (*OBSERVED, "value", 0)),
    "stopped item": Seen(samples.STOPPED_ITEM, _ITEM, _ITEMS, (*OBSERVED, "value", 1)),
    "item": Seen(samples.ITEM, _ITEM, _ITEMS, (*OBSERVED, "value", 2)),
    "classic item": Seen(
        samples.CLASSIC_ITEM,
        _ITEM,
        "2026-10-01/examples/AzureIaasVm/BackupProtectedItems_List",
        (*EXAMPLES, "value", 0),
    ),
}
POINTS = {
    "point": Seen(samples.POINT, _POINT, "observed/recoverypoint_get_2026-07"),
    "vaulted point": Seen(samples.POINTS[0], _POINT, _POINTS, (*EXAMPLES, "value", 0)),
    "rehydrated point": Seen(samples.POINTS[1], _POINT, _POINTS, (*EXAMPLES, "value", 1)),
    "edge zone's point": Seen(samples.POINTS[2], _POINT, _POINTS, (*EXAMPLES, "value", 2)),
}
JOBS = {
    "job": Seen(samples.JOB, _JOB, "observed/job_restore_alr_inprogress_2026-07"),
    "job in numbers": Seen(
        samples.JOB_IN_NUMBERS, None, "observed/job_restore_alr_inprogress_2022-05"
    ),
    "listed job": Seen(
        samples.LISTED_JOB,
        _JOB,
        "2026-10-01/examples/Common/ListJobsWithAllSupportedFilters",
        (*EXAMPLES, "value", 0),
    ),
}
OPERATIONS = {
    "running": Seen(samples.RUNNING, _OPERATION, "observed/operation_status_inprogress_2022-05"),
    "succeeded": Seen(samples.SUCCEEDED, _OPERATION, "observed/operation_status_succeeded_2026-07"),
    "succeeded with another job": Seen(
        samples.SUCCEEDED_WITH_OTHER_JOB,
        _OPERATION,
        "observed/operation_status_inprogress_2022-05",
        ("later", "body"),
    ),
}
ERRORS = {
    "not found": Seen(samples.NOT_FOUND, _ERROR, "observed/error_404_vault_not_found_2026-09"),
    "conflict": Seen(samples.CONFLICT, _ERROR, "observed/error_409_conflict_2026-09"),
}
SENT = {
    "body": Seen(samples.BODY, models.RestoreRequestResource, _TRIGGER, ("request", "body")),
    "headers": Seen(samples.ACCEPTED_HEADERS, None, _TRIGGER, ("response", "headers")),
}
ALL = ITEMS | POINTS | JOBS | OPERATIONS | ERRORS | SENT
MODELS = [name for name, one in ALL.items() if one.model]

Read = Callable[[Any], Any]


def _item(raw: Any) -> Any:
    return arm_json.protected_item(raw, VAULT, "westeurope")


def _operation(raw: Any) -> Any:
    return backup(Script(reply(200, raw))).read_operation(VAULT, "op", None)


def _error(raw: Any) -> Any:
    return errors.to_failure(raw["error"])


READERS: dict[str, Read] = {
    **dict.fromkeys(ITEMS, _item),
    **dict.fromkeys(POINTS, arm_json.recovery_point),
    **dict.fromkeys(JOBS, arm_json.job),
    **dict.fromkeys(OPERATIONS, _operation),
    **dict.fromkeys(ERRORS, _error),
    "headers": poll_urls,
}


def _shape(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The place and the type of each value; the places in a list are one."""
    yield path, type(value).__name__
    inner = value.items() if isinstance(value, dict) else ()
    for key, one in inner:
        yield from _shape(one, f"{path}.{key}")
    for one in value if isinstance(value, list) else ():
        yield from _shape(one, f"{path}[]")


def _told(read: Any) -> dict[str, str]:
    """What a reader says of each field: nothing, or something of a type."""
    return {name: type(value).__name__ for name, value in msgspec.to_builtins(read).items()}


@pytest.mark.parametrize("name", MODELS)
def test_a_sample_is_a_model(name: str) -> None:
    found = sdk_models.problems(ALL[name].sample, ALL[name].model, sent=name in SENT)
    assert found == []


def test_only_numbers_for_words_make_the_old_job_no_model() -> None:
    found = sdk_models.problems(samples.JOB_IN_NUMBERS, models.JobResource)
    assert found == ["$.properties.actionsInfo[0]: 1 is no JobSupportedAction"]


@pytest.mark.spec
@pytest.mark.parametrize("name", MODELS)
def test_what_was_seen_is_a_model(name: str) -> None:
    """So the models, and the table of what they lack, speak of the real service."""
    found = sdk_models.problems(ALL[name].there(), ALL[name].model, sent=name in SENT)
    assert found == []


@pytest.mark.spec
@pytest.mark.parametrize("name", ALL)
def test_a_sample_has_nothing_that_was_not_seen(name: str) -> None:
    assert set(_shape(ALL[name].sample)) <= set(_shape(ALL[name].there()))


@pytest.mark.spec
@pytest.mark.parametrize("name", READERS)
def test_what_was_seen_is_read_as_its_sample_is(name: str) -> None:
    read = READERS[name]
    assert _told(read(ALL[name].there())) == _told(read(ALL[name].sample))
