"""Each point has its reason, whatever the mix, and what is lost since the chosen one is told."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest

from restore.messages.disks import PointDisks, VmDisk
from restore.messages.request import RecoveryPointChoice
from restore.start.data_loss import data_loss
from restore.start.recovery_point_choice import choose, choose_for, judge
from tests import six_points
from tests.unit.restore.start.test_recovery_point_choice import _ITEM, _NOW, _point, _request

NONE_SAID = RecoveryPointChoice()


def test_of_six_mixed_points_the_expected_one_is_chosen_and_each_other_has_its_reason() -> None:
    wanted = msgspec.convert(six_points.CHOICE, RecoveryPointChoice)
    incident_at = _NOW - six_points.INCIDENT
    for points in permutations(six_points.read(_NOW)):
        chosen = choose(points, wanted, now=_NOW, incident_at=incident_at)
        assert chosen.point.name == six_points.CHOSEN
        reasons = {each.recovery_point: each.reason for each in chosen.passed_over}
        assert reasons == six_points.REASONS
        assert chosen.data_loss is not None
        assert chosen.data_loss.window_s == six_points.LOST_S


def test_points_of_one_time_are_told_apart_and_none_is_called_older() -> None:
    points = [
        _point("a", 1),
        _point("b", 1),
        _point("c", 1, consistency="CrashConsistent"),
        _point("d", 1, tier="Snapshot"),
        _point("e", 2),
    ]
    for order in permutations(points):
        plain = judge(order, NONE_SAID, now=_NOW)
        assert plain.chosen is not None
        assert plain.chosen.name == "d"
        assert plain.reasons == {
            "a": "SameTime", "b": "SameTime", "c": "WeakerConsistency", "e": "OlderThanChosen",
        }  # fmt: skip
        tiered = judge(order, RecoveryPointChoice(tier="VaultStandard"), now=_NOW)
        assert tiered.chosen is not None
        assert tiered.chosen.name == "b"
        assert tiered.reasons["d"] == "OtherTierPreferred"
        preferred = RecoveryPointChoice(preferred_consistency="AppConsistent")
        assert judge(order, preferred, now=_NOW).reasons["c"] == "OtherConsistencyPreferred"


def test_of_ten_thousand_points_each_is_judged_and_the_newest_are_named() -> None:
    odd: list[dict[str, Any]] = [
        {}, {"tier": "VaultArchive"}, {"consistency": "CrashConsistent"},
        {"threat_status": "UnHealthy"}, {"is_soft_deleted": True}, {"tier": None},
    ]  # fmt: skip
    points = [_point(f"{n:05}", n / 10, **odd[n % 6]) for n in range(9_999)]
    wanted = RecoveryPointChoice(consistency="AppConsistent", max_age="P30D")
    incident_at = _NOW - timedelta(hours=100)
    chosen = choose(points, wanted, now=_NOW, incident_at=incident_at)
    assert chosen.point.name == "01002", "the first sound one from before the incident"
    assert chosen.considered == 9_999
    assert sum(chosen.passed_over_counts.values()) == 9_998
    assert set(chosen.passed_over_counts) == {
        "AfterIncident", "NeedsRehydration", "ConsistencyTooLow", "ThreatUnHealthy", "SoftDeleted",
        "NoValidTier", "OlderThanChosen", "TooOld",
    }  # fmt: skip
    assert len(chosen.passed_over) == 20


def test_a_point_must_be_from_before_the_incident_unless_more_is_said() -> None:
    points = [_point("after", 1), _point("at", 2), _point("before", 3)]
    incident_at = points[1].time

    def named(choice: RecoveryPointChoice) -> str:
        return choose(points, choice, now=_NOW, incident_at=incident_at).point.name

    assert named(NONE_SAID) == "before"
    assert named(RecoveryPointChoice(id="after")) == "after"
    assert named(RecoveryPointChoice(not_after=_NOW)) == "after"
    assert named(RecoveryPointChoice(not_after=incident_at)) == "at"
    reasons = judge(points, NONE_SAID, now=_NOW, incident_at=incident_at).reasons
    assert reasons == {"after": "AfterIncident", "at": "AfterIncident"}


def test_what_is_lost_is_told_and_that_a_point_may_hold_the_damage() -> None:
    loss = data_loss(_point("p", 5), _NOW)
    assert loss is not None
    assert (loss.window_s, loss.is_before_incident) == (5 * 3600, True)
    assert loss.text == (
        "What was written in the 5 h from the recovery point until the incident at "
        "2026-11-20T03:00:00Z is lost."
    )
    for point in (_point("p", 0), _point("p", -1)):
        late = data_loss(point, _NOW)
        assert late is not None
        assert (late.window_s, late.is_before_incident) == (0, False)
        assert "may hold the damage" in late.text
    assert data_loss(_point("p", 5), None) is None
    moment = data_loss(_point("p", 1 / 3600), _NOW)
    assert moment is not None
    assert (moment.window_s, moment.is_before_incident) == (1, True)
    assert "written in the 1 s from" in moment.text


OS, D0, D1 = (VmDisk(name="os"), VmDisk(name="d0", lun=0), VmDisk(name="d1", lun=1))
LACKING = PointDisks(included=(OS, D0), excluded=(D1,), included_count=2, attached_count=3)
COUNTED = PointDisks(included_count=2, attached_count=3)
WHOLE = PointDisks(included=(OS, D0, D1), included_count=3, attached_count=3)
NEW_VM = {
    "targetResourceGroupId": _ITEM.vault_id.partition("/providers")[0],
    "targetVirtualMachineId": "/v",
    "virtualNetworkId": "/n",
    "subnetId": "/s",
}


@pytest.mark.parametrize("lacking", [LACKING, COUNTED])
@pytest.mark.parametrize(
    ("kind", "fields", "chosen"),
    [
        ("OriginalLocation", {"confirm": "web-01"}, "older"),
        ("AlternateLocation", NEW_VM, "older"),
        ("RestoreDisks", {}, "newer"),
    ],
)
def test_a_vm_is_made_from_a_point_that_holds_all_of_its_disks(
    kind: str, fields: dict[str, Any], chosen: str, lacking: PointDisks
) -> None:
    points = [_point("newer", 1, disks=lacking), _point("older", 2, disks=WHOLE)]
    choice = choose_for(_request(kind, **fields), _ITEM, points, now=_NOW)
    assert choice.point.name == chosen
    if chosen == "older":
        assert [each.reason for each in choice.passed_over] == ["DisksMissing"]


def test_single_disks_come_from_a_point_that_holds_them() -> None:
    points = [_point("newer", 1, disks=LACKING), _point("older", 2, disks=WHOLE)]

    def chosen(luns: list[int]) -> str:
        request = _request("RestoreDisks", restoreDiskLunList=luns)
        return choose_for(request, _ITEM, points, now=_NOW).point.name

    assert [chosen([0]), chosen([0, 1]), chosen([])] == ["newer", "older", "newer"]


def test_where_all_lack_disks_the_newest_is_judged_for_what_it_lacks() -> None:
    points = [_point("newer", 1, disks=LACKING), _point("older", 2, disks=LACKING)]
    request = _request("OriginalLocation", confirm="web-01")
    assert choose_for(request, _ITEM, points, now=_NOW).point.name == "newer"


def test_by_its_id_a_point_is_had_whatever_disks_it_holds() -> None:
    points = [_point("newer", 1, disks=LACKING), _point("older", 2, disks=WHOLE)]
    request = _request("OriginalLocation", confirm="web-01", recoveryPoint={"id": "newer"})
    assert choose_for(request, _ITEM, points, now=_NOW).point.name == "newer"


def test_who_only_looks_needs_no_disks() -> None:
    points = [_point("newer", 1, disks=LACKING), _point("older", 2, disks=WHOLE)]
    assert choose(points, NONE_SAID, now=_NOW).point.name == "newer"


def test_where_nothing_is_known_of_its_disks_a_point_is_taken() -> None:
    request = _request("RestoreDisks", restoreDiskLunList=[0, 1])
    points = [_point("newer", 1), _point("older", 2, disks=WHOLE)]
    chosen = choose_for(request, _ITEM, points, now=_NOW)
    assert (chosen.point.name, chosen.passed_over_counts) == ("newer", {"OlderThanChosen": 1})
    assert chosen.why.endswith("fits the request.")


@pytest.mark.parametrize(
    ("preferred", "better"),
    [
        ("Snapshot", "SnapshotAndVaultStandard"),
        ("SnapshotAndVaultStandard", "SnapshotAndVaultStandard"),
        ("VaultStandardRehydrated", "VaultStandardRehydrated"),
    ],
)
def test_a_newer_point_of_another_tier_gives_way_to_the_preferred_one(
    preferred: Any, better: str
) -> None:
    known = "".join(list(better))  # equal, and not the same object
    points = [_point("better", 5, tier=known), _point("newer", 1)]
    found = judge(points, RecoveryPointChoice(tier=preferred), now=_NOW)
    assert found.reasons == {"newer": "OtherTierPreferred"}


@pytest.mark.parametrize(("late_us", "is_known"), [(0, True), (1, True), (2, False)])
def test_a_point_is_too_old_by_more_than_a_digit_that_was_cut_off(
    late_us: int, is_known: bool
) -> None:
    points = [_point("at", 2), _point("older", 3)]
    choice = RecoveryPointChoice(not_before=points[0].time + timedelta(microseconds=late_us))
    found = judge(points, choice, now=_NOW)
    against = {"older": "TooOld"} if is_known else {"at": "TooOld", "older": "TooOld"}
    assert found.reasons == against
