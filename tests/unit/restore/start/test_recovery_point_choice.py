"""The right recovery point is chosen, and every other one has its reason."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restore.messages.errors import NotFound
from restore.messages.field_types import Tier
from restore.messages.model import ProtectedItem, RecoveryPoint
from restore.messages.request import RecoveryPointChoice, RestoreRequest
from restore.messages.threats import SUSPECT
from restore.plan import facts
from restore.start.choice_texts import REASONS
from restore.start.point_requirements import PointRequirements, requirements_of
from restore.start.recovery_point_choice import choose, choose_for

_NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_GROUP = "/subscriptions/00000000-0000-0000-0000-00000000000{}/resourceGroups/rg"
_VM = _GROUP.format(1) + "/providers/Microsoft.Compute/virtualMachines/web-01"
_VAULT = _GROUP.format(1) + "/providers/Microsoft.RecoveryServices/vaults/vault-west"
_ITEM = ProtectedItem(
    id=f"{_VAULT}/i",
    vault_id=_VAULT,
    container_name="IaasVMContainer;iaasvmcontainerv2;rg;web-01",
    name="VM;iaasvmcontainerv2;rg;web-01",
    source_resource_id=_VM,
    region="westeurope",
    protection_state="Protected",
)


def _item(vault: int = 1, source: int = 1) -> ProtectedItem:
    return ProtectedItem(
        id="/item",
        vault_id=f"{_GROUP.format(vault)}/providers/Microsoft.RecoveryServices/vaults/v",
        container_name="c",
        name="i",
        source_resource_id=_VM.replace(_GROUP.format(1), _GROUP.format(source)),
        region="westeurope",
        protection_state="Protected",
    )


def _point(name: str, hours_ago: float, **fields: Any) -> RecoveryPoint:
    known: dict[str, Any] = {"consistency": "AppConsistent", "tier": "VaultStandard"}
    return RecoveryPoint(name=name, time=_NOW - timedelta(hours=hours_ago), **(known | fields))


def _reasons(points: list[RecoveryPoint], choice: RecoveryPointChoice, **requirements: Any) -> Any:
    chosen = choose(points, choice, now=_NOW, requirements=PointRequirements(**requirements))
    return chosen.point.name, {each.recovery_point: each.reason for each in chosen.passed_over}


def _request(kind: str, **fields: Any) -> RestoreRequest:
    plain = {"recoveryType": kind, "requestId": "r", "sourceResourceId": _VM, **fields}
    request: RestoreRequest = msgspec.convert(plain, RestoreRequest)
    return request


def test_nothing_said_means_the_newest_in_whatever_order_they_are_listed() -> None:
    points = [_point("old", 9), _point("new", 1), _point("middle", 5)]
    expected = ("new", {"old": "OlderThanChosen", "middle": "OlderThanChosen"})
    assert _reasons(points, RecoveryPointChoice()) == expected


@pytest.mark.parametrize(
    ("newest", "choice", "reason"),
    [
        ({"is_soft_deleted": True}, {}, "SoftDeleted"),
        ({"tier": None}, {}, "NoValidTier"),
        ({"tier": "VaultArchive"}, {}, "NeedsRehydration"),
        ({"threat_status": "UnHealthy"}, {}, "ThreatUnHealthy"),
        ({"threat_status": "Warning"}, {}, "ThreatWarning"),
        ({}, {"not_after": _NOW - timedelta(hours=2)}, "TooNew"),
        ({"consistency": "CrashConsistent"}, {"consistency": "AppConsistent"}, "ConsistencyTooLow"),
        ({"consistency": "Odd"}, {"consistency": "CrashConsistent"}, "ConsistencyTooLow"),
        ({"tier": "Snapshot"}, {"tier": "VaultStandard"}, "OtherTierPreferred"),
        (
            {"consistency": "CrashConsistent"},
            {"preferred_consistency": "AppConsistent"},
            "OtherConsistencyPreferred",
        ),
        (
            {"consistency": "CrashConsistent", "tier": "Snapshot"},
            {"preferred_consistency": "AppConsistent", "tier": "VaultStandard"},
            "OtherConsistencyPreferred",
        ),
        ({}, {"id": "good"}, "NotTheRequestedPoint"),
    ],
)
def test_a_newer_point_is_passed_over_with_its_reason(
    newest: dict[str, Any], choice: dict[str, Any], reason: str
) -> None:
    points = [_point("good", 5), _point("newest", 1, **newest)]
    assert _reasons(points, RecoveryPointChoice(**choice)) == ("good", {"newest": reason})


@pytest.mark.parametrize("choice", [{"not_before": _NOW - timedelta(hours=6)}, {"max_age": "PT6H"}])
def test_a_point_that_is_too_old_is_no_choice(choice: dict[str, Any]) -> None:
    points = [_point("good", 5), _point("old", 7)]
    assert _reasons(points, RecoveryPointChoice(**choice)) == ("good", {"old": "TooOld"})


def test_bounds_include_the_point_made_at_that_very_time() -> None:
    points = [_point("exact", 4), _point("other", 8)]
    for choice in (
        RecoveryPointChoice(not_after=points[0].time),
        RecoveryPointChoice(not_before=points[0].time),
        RecoveryPointChoice(max_age="PT4H"),
    ):
        assert choose(points, choice, now=_NOW).point.name == "exact"


def test_the_seventh_digit_of_a_copied_time_does_not_exclude_the_point() -> None:
    cut = datetime(2018, 6, 4, 6, 6, 0, 512108, UTC)
    listed = RecoveryPoint(name="exact", time=cut, tier="Snapshot")
    copied = msgspec.convert({"notBefore": "2018-06-04T06:06:00.5121087Z"}, RecoveryPointChoice)
    assert choose([listed], copied, now=_NOW).point is listed


def test_an_id_may_be_the_name_or_the_arm_id() -> None:
    points = [_point("123", 5), _point("456", 1)]
    for wanted in ("123", f"{_VM}/recoveryPoints/123"):
        assert choose(points, RecoveryPointChoice(id=wanted), now=_NOW).point.name == "123"


def _asked(point_id: str) -> str:
    """Return the name of the point that is chosen for a request by this id."""
    request = _request("RestoreDisks", recoveryPoint={"id": point_id})
    return choose_for(request, _ITEM, [_point("123", 1)], now=_NOW).point.name


def _id(vault: str = _VAULT, item: str = "VM;iaasvmcontainerv2;rg;web-01") -> str:
    return (
        f"{vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{item[3:]}"
        f"/protectedItems/{item}/recoveryPoints/123"
    )


def test_a_point_asked_for_by_its_arm_id_is_recognised_in_any_spelling() -> None:
    for wanted in ("123", _id(), _id().upper(), _id(item="vm;IaasVMContainerV2;RG;WEB-01")):
        assert _asked(wanted) == "123"


@pytest.mark.parametrize(
    ("wanted", "whose"),
    [
        (
            _id(item="VM;iaasvmcontainerv2;rg-app;web-02"),
            "is one of the VM web-02 of the group rg-app in the vault vault-west, not of",
        ),
        (_id(vault=f"{_VAULT}-2"), "the VM web-01 of the group rg in the vault vault-west-2, not"),
        (_id(item="odd"), "is one of odd in the vault vault-west, not of"),
    ],
)
def test_a_point_of_another_vm_is_no_choice_even_if_its_name_is_the_same(
    wanted: str, whose: str
) -> None:
    with pytest.raises(NotFound) as caught:
        _asked(wanted)
    assert caught.value.code == "NoRestorablePoint"
    assert whose in caught.value.message
    assert caught.value.message.endswith("the VM web-01 of the group rg in the vault vault-west.")


def test_points_that_cannot_be_read_are_counted_and_said() -> None:
    chosen = choose([_point("new", 1)], RecoveryPointChoice(), now=_NOW, unreadable=2)
    assert chosen.passed_over_counts == {"Unreadable": 2}
    assert chosen.why.endswith(" 2 more are without a name or a time that can be read.")
    assert "read" not in choose([_point("new", 1)], RecoveryPointChoice(), now=_NOW).why


@pytest.mark.parametrize(
    ("points", "choice", "message"),
    [
        ([], {}, "None of the 3 recovery points has a name and a time that can be read."),
        ([_point("a", 1, tier=None)], {}, "known here. 3 more are without a name or a time that"),
        ([], {"id": "123"}, "not among the 0 that the item has. 3 more are without a name"),
    ],
)
def test_there_is_no_point_for_want_of_reading(
    points: list[RecoveryPoint], choice: dict[str, Any], message: str
) -> None:
    with pytest.raises(NotFound) as caught:
        choose(points, RecoveryPointChoice(**choice), now=_NOW, unreadable=3)
    assert message in caught.value.message
    assert "has no recovery points" not in caught.value.message


@pytest.mark.parametrize("status", ["Healthy", "Unknown", "NotAvailable", None, "other: Odd"])
def test_a_point_of_which_azure_says_no_ill_is_chosen(status: str | None) -> None:
    points = [_point("old", 5), _point("new", 1, threat_status=status)]
    assert choose(points, RecoveryPointChoice(), now=_NOW).point.name == "new"


@pytest.mark.parametrize("status", SUSPECT)
def test_who_asks_by_id_gets_a_point_in_which_azure_found_a_threat(status: str) -> None:
    points = [_point("123", 5, threat_status=status)]
    assert choose(points, RecoveryPointChoice(id="123"), now=_NOW).point.name == "123"


def test_better_consistency_than_asked_for_is_welcome() -> None:
    points = [_point("new", 1, consistency="AppConsistent"), _point("old", 2)]
    choice = RecoveryPointChoice(consistency="FileSystemConsistent")
    assert choose(points, choice, now=_NOW).point.name == "new"


@pytest.mark.parametrize(
    ("preferred", "expected"),
    [
        ("Snapshot", "both"),
        ("VaultStandard", "both"),
        ("SnapshotAndVaultStandard", "both"),
        ("VaultStandardRehydrated", "plain"),
    ],
)
def test_a_preferred_tier_is_taken_where_it_is_offered(preferred: Any, expected: str) -> None:
    points = [
        _point("archived", 1, tier="VaultArchive"),
        _point("plain", 2, tier="SnapshotAndVaultArchive", is_soft_deleted=expected != "plain"),
        _point("both", 3, tier="SnapshotAndVaultStandard"),
    ]
    chosen = choose(points, RecoveryPointChoice(tier=preferred), now=_NOW)
    assert chosen.point.name == expected
    assert ("preferred tier" in chosen.why) == (expected == "plain")


@pytest.mark.parametrize(
    ("consistency", "reasons", "is_said"),
    [
        (
            "AppConsistent",
            {"newest": "OtherConsistencyPreferred", "newer": "OtherConsistencyPreferred"},
            False,
        ),
        ("CrashConsistent", {"newest": "OtherTierPreferred", "older": "OlderThanChosen"}, True),
    ],
)
def test_a_preferred_consistency_counts_more_than_a_tier_and_forbids_nothing(
    consistency: str, reasons: dict[str, str], is_said: bool
) -> None:
    points = [
        _point("newest", 1, consistency="CrashConsistent", tier="Snapshot"),
        _point("newer", 2, consistency="CrashConsistent"),
        _point("older", 3, consistency=consistency, tier="Snapshot"),
    ]
    wanted = RecoveryPointChoice(preferred_consistency="AppConsistent", tier="VaultStandard")
    chosen = choose(points, wanted, now=_NOW)
    assert {each.recovery_point: each.reason for each in chosen.passed_over} == reasons
    assert ("is AppConsistent, which is preferred" in chosen.why) == is_said


def test_the_archive_is_opened_only_when_the_request_allows_it() -> None:
    points = [_point("archived", 1, tier="VaultArchive"), _point("old", 9)]
    allowed = {"recoveryPointRehydrationInfo": {"rehydrationPriority": "High"}}
    request = _request("OriginalLocation", confirm="web-01", **allowed)
    assert choose_for(request, _ITEM, points, now=_NOW).point.name == "archived"
    plain = _request("OriginalLocation", confirm="web-01")
    assert choose_for(plain, _ITEM, points, now=_NOW).point.name == "old"


@pytest.mark.parametrize(
    ("request_", "requirements"),
    [
        (_request("RestoreDisks"), PointRequirements()),
        (_request("RestoreDisks", targetResourceGroupId=_GROUP.format(1)), PointRequirements()),
        (
            _request("RestoreDisks", targetResourceGroupId=_GROUP.format(2)),
            PointRequirements(not_snapshot_only=True),
        ),
        (
            _request("RestoreDisks", restoreWithManagedDisks=True),
            PointRequirements(not_snapshot_only=True),
        ),
        (_request("RestoreDisks", zones=["1"]), PointRequirements(in_vault_standard=True)),
        (_request("OriginalLocation", confirm="web-01"), PointRequirements(all_disks=True)),
        (_request("RestoreDisks", restoreDiskLunList=[0, 2]), PointRequirements(luns=(0, 2))),
        (_request("RestoreDisks", restoreDiskLunList=[]), PointRequirements()),
    ],
)
def test_zones_and_other_subscriptions_need_the_vaults_copy(
    request_: RestoreRequest, requirements: PointRequirements
) -> None:
    assert requirements_of(request_, _item()) == requirements


_ACCOUNT = "/providers/Microsoft.Storage/storageAccounts/a"


@pytest.mark.parametrize(
    ("vault", "source", "fields", "is_other"),
    [
        (1, 1, {"targetResourceGroupId": _GROUP.format(1)}, False),
        (1, 1, {"targetResourceGroupId": _GROUP.format(1).upper()}, False),
        (1, 1, {"targetResourceGroupId": _GROUP.format(2)}, True),
        (1, 2, {"targetResourceGroupId": _GROUP.format(2)}, True),
        (1, 2, {"targetResourceGroupId": _GROUP.format(1)}, True),
        (1, 2, {"targetResourceGroupId": _GROUP.format(3)}, True),
        (1, 1, {"storageAccountId": _GROUP.format(1) + _ACCOUNT}, False),
        (1, 1, {"storageAccountId": _GROUP.format(2) + _ACCOUNT}, True),
        (
            1,
            1,
            {
                "identityBasedRestoreDetails": {
                    "targetStorageAccountId": _GROUP.format(2) + _ACCOUNT
                }
            },
            True,
        ),
    ],
)
def test_another_subscription_is_one_that_is_not_both_the_vaults_and_the_vms(
    vault: int, source: int, fields: dict[str, Any], is_other: bool
) -> None:
    """What the plan calls another subscription, too: tests/unit/restore/plan."""
    item, request = _item(vault, source), _request("RestoreDisks", **fields)
    assert requirements_of(request, item).not_snapshot_only is is_other
    assert facts.traits_of(request, item, _point("p", 1)).is_elsewhere is is_other


def test_the_newest_point_is_passed_over_where_it_is_a_snapshot_of_another_subscription() -> None:
    """A vault may hold the backup of a VM in another subscription than its own."""
    points = [_point("snapshot", 1, tier="Snapshot"), _point("vault", 2)]
    request = _request("RestoreDisks", targetResourceGroupId=_GROUP.format(2))
    chosen = choose_for(request, _item(vault=1, source=2), points, now=_NOW)
    assert chosen.point.name == "vault"
    assert [each.reason for each in chosen.passed_over] == ["NeedsVaultTier"]


def test_disks_are_replaced_from_a_snapshot_wherever_the_vault_is() -> None:
    request = _request("OriginalLocation", confirm="web-01")
    points = [_point("snapshot", 1, tier="Snapshot"), _point("vault", 2)]
    chosen = choose_for(request, _item(vault=1, source=2), points, now=_NOW)
    assert chosen.point.name == "snapshot"


def test_a_snapshot_is_no_use_where_the_vaults_copy_is_needed() -> None:
    points = [
        _point("snapshot", 1, tier="Snapshot"),
        _point("archive", 2, tier="SnapshotAndVaultArchive"),
        _point("vault", 3),
    ]
    elsewhere = _reasons(points, RecoveryPointChoice(), not_snapshot_only=True)
    assert elsewhere[1] == {"snapshot": "NeedsVaultTier", "vault": "OlderThanChosen"}
    zonal = _reasons(points, RecoveryPointChoice(), in_vault_standard=True)
    assert zonal == ("vault", {"snapshot": "NeedsVaultTier", "archive": "NeedsVaultTier"})


def test_points_of_the_same_time_are_told_apart_the_same_way_each_time() -> None:
    points = [
        _point("1", 1, consistency="CrashConsistent"),
        _point("2", 1),
        _point("3", 1, consistency="FileSystemConsistent"),
    ]
    for order in (points, points[::-1], points[1:] + points[:1]):
        assert choose(order, RecoveryPointChoice(), now=_NOW).point.name == "2"


def test_a_point_listed_on_two_pages_counts_once() -> None:
    chosen = choose([_point("a", 1), _point("a", 1)], RecoveryPointChoice(), now=_NOW)
    assert (chosen.considered, chosen.passed_over) == (1, ())


_points = st.lists(
    st.builds(
        _point,
        st.integers(0, 30).map(str),
        st.floats(0, 1_000),
        tier=st.sampled_from([None, *get_args(Tier)]),
        is_soft_deleted=st.booleans(),
        consistency=st.sampled_from(["", "AppConsistent", "CrashConsistent"]),
    ),
    max_size=12,
    unique_by=lambda point: point.name,
)


@settings(max_examples=40)
@given(_points, st.sampled_from([None, *get_args(Tier)]))
def test_no_point_is_lost_and_no_unusable_one_is_chosen(
    points: list[RecoveryPoint], tier: Any
) -> None:
    try:
        chosen = choose(points, RecoveryPointChoice(tier=tier), now=_NOW)
    except NotFound:
        assert all(p.is_soft_deleted or p.tier in (None, "VaultArchive") for p in points)
        return
    assert not chosen.point.is_soft_deleted
    assert chosen.point.tier not in (None, "VaultArchive")
    names = {chosen.point.name, *(each.recovery_point for each in chosen.passed_over)}
    assert names == {point.name for point in points}
    assert {each.reason for each in chosen.passed_over} <= set(REASONS)
    assert sum(chosen.passed_over_counts.values()) == len(points) - 1
