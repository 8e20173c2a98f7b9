"""What a restore that fell back has come to is looked at: seldom where it takes long."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from activities import fall_back
from restore.messages.activity_io import Close
from restore.messages.attempts import Attempt
from restore.messages.fallback_io import FallBack
from restore.messages.ledger_entry import Fallback, LedgerState
from restore.messages.model import Authorization, Failure, Outcome, Verdict
from restore.settings import Settings
from tests.fakes.app_harness import START, AppHarness
from tests.fakes.durable import FakeDurableClient
from tests.unit.activities import orders
from tests.unit.orchestrators.falling_back import policy

GONE = Failure(code="UserErrorInstantRpNotFound", message="It is gone.", category="NotFound")
OWN = Verdict(verdict="Rejected", succeeded=False, text="It is gone.", error=GONE)


def look(client: FakeDurableClient) -> Outcome:
    close = Close(request_id="r1", failure=GONE)
    order = FallBack(close=close, until=START + timedelta(hours=24)).as_json()
    found = fall_back.fall_back(order, client, Settings())
    return Outcome.from_json(asyncio.run(found))


def attempted(harness: AppHarness) -> None:
    """r1 fell back, and its second attempt is entered."""
    asked = orders.request()
    again = msgspec.structs.replace(asked, request_id="r1~2").as_json()
    attempt = Attempt(id="r1~2", at=START, rung="olderPoint", because=GONE.code, request=again)
    fallback = Fallback(verdict=OWN, attempts=(attempt,))
    orders.accepted(harness, asked, state=LedgerState.FALLEN_BACK, fallback=fallback)
    look(FakeDurableClient())


@pytest.mark.parametrize(
    ("age_s", "again_s"),
    [(0, 30), (300, 30), (310, 31), (2_990, 299), (3_010, 300), (86_400, 300)],
)
def test_who_has_waited_long_looks_again_after_a_tenth_of_that_time(
    harness: AppHarness, age_s: float, again_s: float
) -> None:
    attempted(harness)
    harness.clock.advance(age_s)
    found = look(FakeDurableClient())
    assert found.error is not None
    assert (found.kind, found.error.code) == ("retryLater", "AttemptRuns")
    assert found.retry_after_s == pytest.approx(again_s)


def test_an_attempt_is_entered_once_and_started_with_what_it_asks_for(harness: AppHarness) -> None:
    client = FakeDurableClient()
    attempted(harness)
    look(client)
    held = harness.ledger.read("r1~2")
    assert held is not None
    entry = held.entry
    assert (entry.attempt_of, entry.rung, entry.because) == ("r1", "olderPoint", GONE.code)
    assert (entry.source, entry.accepted_at, entry.state) == ("queue", START, LedgerState.ACCEPTED)
    ((name, given),) = client.started.values()
    assert (name, given["request"]["requestId"]) == ("restore_vm", "r1~2")


def test_what_is_over_needs_no_attempt(harness: AppHarness) -> None:
    orders.accepted(harness, orders.request(), state=LedgerState.FINISHED, verdict=OWN)
    found = look(FakeDurableClient())
    assert (found.kind, found.value) == ("done", {"verdict": OWN.as_json()})


def chosen(harness: AppHarness) -> None:
    """r1 was judged, and its point is gone."""
    asked = orders.request()
    known = {"item": orders.item(harness), "choice": orders.choice(harness, asked)}
    orders.accepted(harness, asked, authorization=Authorization(rule="everything"), **known)


def test_where_another_has_changed_the_entry_nothing_is_made(
    harness: AppHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write that names the attempt loses; what stands then is looked at anew."""
    chosen(harness)
    held = orders.held(harness).entry
    monkeypatch.setattr(harness.ledger, "update", lambda *_: held)
    with policy("olderPoint"):
        found = look(FakeDurableClient())
    assert found.error is not None
    assert (found.kind, found.error.code, found.retry_after_s) == ("retryLater", "LostRace", 5)
    assert harness.ledger.read("r1~2") is None


@pytest.mark.parametrize(("left_s", "is_made"), [(59.5, False), (60, True)])
def test_in_the_last_minute_no_attempt_is_made(
    harness: AppHarness, left_s: float, is_made: bool
) -> None:
    chosen(harness)
    harness.clock.advance(24 * 3600 - left_s)
    with policy("olderPoint"):
        found = look(FakeDurableClient())
    assert (found.kind == "retryLater") is is_made
    assert (harness.ledger.read("r1~2") is not None) is is_made
