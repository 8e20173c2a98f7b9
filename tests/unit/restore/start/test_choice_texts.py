"""What is told of a choice: why this point, what stood against the others."""

from datetime import timedelta
from typing import Any

import pytest

from restore.messages.errors import NotFound
from restore.messages.model import RecoveryPoint
from restore.messages.request import RecoveryPointChoice
from restore.start.recovery_point_choice import choose
from tests.unit.restore.start.test_recovery_point_choice import _NOW, _point


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
            "The requested recovery point is not among the 1 that the item has.",
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
                "None of the 3 recovery points can be used: "
                "2 without a valid tier that is known here, "
                "1 made before notBefore or longer ago than maxAge."
            ),
            (
                "2 NoValidTier: without a valid tier that is known here",
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


_ABOUT = "is the newest that can be restored and fits the request"


@pytest.mark.parametrize(
    ("others", "unreadable", "told"),
    [
        ([], 0, f"{_ABOUT}."),
        ([_point("older", 3), _point("same", 2)], 0, f"{_ABOUT}."),
        (
            [_point("newer", 1, is_soft_deleted=True)],
            0,
            f"{_ABOUT}; 1 newer one was passed over: 1 soft-deleted.",
        ),
        ([], 1, f"{_ABOUT}. 1 more is without a name or a time that can be read."),
        ([], 2, f"{_ABOUT}. 2 more are without a name or a time that can be read."),
    ],
)
def test_only_newer_ones_and_what_cannot_be_read_are_told_of(
    others: list[RecoveryPoint], unreadable: int, told: str
) -> None:
    points = [_point("the", 2), *others]
    found = choose(points, RecoveryPointChoice(), now=_NOW, unreadable=unreadable)
    about = "Recovery point the of 2026-11-20 01:00 UTC (AppConsistent, VaultStandard)"
    assert found.why == f"{about} {told}"


def test_a_point_of_which_no_consistency_is_known_says_so() -> None:
    found = choose([_point("a", 1, consistency="")], RecoveryPointChoice(), now=_NOW)
    assert "(unknown consistency, VaultStandard)" in found.why
