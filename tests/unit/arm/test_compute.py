"""A VM that is there or not, where it is, and its disks: Azure's answer, never a guess."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arm import compute
from restore.messages.disks import NAME_CHARS_MAX, GroupDisk, VmDisk
from restore.messages.errors import AccessDenied, NotFound, ServiceUnavailable
from restore.messages.verification import VmState
from tests.unit.arm.fakes import ENDPOINT, NOW, Script, client, refusal, reply

VM = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/"
    "Microsoft.Compute/virtualMachines/web-01"
)


def error(status: int, code: str) -> Any:
    return reply(status, {"error": {"code": code, "message": "Said so."}})


def test_the_region_is_read_from_the_vm() -> None:
    script = Script(reply(200, {"location": "westeurope"}))
    assert compute.read_vm_region(client(script), VM) == "westeurope"
    assert script.sent[0].url.endswith(f"{VM}?api-version=2024-07-01")


def test_a_vm_that_is_gone_asks_for_its_vault() -> None:
    script = Script(error(404, "ResourceNotFound"))
    with pytest.raises(NotFound) as caught:
        compute.read_vm_region(client(script), VM)
    told = caught.value
    assert (told.code, told.doing) == ("VirtualMachineNotFound", "find the VM's region")
    assert "Give the request a vaultId" in told.message
    assert told.details[0].startswith("ResourceNotFound: ")


def test_a_vm_that_may_not_be_read_asks_for_the_right_or_the_vault() -> None:
    with pytest.raises(AccessDenied) as caught:
        compute.read_vm_region(client(Script(error(403, "AuthorizationFailed"))), VM)
    assert caught.value.code == "AuthorizationFailed"
    assert "must be allowed to read the VM. Give the request a vaultId" in caught.value.message


@pytest.mark.parametrize("location", [None, 7, ""])
def test_a_vm_without_a_region_is_a_malformed_reply(location: Any) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        compute.read_vm_region(client(Script(reply(200, {"location": location}))), VM)
    assert caught.value.code == "MalformedReply"


def test_a_vm_exists_or_not_and_what_is_refused_is_neither() -> None:
    assert compute.has_vm(client(Script(reply(200, {}))), VM) is True
    assert compute.has_vm(client(Script(error(404, "ResourceNotFound"))), VM) is False
    with pytest.raises(AccessDenied):
        compute.has_vm(client(Script(error(403, "AuthorizationFailed"))), VM)


def disks(profile: Any) -> tuple[VmDisk, ...]:
    body = {"properties": {"storageProfile": profile}}
    return compute.read_vm_disks(client(Script(reply(200, body))), VM)


def test_the_os_disk_comes_first_and_data_disks_keep_their_luns() -> None:
    data = [{"name": "d0", "lun": 0}, {"name": "d5", "lun": 5}, {"name": "x"}, "y", {"lun": 1}]
    found = disks({"osDisk": {"name": "os"}, "dataDisks": [*data, {"name": "b", "lun": True}]})
    assert found == (VmDisk(name="os"), VmDisk(name="d0", lun=0), VmDisk(name="d5", lun=5))


@pytest.mark.parametrize("profile", [None, 3, {}, {"dataDisks": 3}, {"osDisk": None}])
def test_a_profile_that_says_nothing_has_no_disks(profile: Any) -> None:
    assert disks(profile) == ()


def test_two_hundred_data_disks_are_read_and_long_names_shortened() -> None:
    many = [{"name": f"d{number}", "lun": number} for number in range(201)]
    assert len(disks({"osDisk": {"name": "o" * 261}, "dataDisks": many})) == 201
    assert len(disks({"osDisk": {"name": "o" * 261}})[0].name) == NAME_CHARS_MAX


STATUS = {"code": "ProvisioningState/succeeded", "displayStatus": "Ready", "message": "It works."}
VIEW = {
    "statuses": [{"code": "ProvisioningState/succeeded"}, {"code": "PowerState/running"}],
    "vmAgent": {"statuses": [{**STATUS, "time": "2026-11-23T03:00:00.1234567Z"}]},
}


def state(**properties: Any) -> VmState:
    return compute.read_vm_state(client(Script(reply(200, {"properties": properties}))), VM)


def test_how_a_vm_runs_is_read_in_one_call_with_its_instance_view() -> None:
    body = {"provisioningState": "succeeded", "timeCreated": "2026-11-23T02:00:00Z"}
    script = Script(reply(200, {"properties": body | {"instanceView": VIEW}}))
    assert compute.read_vm_state(client(script), VM) == VmState(
        exists=True,
        provisioning="Succeeded",
        power="running",
        agent="ProvisioningState/succeeded",
        agent_text="Ready: It works.",
        agent_at=datetime(2026, 11, 23, 3, 0, 0, 123456, tzinfo=UTC),
        created_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
    )
    (sent,) = script.sent
    assert sent.url.endswith(f"{VM}?api-version=2024-07-01&$expand=instanceView")


def test_a_vm_that_is_not_there_is_an_answer_and_a_refusal_is_none() -> None:
    gone = client(Script(error(404, "ResourceNotFound")))
    assert compute.read_vm_state(gone, VM) == VmState(exists=False)
    with pytest.raises(AccessDenied):
        compute.read_vm_state(client(Script(error(403, "AuthorizationFailed"))), VM)


@pytest.mark.parametrize(
    "view",
    [None, 3, {}, {"statuses": 3, "vmAgent": 3}, {"statuses": [3], "vmAgent": {"statuses": []}}],
)
def test_an_instance_view_that_says_nothing_says_nothing_of_the_vm(view: Any) -> None:
    assert state(instanceView=view) == VmState(exists=True)


def test_words_that_azure_does_not_document_are_told_as_others() -> None:
    view = {"statuses": [{"code": "PowerState/hibernated"}]}
    told = state(provisioningState="Sleeping", instanceView=view)
    assert (told.provisioning, told.power) == ("other: Sleeping", "other: hibernated")


GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"


def test_a_groups_disks_are_read_page_by_page_with_what_tells_whose_they_are() -> None:
    made = {"timeCreated": "2026-11-23T03:00:00Z"}
    attached = {"name": "data", "managedBy": VM, "properties": made}
    path = f"{GROUP}/providers/Microsoft.Compute/disks?api-version=2024-03-02"
    script = Script(
        reply(
            200,
            {
                "value": [
                    {"name": "os", "properties": {**made, "osType": "Linux"}},
                    3,
                    {"name": 7},
                ],
                "nextLink": f"{ENDPOINT}{path}&$skiptoken=2",
            },
        ),
        reply(200, {"value": [attached]}),
    )
    made_at = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    assert compute.read_group_disks(client(script), GROUP) == (
        GroupDisk(name="os", is_os=True, created_at=made_at),
        GroupDisk(name="data", is_attached=True, created_at=made_at),
    )
    assert script.sent[0].url == f"{ENDPOINT}{path}"


def test_tags_are_texts_of_a_bounded_length() -> None:
    longest = 512 + 256
    tags = {
        "a": "b", "n": 7, "none": None, "list": ["x"],
        "k": "x" * (longest - 1), "kk": "x" * (longest - 1),
    }  # fmt: skip
    script = Script(reply(200, {"tags": tags}))
    assert compute.read_vm_tags(client(script), VM) == {"a": "b", "k": "x" * (longest - 1)}
    odd: object
    for odd in (None, [], "text"):
        assert compute.read_vm_tags(client(Script(reply(200, {"tags": odd}))), VM) == {}


def test_a_vm_is_new_if_it_was_made_since() -> None:
    def is_new(after_s: float | None, state: str = "Succeeded") -> bool:
        made = None if after_s is None else (NOW + timedelta(seconds=after_s)).isoformat()
        body = {"properties": {"provisioningState": state, "timeCreated": made}}
        return compute.has_new_vm(client(Script(reply(200, body))), VM, NOW)

    clocks_s = 120
    assert is_new(0)
    assert is_new(-clocks_s)
    assert not is_new(-clocks_s - 1)
    assert is_new(None)
    assert not is_new(0, "Failed")
    assert not compute.has_new_vm(client(Script(refusal(404, "ResourceNotFound"))), VM, NOW)
