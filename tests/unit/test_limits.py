"""How the app's limits hang together: with each other, with Azure's, and with what docs promise."""

from datetime import timedelta

import pytest

from activities import list_open, purge_documents, revive_plans, slot_leases, trigger_restore
from arm import client, paging, reply_body, transport
from orchestrators import plan_restore, reconcile, restore_vm, show_recovery_points, steps
from restore.messages import poll_policy
from restore.policy import approvals
from restore.progress import custom_status, poll_intervals, reconcile_decision, retries
from restore.request import json_text, point_pages
from restore.start import lost_reply
from restore.values import cloud_events, host_json, redaction
from storage import concurrency_slots, connection, instances, item_lock, labels, open_index, outbox
from triggers import answers, pages, problems, restores

KIB = 1024
DAY = timedelta(days=1)


def test_one_call_to_azure_and_one_list_fit_into_the_hosts_time_for_an_activity() -> None:
    assert host_json.DEFAULT_S == 300, "what the Consumption plan allows where host.json is silent"
    assert transport.CONNECT_TIMEOUT_S == poll_policy.CONNECT_S_MAX == 10
    assert transport.READ_TIMEOUT_S == poll_policy.PollPolicy().arm_timeout_s == 60
    assert transport.REPLY_TIMEOUT_S == 2 * transport.READ_TIMEOUT_S
    assert paging.LIST_S_MAX == transport.REPLY_TIMEOUT_S + transport.READ_TIMEOUT_S
    assert paging.LIST_S_MAX + transport.REPLY_TIMEOUT_S <= host_json.DEFAULT_S


def test_a_read_is_repeated_within_two_seconds_and_after_a_timeout_in_half_a_minute() -> None:
    assert client.READ_PAUSES_S == (0.3, 1.2)
    assert client.AFTER_TIMEOUT_S == 30


def test_what_leaves_fits_what_takes_it() -> None:
    assert custom_status.STATUS_BYTES_MAX == 16 * KIB, "the Durable extension's limit"
    assert cloud_events.MESSAGE_BYTES_MAX == 64 * KIB * 3 // 4, "a queue message, in Base64"
    assert json_text.BYTES_MAX == 64 * KIB, "nothing larger fits a queue message either"
    assert point_pages.BYTES_MAX < problems.BODY_BYTES_MAX == KIB * KIB
    assert labels._VALUE_BYTES_MAX < 8 * KIB, "a blob's metadata holds no more"
    assert reply_body.BODY_BYTES_MAX == 16 * KIB * KIB


def test_a_page_of_a_list_is_bounded_and_so_are_its_pages() -> None:
    assert paging.PAGES_MAX * 250 == paging.ITEMS_MAX == 50_000
    assert (pages.TOP, pages.TOP_MAX) == (50, point_pages.POINTS_MAX)
    assert open_index.PAGE_SIZE == 50


@pytest.mark.parametrize(
    ("rounds", "events_each"),
    [
        (list_open._PAGE_SIZE, 4), (reconcile._ROUNDS_MAX, 4), (steps.INLINE_WAITS_MAX, 8),
        (poll_policy.PollPolicy().polls_per_generation, 8),
    ],
)  # fmt: skip
def test_a_generation_costs_fifty_to_a_hundred_events_of_history(
    rounds: int, events_each: int
) -> None:
    assert 48 <= rounds * events_each <= 80


def test_a_child_that_breaks_is_run_ten_times_half_a_minute_apart() -> None:
    assert steps._AGAIN.first_retry_interval_in_milliseconds == 30_000
    assert steps._AGAIN.max_number_of_attempts == 10


def test_how_long_somebody_waits_who_may_ask_again() -> None:
    assert timedelta(minutes=2) == show_recovery_points._PATIENCE
    assert timedelta(minutes=15) == plan_restore._PATIENCE
    assert (restores._WAIT_S, restores._WAIT_S_MAX) == (3, 20), "as openapi.json says"
    assert restores._LOOK_S == answers._LOOK_S == 0.3
    assert answers.WAIT_S_MAX == 25
    assert restore_vm._CLOSING_MAX == 7 * DAY
    assert instances._WISH_MAX == DAY


def test_how_often_azure_is_polled() -> None:
    policy = poll_policy.PollPolicy()
    assert (policy.poll_s_first, policy.poll_s_min, policy.poll_s_max) == (30, 60, 300)
    assert (policy.retry_s_min, policy.retry_s_max) == (5, 300)
    assert policy.job_search_s == 120
    assert policy.lost_reply_s == 190, "connecting, answering, and the list's lag"
    assert poll_policy.WAIT_S_MIN == poll_policy.NEAR_S == 5
    assert poll_intervals._RETRY_AFTER_S_MAX == 3600


def test_a_timer_fires_up_to_a_second_early() -> None:
    assert approvals.TIMER_SLACK == timedelta(seconds=1) < timedelta(seconds=poll_policy.NEAR_S)


def test_what_is_taken_for_a_fault_of_ours_is_repeated_for_minutes_not_days() -> None:
    assert timedelta(minutes=10) == retries.UNFORESEEN_MAX
    assert timedelta(minutes=1) == reconcile_decision.START_MAX
    assert revive_plans._BACK == DAY


def test_a_lock_outlives_the_write_and_the_post_it_protects() -> None:
    assert item_lock.LOCK_S_MAX == 120
    assert lost_reply.INTENT_S_MAX == 10
    assert 0 < item_lock.HELD_S < lost_reply.INTENT_S_MAX < item_lock.LOCK_S_MAX
    assert item_lock._DAY == DAY


def test_jobs_are_listed_back_for_longer_than_the_quota_counts() -> None:
    """Clocks differ, and a job's start lags its request."""
    assert DAY + timedelta(hours=2) == trigger_restore._JOBS_BACK


def test_a_slot_is_asked_for_every_half_minute_and_its_lease_outlives_the_restore() -> None:
    assert concurrency_slots.ASK_AGAIN_S == lost_reply._ASK_AGAIN_S == 30
    assert concurrency_slots.WAITERS_FIRST_S == 10 * concurrency_slots.ASK_AGAIN_S
    assert timedelta(hours=1) == concurrency_slots.JOB_AGAIN
    assert timedelta(minutes=15) == trigger_restore._LEASE
    assert timedelta(minutes=5) == slot_leases._SOON == slot_leases._BACK


def test_an_event_that_could_not_be_sent_waits_a_minute() -> None:
    assert outbox.AT_ONCE == timedelta(minutes=1) > timedelta(seconds=connection.EVENT_S_MAX)


def test_one_call_of_a_purge_deletes_a_hundred() -> None:
    assert purge_documents._PAGE_SIZE == 100


def test_a_key_is_told_by_its_length() -> None:
    assert redaction._KEY_CHARS == (44, 88), "32 and 64 bytes in Base64"
