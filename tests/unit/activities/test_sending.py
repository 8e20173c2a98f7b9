"""The intent comes first, the POST once, and what surely started nothing is taken back."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from activities import clock, sending
from activities.sending import Jobs
from arm import connection as arm_connection
from arm.backup import JobList
from arm.long_running import PollUrls
from restore.messages.activity_io import Trigger
from restore.messages.errors import (
    Conflict,
    ReplyLost,
    RestoreError,
    ServiceUnavailable,
    Throttled,
)
from restore.messages.ledger_entry import LedgerState
from restore.messages.model import Triggered, Verdict
from storage.documents import Changed
from tests.fakes.app_harness import START, AppHarness
from tests.unit.activities import orders

SECOND = timedelta(seconds=1)
SEEN = Jobs(jobs=(), vault_time=START + 100 * SECOND, read_at=START, read_s=7.0)
FAILED = Verdict(verdict="Failed", succeeded=False, text="x")


class Azure:
    """Answers a POST with an operation, or an error; does something first."""

    def __init__(self, error: RestoreError | None = None, first: Any = None) -> None:
        self.error, self.first = error, first
        self.posts: list[dict[str, Any]] = []

    def trigger_restore(self, item: Any, point: str, body: dict[str, Any]) -> Any:
        del item
        self.posts.append(body | {"point": point})
        if self.first is not None:
            self.first()
        if self.error is not None:
            raise self.error
        return Triggered(operation_id="op"), PollUrls()


def send(harness: AppHarness, azure: Azure) -> str | None:
    asked = orders.request()
    order = Trigger.from_json(orders.trigger(harness, asked, job_search_s=190))
    ledger, held = harness.ledger, orders.held(harness)
    with arm_connection.use(azure):  # type: ignore[arg-type]
        return sending.send(ledger, order, held, SEEN, ("old",), {"b": 1}).operation_id


def test_the_intent_says_what_the_window_is_measured_by(harness: AppHarness) -> None:
    orders.accepted(harness, orders.request())
    harness.clock.advance(3)
    azure = Azure()
    assert send(harness, azure) == "op"
    known = orders.held(harness).entry
    assert known.intent is not None
    assert (known.state, known.operation_id) == (LedgerState.STARTED, "op")
    assert known.intent.vault_time == START + 103 * SECOND
    assert known.intent.written_at == START + 3 * SECOND
    assert known.intent.window_s == 10 + 190 + 7
    assert known.intent.known_jobs == ("old",)
    assert azure.posts == [{"b": 1, "point": known.intent.recovery_point}]


@pytest.mark.parametrize(("wrote_for_s", "is_sent"), [(10, True), (10.5, False)])
def test_an_intent_that_took_longer_than_its_window_counts_on_is_not_sent(
    harness: AppHarness, wrote_for_s: float, is_sent: bool
) -> None:
    orders.accepted(harness, orders.request())
    harness.documents.after_write = _once(lambda: harness.clock.advance(wrote_for_s))
    azure = Azure()
    if is_sent:
        assert send(harness, azure) == "op"
    else:
        with pytest.raises(ServiceUnavailable) as caught:
            send(harness, azure)
        assert caught.value.code == "IntentTooLate"
        assert orders.held(harness).entry.intent is None
    assert len(azure.posts) == is_sent


def _once(action: Any) -> Any:
    left = [action]

    def act(name: str) -> None:
        if name.startswith("restores/") and left:
            left.pop()()

    return act


@pytest.mark.parametrize(
    ("error", "is_out"),
    [
        (ReplyLost("Lost."), True),
        (Throttled("Later.", code="TooMany"), False),
        (Conflict("No.", code="Taken"), False),
    ],
    ids=repr,
)
def test_only_what_azure_may_have_accepted_stays_out(
    harness: AppHarness, error: RestoreError, is_out: bool
) -> None:
    orders.accepted(harness, orders.request())
    with pytest.raises(type(error)):
        send(harness, Azure(error))
    known = orders.held(harness).entry
    assert (known.intent is not None) is is_out
    assert known.state is (LedgerState.INTENDED if is_out else LedgerState.ACCEPTED)


@pytest.mark.parametrize("hinders", [Changed("x"), ServiceUnavailable("Away.", code="Busy")])
@pytest.mark.parametrize(
    ("error", "is_told"), [(Throttled("Later.", code="TooMany"), True), (Conflict("No."), False)]
)
def test_where_the_intent_cannot_be_taken_back_azures_wait_counts_first(
    harness: AppHarness,
    monkeypatch: pytest.MonkeyPatch,
    error: RestoreError,
    is_told: bool,
    hinders: Exception,
) -> None:
    orders.accepted(harness, orders.request())

    def withdraw(*_: Any) -> None:
        raise hinders

    monkeypatch.setattr(harness.ledger, "withdraw", withdraw)
    with pytest.raises(type(error if is_told else hinders)):
        send(harness, Azure(error))


@pytest.mark.parametrize("is_over", [True, False])
def test_the_urls_are_kept_as_long_as_anybody_follows_it(
    harness: AppHarness, is_over: bool
) -> None:
    orders.accepted(harness, orders.request())

    def close() -> None:
        harness.ledger.finish("r1", lambda _: FAILED, START)

    send(harness, Azure(first=close if is_over else None))
    assert ("poll-urls/r1" in harness.documents.kept) is not is_over


def test_the_vaults_time_goes_on_with_ours_and_never_back() -> None:
    assert SEEN.vault_time_at(START + 30 * SECOND) == START + 130 * SECOND
    assert SEEN.vault_time_at(START - 30 * SECOND) == START + 100 * SECOND


@pytest.mark.parametrize(("took_s", "read_s"), [(3, 3), (0, 0), (-5, 0)])
def test_how_long_the_jobs_took_to_be_read_is_measured(took_s: float, read_s: float) -> None:
    asked: list[tuple[str, datetime]] = []

    def restore_jobs(vault_id: str, since: datetime) -> JobList:
        asked.append((vault_id, since))
        return JobList((), START - SECOND)

    times = iter([START, START + took_s * SECOND])
    vault = SimpleNamespace(restore_jobs=restore_jobs)
    with arm_connection.use(vault), clock.use(lambda: next(times)):  # type: ignore[arg-type]
        found = sending.read_jobs("/v", START)
    assert found == Jobs((), START - SECOND, START + took_s * SECOND, read_s)
    assert asked == [("/v", START)]
