"""A job's protected item is known by its container; the job's type by what the service notes."""

from typing import Any

import msgspec
import pytest

from arm import arm_json, job_json
from restore.messages import errors
from restore.messages.model import JobSnapshot
from tests.unit.arm import samples
from tests.unit.arm.fakes import VAULT, Script, backup, reply

HERE = reply(200, {"location": "westeurope"})


def job(**changes: Any) -> JobSnapshot:
    found = arm_json.job(samples.JOB)
    assert found is not None
    return msgspec.structs.replace(found, **changes)


def find(snapshot: JobSnapshot, *items: Any) -> str:
    listed = reply(200, {"value": list(items)})
    return backup(Script(listed, HERE)).find_item_of_job(VAULT, snapshot).source_resource_id


def test_the_item_is_found_by_the_jobs_container_in_any_case_and_without_its_head() -> None:
    container = job().container_name or ""
    wanted = samples.vm("sql-01", "rg-contoso-green")
    for spelled in (container, container.upper(), f"IaasVMContainer;{container}"):
        assert find(job(container_name=spelled), *samples.ITEMS) == wanted


def test_a_namesake_in_another_group_is_another_vm() -> None:
    other = "iaasvmcontainerv2;rg-contoso-blue;sql-01"
    with pytest.raises(errors.NotFound) as caught:
        find(job(container_name=other), samples.ITEM)
    assert caught.value.code == "ProtectedItemNotFound"
    assert "(sql-01)" in caught.value.message


def test_a_job_that_names_its_vm_alone_may_be_any_of_that_names() -> None:
    twin = msgspec.json.decode(
        msgspec.json.encode(samples.ITEM).replace(b"rg-contoso-green", b"rg-contoso-blue")
    )
    bare = job(container_name=None)
    assert find(bare, samples.ITEM) == samples.vm("sql-01", "rg-contoso-green")
    with pytest.raises(errors.NotFound, match="several of the vault have its name"):
        find(bare, samples.ITEM, twin)


@pytest.mark.parametrize("items", [[], [None, 7, {"id": 3}, {"properties": {}}]])
def test_a_vault_without_it_is_said_to_have_none(items: list[Any]) -> None:
    with pytest.raises(errors.NotFound, match="holds no backup of the VM that the job is about"):
        find(job(), *items)


@pytest.mark.parametrize(
    ("bag", "kind"),
    [
        ({"restoreLocationType": "AlternateLocation"}, "AlternateLocation"),
        ({"restoreLocationType": "OriginalLocation"}, "OriginalLocation"),
        ({"restoreLocationType": "RestoreDisks"}, "RestoreDisks"),
        ({"restoreLocationType": "Wiederherstellen"}, None),
        ({"restoreLocationType": 7}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_type_of_a_job_is_one_that_is_known_or_none(bag: Any, kind: str | None) -> None:
    assert job_json.recovery_type({"internalPropertyBag": bag}) == kind
    assert job().recovery_type == "AlternateLocation"
