"""A VM's quota of restores: so many in 24 hours of the vault's clock, the last ones for people."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from restore.messages.errors import PolicyRefused
from restore.messages.model import JobSnapshot
from restore.policy import quota
from restore.policy.rules import DEFAULT, Policy

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def began(*hours_ago: float) -> list[datetime]:
    return [NOW - timedelta(hours=ago) for ago in hours_ago]


def limited(per_day: int, kept: int) -> Policy:
    return msgspec.structs.replace(
        DEFAULT, restores_per_vm_per_day=per_day, reserved_for_people=kept
    )


def refusal(policy: Policy, times: Sequence[datetime], source: str = "queue") -> PolicyRefused:
    with pytest.raises(PolicyRefused) as caught:
        quota.check(policy, times, source, NOW)
    assert caught.value.code == "QuotaSpent"
    return caught.value


def test_by_default_eight_by_the_queue_and_two_more_by_people() -> None:
    quota.check(DEFAULT, began(*range(7)), "queue", NOW)
    refusal(DEFAULT, began(*range(8)))
    quota.check(DEFAULT, began(*range(9)), "".join(("ht", "tp")), NOW)
    refusal(DEFAULT, began(*range(10)), "http")


def test_what_we_began_and_the_list_does_not_show_yet_counts_too() -> None:
    begun = {"listed": NOW, "young": NOW - timedelta(minutes=1)}
    listed = [JobSnapshot(job_id="listed", status="InProgress", start_time=NOW)]
    young = quota.unlisted(begun, listed)
    assert young == [NOW - timedelta(minutes=1)]
    quota.check(limited(2, 0), quota.begun_within_a_day(listed, [], NOW), "queue", NOW)
    refused = refusal(limited(2, 0), quota.begun_within_a_day(listed, young, NOW))
    assert "The next one is allowed at 2026-11-24T02:59:00Z" in refused.message


def test_alerts_have_no_more_than_the_queue() -> None:
    refusal(DEFAULT, began(*range(8)), "alert")


def test_a_day_is_twenty_four_hours() -> None:
    quota.check(limited(1, 0), began(24), "queue", NOW)
    refusal(limited(1, 0), began(23.99))


def test_a_job_that_does_not_say_when_it_began_counts() -> None:
    odd = JobSnapshot(job_id="1", status="Completed")
    refusal(limited(1, 0), quota.begun_within_a_day([odd], [], NOW))


def test_only_what_began_within_a_day_is_handed_on() -> None:
    old = JobSnapshot(job_id="1", status="Completed", start_time=NOW - timedelta(hours=24))
    assert quota.begun_within_a_day([old], began(25, 1), NOW) == tuple(began(1))


def test_a_refusal_says_what_was_counted_and_when_there_is_room_again() -> None:
    said = refusal(limited(3, 1), began(23, 22, 1)).message
    assert "3 restores of this VM began in the last 24 hours" in said
    assert "the policy allows 3 (restoresPerVmPerDay)" in said
    assert "the last 1 only for people, by HTTP (reservedForPeople)" in said
    # With two places for all, two of the three must drop out before the next.
    assert "The next one is allowed at 2026-11-23T05:00:00Z" in said


def test_where_all_is_reserved_for_people_there_is_no_next_place() -> None:
    for policy in (limited(2, 2), limited(2, 3)):
        said = refusal(policy, [], "queue").message
        assert "The next one is allowed" not in said
    quota.check(limited(2, 2), began(1), "http", NOW)


def test_what_began_longer_ago_drops_out_of_the_count() -> None:
    quota.check(limited(2, 0), began(30, 25, 1), "queue", NOW)
    said = refusal(limited(2, 0), began(30, 3, 2, 1)).message
    assert "3 restores of this VM began" in said


def test_so_many_drop_out_before_the_next_that_one_is_below_the_limit() -> None:
    said = refusal(limited(3, 0), began(9, 8, 7, 6, 5)).message
    assert "The next one is allowed at 2026-11-23T20:00:00Z" in said  # the third, 7 hours ago
    said = refusal(limited(2, 0), began(9, 8, 7, 6, 5)).message
    assert "The next one is allowed at 2026-11-23T21:00:00Z" in said  # the fourth, 6 hours ago


def test_people_are_not_told_of_what_is_reserved_for_them() -> None:
    said = refusal(limited(2, 1), began(2, 1), "http").message
    assert "reservedForPeople" not in said
    assert "reservedForPeople" not in refusal(limited(1, 0), began(1)).message


def test_a_refusal_names_what_was_done_and_where() -> None:
    error = refusal(limited(1, 0), began(1))
    assert error.doing == "count the VM's restores"
    (problem,) = error.problems
    assert problem.path == "$.sourceResourceId"
    assert problem.message in error.message


def test_where_there_is_one_place_it_is_free_a_day_after_it_was_taken() -> None:
    said = refusal(limited(1, 0), began(1)).message
    assert said.endswith("The next one is allowed at 2026-11-24T02:00:00Z.")
