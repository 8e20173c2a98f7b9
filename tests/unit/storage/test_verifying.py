"""The ledger notes when a verification began, and what the job came to: once, and with an event."""

from datetime import timedelta

import msgspec

from restore.messages.ledger_entry import LedgerEntry, Verifying, verifying_since
from storage.ledger import Held, Ledger
from tests.unit.storage.test_ledger import DONE, NOW, accepted, intent

VERIFYING = Verifying(since=NOW, verdict=DONE)


def begin_verification(ledger: Ledger, held: Held) -> LedgerEntry:
    ledger.started("r1", ledger.intend(held, intent()), job_id="j")
    return ledger.update("r1", lambda entry: verifying_since(entry, VERIFYING))


def test_when_a_verification_began_is_recorded_once_and_told() -> None:
    ledger, held = accepted()
    assert begin_verification(ledger, held).verifying == VERIFYING
    later = msgspec.structs.replace(VERIFYING, since=NOW + timedelta(hours=1))
    again = ledger.update("r1", lambda entry: verifying_since(entry, later))
    assert again.verifying == VERIFYING
    assert [event.kind for event in again.events] == ["accepted", "started", "verifying"]


def test_what_has_its_verdict_is_not_verified_any_more() -> None:
    ledger, held = accepted()
    ledger.started("r1", ledger.intend(held, intent()), job_id="j")
    ledger.finish("r1", lambda _: DONE, NOW)
    over = ledger.update("r1", lambda entry: verifying_since(entry, VERIFYING))
    assert over.verifying is None
