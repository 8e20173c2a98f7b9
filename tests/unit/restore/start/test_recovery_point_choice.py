"""The right recovery point is chosen, and every other one has its reason."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restore.messages.errors import NotFound
from restore.messages.field_types import Tier
from restore.messages.model import RecoveryPoint
from restore.messages.request import RecoveryPointChoice, RestoreRequest
from restore.start.recovery_point_choice import (
    REASONS,
    Needs,
    choose,
    choose_for,
    needs_of,
    usable_tier,
)

_NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_GROUP = "/subscriptions/00000000-0000-0000-0000-00000000000{}/resourceGroups/rg"
_VM = _GROUP.format(1) + "/providers/Microsoft.Compute/virtualMachines/web-01"


def _point(name: str, hours_ago: float, **fields: Any) -> RecoveryPoint:
    known: dict[str, Any] = {"consistency": "AppConsistent", "tier": "VaultStandard"}
    return RecoveryPoint(name=name, time=_NOW - timedelta(hours=hours_ago), **(known | fields))


def _reasons(points: list[RecoveryPoint], choice: RecoveryPointChoice, **needs: bool) -> Any:
    chosen = choose(points, choice, now=_NOW, needs=Needs(**needs))
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
        ({}, {"not_after": _NOW - timedelta(hours=2)}, "TooNew"),
        ({"consistency": "CrashConsistent"}, {"consistency": "AppConsistent"}, "ConsistencyTooLow"),
        ({"consistency": "Odd"}, {"consistency": "CrashConsistent"}, "ConsistencyTooLow"),
        ({"tier": "Snapshot"}, {"tier": "VaultStandard"}, "OtherTierPreferred"),
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


def test_who_asks_by_id_gets_a_point_in_which_azure_found_a_threat() -> None:
    points = [_point("123", 5, threat_status="UnHealthy")]
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


def test_the_archive_is_opened_only_when_the_request_allows_it() -> None:
    points = [_point("archived", 1, tier="VaultArchive"), _point("old", 9)]
    allowed = {"recoveryPointRehydrationInfo": {"rehydrationPriority": "High"}}
    request = _request("OriginalLocation", confirm="web-01", **allowed)
    assert choose_for(request, points, now=_NOW).point.name == "archived"
    plain = _request("OriginalLocation", confirm="web-01")
    assert choose_for(plain, points, now=_NOW).point.name == "old"


@pytest.mark.parametrize(
    ("request_", "needs"),
    [
        (_request("RestoreDisks"), Needs()),
        (_request("RestoreDisks", targetResourceGroupId=_GROUP.format(1)), Needs()),
        (
            _request("RestoreDisks", targetResourceGroupId=_GROUP.format(2)),
            Needs(not_snapshot_only=True),
        ),
        (_request("RestoreDisks", restoreWithManagedDisks=True), Needs(not_snapshot_only=True)),
        (_request("RestoreDisks", zones=["1"]), Needs(in_vault_standard=True)),
        (_request("OriginalLocation", confirm="web-01"), Needs()),
    ],
)
def test_zones_and_other_subscriptions_need_the_vaults_copy(
    request_: RestoreRequest, needs: Needs
) -> None:
    assert needs_of(request_) == needs


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


def test_why_is_one_sentence_for_a_person() -> None:
    points = [_point("7", 30), _point("8", 2, is_soft_deleted=True), _point("9", 1)]
    choice = RecoveryPointChoice(not_after=_NOW - timedelta(hours=1.5))
    assert choose(points, choice, now=_NOW).why == (
        "Recovery point 7 of 2026-11-18 21:00 UTC (AppConsistent, VaultStandard) is the newest "
        "that can be restored and fits the request; 2 newer ones were passed over: "
        "1 made after notAfter, 1 soft-deleted."
    )


def test_only_the_twenty_newest_are_named_but_all_are_counted() -> None:
    points = [_point(str(hours), hours) for hours in range(1, 9_999)]
    chosen = choose(points, RecoveryPointChoice(), now=_NOW)
    assert chosen.point.name == "1"
    assert [each.recovery_point for each in chosen.passed_over] == [str(n) for n in range(2, 22)]
    assert chosen.passed_over_counts == {"OlderThanChosen": 9_997}


@pytest.mark.parametrize(
    ("points", "choice", "message", "details"),
    [
        ([], {}, "The protected item has no recovery points.", ()),
        (
            [_point("a", 1)],
            {"id": "b"},
            "The item does not have the requested recovery point. Other points: 1.",
            (),
        ),
        (
            [_point("a", 1, is_soft_deleted=True), _point("b", 2)],
            {"id": "a"},
            "The requested recovery point is soft-deleted.",
            ("1 SoftDeleted: soft-deleted",),
        ),
        (
            [_point("a", 1, tier=None), _point("b", 2, tier=None), _point("c", 30)],
            {"max_age": "P1D"},
            (
                "None of the 3 recovery points can be used: 2 without a valid tier, "
                "1 made before notBefore or longer ago than maxAge."
            ),
            (
                "2 NoValidTier: without a valid tier",
                "1 TooOld: made before notBefore or longer ago than maxAge",
            ),
        ),
    ],
)
def test_when_none_fits_the_error_says_what_stood_against_them(
    points: list[RecoveryPoint], choice: dict[str, Any], message: str, details: tuple[str, ...]
) -> None:
    with pytest.raises(NotFound) as caught:
        choose(points, RecoveryPointChoice(**choice), now=_NOW)
    assert caught.value.code == "NoRestorablePoint"
    assert caught.value.message == message
    assert caught.value.details == details


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


@pytest.mark.parametrize(
    ("details", "tier"),
    [
        ([("InstantRP", "Valid"), ("HardenedRP", "Valid")], "SnapshotAndVaultStandard"),
        ([(1, 1), (2, 1)], "SnapshotAndVaultStandard"),
        ([("InstantRP", "Deleted"), ("HardenedRP", "Valid")], "VaultStandard"),
        ([(1, 3), (2, 1)], "VaultStandard"),
        ([("InstantRP", "Valid")], "Snapshot"),
        ([("InstantRP", "Valid"), ("ArchivedRP", "Valid")], "SnapshotAndVaultArchive"),
        ([("ArchivedRP", "Valid")], "VaultArchive"),
        ([(3, 4)], "VaultStandardRehydrated"),
        ([("HardenedRP", "Valid"), ("ArchivedRP", "Valid")], "VaultStandardRehydrated"),
        ([("InstantRP", "Disabled"), ("HardenedRP", "Invalid")], None),
        ([("IASnapshotRP", "Valid")], None),
        ([], None),
    ],
)
def test_the_usable_tier_is_the_one_azure_cli_would_name(
    details: list[tuple[Any, Any]], tier: str | None
) -> None:
    assert usable_tier([{"type": kind, "status": status} for kind, status in details]) == tier


def test_a_point_without_tier_details_cannot_be_restored() -> None:
    assert usable_tier(None) is None
    assert usable_tier([{}]) is None
