"""A template's words are replaced once, by parts of the VM's id, and every id is checked again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from restore.alerts import templates
from restore.alerts.restore_rules import PointRule, Template
from restore.messages.errors import InvalidRequest
from tests.alert_samples import APP, DISKS, FIRED, NEW_VM, RESTORED, vm


def made(restore: dict[str, Any], vm_id: str = vm(), **point: Any) -> Any:
    template = Template(name="t", restore=restore, point=PointRule(**point))
    return templates.request_of(template, vm_id, FIRED, "alert-1")


def test_the_vm_and_the_day_stand_in_what_is_made() -> None:
    request = made(NEW_VM)
    target = f"{RESTORED}/providers/Microsoft.Compute/virtualMachines/web-01-20261123-025510"
    assert request.target_virtual_machine_id == target
    assert request.source_resource_id == vm()
    assert request.request_id == "alert-1"


def test_the_group_and_the_subscription_stand_in_it_too() -> None:
    group = "/subscriptions/{vm.subscription}/resourceGroups/{vm.resourceGroup}"
    assert made(DISKS | {"targetResourceGroupId": group}).target_resource_group_id == APP


def test_the_same_alert_makes_the_same_request() -> None:
    assert made(NEW_VM) == made(NEW_VM)


def test_the_point_is_from_before_the_alert_and_not_too_old() -> None:
    request = made(DISKS)
    choice = request.recovery_point
    assert request.incident_at == FIRED
    assert choice.not_before == FIRED - timedelta(days=3)
    assert choice.preferred_consistency == "AppConsistent"
    assert (choice.not_after, choice.consistency, choice.tier, choice.max_age) == (None,) * 4


def test_a_rule_may_ask_for_another_point() -> None:
    choice = made(
        DISKS, before="PT15M", max_age="P10D", consistency="FileSystemConsistent",
        preferred_consistency=None, tier="VaultStandard",
    ).recovery_point  # fmt: skip
    assert choice.not_after == FIRED - timedelta(minutes=15)
    assert choice.not_before == FIRED - timedelta(days=10)
    assert (choice.consistency, choice.tier) == ("FileSystemConsistent", "VaultStandard")
    assert choice.preferred_consistency is None


@pytest.mark.parametrize(
    "name", ["{date}", "{vm.name}", "a{b", "x}{y", "$(whoami)", "..", "a;b", "{0.__class__}"]
)
def test_what_a_vms_name_holds_is_never_read_as_a_template(name: str) -> None:
    try:
        request = made(NEW_VM, vm(name))
    except InvalidRequest:
        return
    assert f"/{name}-20261123" in request.target_virtual_machine_id


@pytest.mark.parametrize("name", ["web?x=1", "web#x", "web&x", "a b", "a\u202eb", 'a"b'])
def test_a_name_that_no_id_has_makes_no_request(name: str) -> None:
    with pytest.raises(InvalidRequest):
        made(NEW_VM, vm(name))


def test_a_huge_result_is_no_id() -> None:
    with pytest.raises(InvalidRequest) as caught:
        made(DISKS | {"targetResourceGroupId": "{vm.name}" * 200}, vm("x" * 200))
    assert {each.path for each in caught.value.problems} == {"$.targetResourceGroupId"}


def test_replacing_in_place_confirms_the_vm_of_the_alert() -> None:
    fields = {"recoveryType": "OriginalLocation", "confirm": "{vm.name}"}
    request = made({"storageAccountId": DISKS["storageAccountId"]} | fields)
    assert request.confirm == "web-01"


def test_words_are_those_that_are_documented() -> None:
    assert templates.WORDS == ("vm.name", "vm.resourceGroup", "vm.subscription", "date", "time")
    odd = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert templates.words_of(vm(), odd)["date"] == "20260102"
    assert templates.words_of(vm(), odd)["time"] == "030405"


@pytest.mark.parametrize("around", ["list", "object"])
def test_a_template_is_nested_seven_deep_at_most(around: str) -> None:
    def nested(depth: int) -> Any:
        value: Any = "x"
        for _ in range(depth):
            value = [value] if around == "list" else {"a": value}
        return value

    step = "[0]" if around == "list" else ".a"
    assert list(templates.problems_of(nested(7), "$")) == []
    (problem,) = templates.problems_of(nested(8), "$")
    assert (problem.path, problem.message) == ("$" + step * 8, "is nested too deeply")
    (deepest,) = templates.problems_of(nested(50), "$")
    assert deepest.path == "$" + step * 8


@pytest.mark.parametrize(
    "text", ["{vm}", "{vm.name", "vm.name}", "{}", "{vm.name}{odd}", "{{date}}"]
)
def test_braces_stand_around_known_words_only(text: str) -> None:
    (problem,) = templates.problems_of({"a": ["{date}", text, 7, None]}, "$")
    assert problem.path == "$.a[1]"
    assert problem.message.endswith(
        "{vm.name}, {vm.resourceGroup}, {vm.subscription}, {date}, {time}"
    )
