"""Whether the VM that a restore was to create is there: it, and no other of its name."""

from datetime import timedelta
from typing import Any

import pytest

from restore.messages import errors
from tests.unit.arm.fakes import NOW, VM, Script, backup, refusal, reply


def _vm(**properties: Any) -> Script:
    return Script(reply(200, {"id": VM, "properties": properties}))


@pytest.mark.parametrize(
    ("properties", "is_new"),
    [
        ({"timeCreated": "2026-07-26T15:16:30.1234567+00:00"}, True),
        ({"provisioningState": "Succeeded", "timeCreated": "2026-07-26T15:16:30Z"}, True),
        ({"provisioningState": "Succeeded", "timeCreated": "2026-07-25T15:16:05Z"}, False),
        ({"provisioningState": "Failed", "timeCreated": "2026-07-26T15:16:30Z"}, False),
        ({"provisioningState": "Updating"}, True),
        ({"timeCreated": "soon"}, True),
        ({}, True),
    ],
)
def test_a_vm_counts_that_was_created_by_then(properties: dict[str, Any], is_new: bool) -> None:
    assert backup(_vm(**properties)).vms.has_new(VM, NOW) is is_new


def test_clocks_may_differ_a_little_and_the_jobs_start_may_be_unknown() -> None:
    created = (NOW - timedelta(seconds=30)).isoformat()
    assert backup(_vm(timeCreated=created)).vms.has_new(VM, NOW)
    assert backup(_vm(timeCreated="2020-01-01T00:00:00Z")).vms.has_new(VM, None)


def test_a_vm_that_is_not_there_is_none_and_one_that_may_not_be_seen_is_not_known() -> None:
    assert not backup(Script(refusal(404, "ResourceNotFound"))).vms.has_new(VM, NOW)
    with pytest.raises(errors.AccessDenied):
        backup(Script(refusal(403, "AuthorizationFailed"))).vms.has_new(VM, NOW)
