"""The reconciler looks at all that is open, page by page, and once a day at what is old."""

from typing import Any

import pytest

from activities import list_open, purge_documents
from restore.messages import names
from restore.messages.errors import ServiceUnavailable
from restore.messages.reconcile_io import PURGED
from tests.end_to_end.harness import request_for
from tests.fakes.app_harness import AppHarness
from tests.unit.orchestrators.journal import Journal


@pytest.fixture
def three_open(harness: AppHarness, journal: Journal) -> AppHarness:
    for number in range(3):
        harness.ask(request_for("RestoreDisks", f"r{number}", name=f"web-0{number % 2 + 1}"))
    harness.run_for(60)
    journal.calls.clear()
    return harness


def reconciled(harness: AppHarness, journal: Journal, *, deletes: bool = False) -> list[str]:
    harness.reconcile(deletes=deletes)
    mine = {
        names.TIDY_STORAGE, names.LIST_OPEN, names.RECONCILE_RESTORE, names.REVIVE_PLANS,
        names.REVIVE_ALERTS, names.PURGE_DOCUMENTS, names.PURGE_HISTORIES,
    }  # fmt: skip
    return [name for name in journal.calls if name in mine]


def test_each_open_restore_is_looked_at_between_the_storage_and_the_plans(
    three_open: AppHarness, journal: Journal
) -> None:
    assert reconciled(three_open, journal) == [
        names.TIDY_STORAGE, names.LIST_OPEN, *[names.RECONCILE_RESTORE] * 3, names.REVIVE_PLANS,
    ]  # fmt: skip


@pytest.mark.parametrize("folder", ["open-alerts/", "alert-rules/"])
def test_alerts_are_seen_to_where_there_are_any(
    harness: AppHarness, journal: Journal, folder: str
) -> None:
    harness.documents.create(f"{folder}web", {}, {})
    assert reconciled(harness, journal) == [
        names.TIDY_STORAGE, names.REVIVE_PLANS, names.REVIVE_ALERTS
    ]  # fmt: skip


def test_after_a_look_without_an_answer_all_is_looked_for(
    three_open: AppHarness, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable() -> None:
        raise ServiceUnavailable("No answer.", code="ServerBusy")

    monkeypatch.setattr(three_open.documents, "folders", unavailable)
    assert reconciled(three_open, journal) == [
        names.TIDY_STORAGE, names.LIST_OPEN, *[names.RECONCILE_RESTORE] * 3, names.REVIVE_PLANS,
        names.REVIVE_ALERTS,
    ]  # fmt: skip


def test_once_a_day_what_is_old_is_deleted_folder_by_folder(
    harness: AppHarness, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Any] = []
    purge = purge_documents._purge

    def noted(order: Any, keep: Any) -> Any:
        folders.append(order.folder)
        return purge(order, keep)

    monkeypatch.setattr(purge_documents, "_purge", noted)
    calls = reconciled(harness, journal, deletes=True)
    assert calls == [
        names.TIDY_STORAGE, names.REVIVE_PLANS,
        names.PURGE_HISTORIES, *[names.PURGE_DOCUMENTS] * 7,
    ]  # fmt: skip
    assert folders == [
        "plans/", "events/", "rejections/", "alerts/", "alert-vms/", "messages/", "notify/"
    ]  # fmt: skip


def test_every_page_is_looked_at_and_the_storage_is_tidied_once(
    three_open: AppHarness, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_open, "_PAGE_SIZE", 2)
    assert reconciled(three_open, journal) == [
        names.TIDY_STORAGE, names.LIST_OPEN, *[names.RECONCILE_RESTORE] * 2,
        names.LIST_OPEN, names.RECONCILE_RESTORE, names.REVIVE_PLANS,
        names.REVIVE_ALERTS,
    ]  # fmt: skip


def test_a_list_that_cannot_be_read_is_read_the_next_time(
    three_open: AppHarness, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(order: Any) -> None:
        raise ServiceUnavailable("No answer.", code="ServerBusy")

    monkeypatch.setattr(list_open, "_list", unavailable)
    assert reconciled(three_open, journal) == [names.TIDY_STORAGE, names.LIST_OPEN]


def test_a_purge_goes_on_as_long_as_something_is_left(
    harness: AppHarness, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: list[Any] = []

    def purge(order: Any, keep: Any) -> dict[str, str | None]:
        tokens.append(order.token)
        count = len(tokens)
        return {"token": str(count) if count % 25 else None}

    monkeypatch.setattr(purge_documents, "_purge", purge)
    sizes: list[int] = []
    note = harness.on_turn

    def on_turn(name: str, context: dict[str, Any], answer: dict[str, Any]) -> None:
        note(name, context, answer)
        if name == names.RECONCILE:
            sizes.append(sum(event.get("EventType") == 4 for event in context["history"]))

    harness.on_turn = on_turn
    calls = reconciled(harness, journal, deletes=True)
    one_purge = [None, *(str(number) for number in range(1, 25))]
    assert tokens[:25] == one_purge
    assert tokens[25:50] == [None, *(str(number) for number in range(26, 50))]
    assert len(tokens) == 25 * len(PURGED)
    assert calls.count(names.TIDY_STORAGE) == 1
    assert max(sizes) == 20, "each purge went on in a second generation"


def test_a_purge_that_fails_ends_for_today(
    harness: AppHarness, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def purge(order: Any, keep: Any) -> None:
        raise ServiceUnavailable("No answer.", code="ServerBusy")

    monkeypatch.setattr(purge_documents, "_purge", purge)
    calls = reconciled(harness, journal, deletes=True)
    assert calls.count(names.PURGE_DOCUMENTS) == len(PURGED)
