"""While alerts are stopped nothing that an alert asked for goes on; all else does."""

import msgspec
import pytest

from activities import alert_gate
from restore.messages.alerted import Alerted
from restore.messages.errors import PolicyRefused
from restore.messages.ledger_entry import LedgerEntry
from restore.policy.judging import Allowed
from restore.settings import Settings
from storage import alert_switch
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments

RUNNING, STOPPED = Settings(), Settings(restore_alerts_stopped=True)


def entry(source: str) -> LedgerEntry:
    return LedgerEntry(
        request_id="r1", request_hash="h", request={}, source=source, accepted_at=START
    )


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


def test_nothing_stops_them_unless_somebody_does(documents: MemoryDocuments) -> None:
    assert alert_gate.why_stopped(documents, RUNNING) is None
    alert_gate.require_running(documents, RUNNING, entry("alert"))


def test_a_setting_stops_them(documents: MemoryDocuments) -> None:
    why = alert_gate.why_stopped(documents, STOPPED)
    assert why == "The setting RESTORE_ALERTS_STOPPED stops all restores that alerts ask for."


@pytest.mark.parametrize(("by", "who"), [("ann", "ann"), (None, "Somebody unknown")])
def test_a_person_stops_them(documents: MemoryDocuments, by: str | None, who: str) -> None:
    alert_switch.stop(documents, alert_switch.Stopped(at=START, by=by, reason="x"))
    assert alert_gate.why_stopped(documents, RUNNING) == (
        f"{who} stopped all restores that alerts ask for, at 2026-11-23T03:00:00Z."
    )


@pytest.mark.parametrize("source", ["http", "queue", "aaa", "zzz"])
def test_only_what_an_alert_asked_for_is_refused(documents: MemoryDocuments, source: str) -> None:
    alert_gate.require_running(documents, STOPPED, entry(source))
    with pytest.raises(PolicyRefused) as caught:
        alert_gate.require_running(documents, STOPPED, entry("".join(list("alert"))))
    assert (caught.value.code, caught.value.doing) == (
        "AlertsStopped", "look whether alerts may restore",
    )  # fmt: skip


@pytest.mark.parametrize("by_policy", [True, False])
@pytest.mark.parametrize("by_rule", [True, False, None])
def test_an_alerts_rule_may_want_an_approval(by_policy: bool, by_rule: bool | None) -> None:
    alerted = (
        None
        if by_rule is None
        else Alerted(alert_id="a", rule="r", approval=by_rule, fired_at=START, source="x")
    )
    asked = msgspec.structs.replace(entry("alert"), alerted=alerted)
    found = alert_gate.with_approval(Allowed("rule", by_policy), asked)
    assert found == Allowed("rule", by_policy or bool(by_rule))
