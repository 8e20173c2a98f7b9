"""A wish to cancel is passed on once the job is known, and what Azure says is noted."""

from typing import Any

import pytest

from activities import cancelling
from arm import connection
from arm.backup import CancelReply
from restore.messages.errors import AccessDenied, NotFound, NotYet, RestoreError, Throttled
from restore.messages.ledger_entry import CancelAnswer, Intent, LedgerEntry, LedgerState
from restore.messages.model import Verdict
from storage.ledger import Held, Ledger
from tests.fakes import log
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments

INTENT = Intent(
    item_id="/i", container_name="c", recovery_point="1", vault_time=START, written_at=START,
    window_s=200, known_jobs=(),
)  # fmt: skip


class Azure:
    """Answers each wish to cancel with the next of its replies."""

    def __init__(self, *replies: Any) -> None:
        self.replies, self.asked = list(replies), list[tuple[str, str]]()

    def cancel_job(self, item_id: str, job_id: str) -> Any:
        self.asked.append((item_id, job_id))
        reply = self.replies.pop(0)
        if isinstance(reply, RestoreError):
            raise reply
        return reply


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger(MemoryDocuments(), lambda: START)
    ledger.accept(
        LedgerEntry(
            request_id="r1", request_hash="h", request={}, source="queue", accepted_at=START
        )
    )
    ledger.intend(read(ledger), INTENT)
    return ledger


def read(ledger: Ledger) -> Held:
    held = ledger.read("r1")
    assert held is not None
    return held


def ask(ledger: Ledger, *replies: Any) -> Azure:
    azure = Azure(*replies)
    with connection.use(azure):  # type: ignore[arg-type]
        cancelling.ask(ledger, read(ledger))
    return azure


def answer(ledger: Ledger) -> CancelAnswer:
    found = read(ledger).entry.cancel_answer
    assert found is not None
    return found


def test_without_a_wish_azure_is_not_asked(ledger: Ledger) -> None:
    ledger.started("r1", job_id="job")
    assert ask(ledger).asked == []


def test_before_the_job_is_known_the_wish_waits(ledger: Ledger) -> None:
    ledger.cancel("r1")
    with pytest.raises(NotYet) as caught:
        ask(ledger)
    assert (caught.value.code, caught.value.retry_after_s) == ("LocatingJob", 10)


@pytest.mark.parametrize("accepted", [True, False])
def test_what_azure_says_is_noted_and_it_is_asked_once(
    ledger: Ledger, caplog: pytest.LogCaptureFixture, accepted: bool
) -> None:
    log.listen(caplog)
    ledger.started("r1", job_id="job")
    ledger.cancel("r1")
    azure = ask(ledger, CancelReply(accepted=accepted, code="C", text="so it is"))
    assert azure.asked == [("/i", "job")]
    assert answer(ledger) == CancelAnswer(asked=1, accepted=accepted, code="C", text="so it is")
    assert ask(ledger).asked == []
    (line,) = log.lines(caplog, "cancel-answered")
    assert (line["isYes"], line["code"], line["text"]) == (accepted, "C", "so it is")
    assert line["requestId"] == "r1"


def test_a_refusal_by_an_error_is_a_no_with_azures_words(ledger: Ledger) -> None:
    ledger.started("r1", job_id="job")
    ledger.cancel("r1")
    ask(ledger, AccessDenied("You may not.", code="Forbidden"))
    assert answer(ledger) == CancelAnswer(
        asked=1, accepted=False, code="Forbidden", text="You may not."
    )


def test_a_job_that_does_not_show_yet_is_asked_for_again(ledger: Ledger) -> None:
    ledger.started("r1", job_id="job")
    ledger.cancel("r1")
    with pytest.raises(NotYet) as caught:
        ask(ledger, NotFound("No such job.", code="JobNotFound"))
    assert caught.value.code == "LocatingJob"
    assert read(ledger).entry.cancel_answer is None


def test_when_azure_cannot_be_asked_nothing_is_noted(ledger: Ledger) -> None:
    ledger.started("r1", job_id="job")
    ledger.cancel("r1")
    with pytest.raises(Throttled):
        ask(ledger, Throttled("Later.", code="TooManyRequests"))
    assert read(ledger).entry.cancel_answer is None


def test_a_wish_that_came_meanwhile_is_passed_on_as_well(ledger: Ledger) -> None:
    ledger.started("r1", job_id="job")
    ledger.cancel("r1")

    class Twice(Azure):
        def cancel_job(self, item_id: str, job_id: str) -> Any:
            if not self.asked:
                ledger.cancel("r1")
            return super().cancel_job(item_id, job_id)

    azure = Twice(
        CancelReply(accepted=False, code="C", text="x"), CancelReply(accepted=True, code="D")
    )
    with connection.use(azure):  # type: ignore[arg-type]
        cancelling.ask(ledger, read(ledger))
    assert len(azure.asked) == 2
    assert (answer(ledger).asked, answer(ledger).accepted) == (2, True)


def test_what_is_over_is_not_cancelled(ledger: Ledger) -> None:
    assert read(ledger).entry.state is LedgerState.INTENDED
    ledger.cancel("r1")
    ledger.finish("r1", lambda _: Verdict(verdict="Failed", succeeded=False, text="x"), START)
    assert ask(ledger).asked == []
