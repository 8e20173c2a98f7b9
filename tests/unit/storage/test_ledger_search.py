"""Requests are found by what their labels say, in any case, however many there are."""

import pytest

from restore.messages import names
from storage import ledger_search
from storage.ledger import Ledger
from tests.fakes.storage import MemoryDocuments

ASKED = "/subscriptions/S/rg-Été/vm"


def ledger_of(jobs: dict[str, str]) -> tuple[Ledger, MemoryDocuments]:
    documents = MemoryDocuments()
    for name, job in jobs.items():
        documents.create(name, {}, {"jobid": job} if job else {})
    return Ledger(documents), documents


def test_those_with_the_label_are_found_and_no_others() -> None:
    ledger, _ = ledger_of(
        {"restores/a": "J-1", "restores/b": "j-1", "restores/c": "j-0", "restores/d": "j-2",
         "restores/e": "", "other/f": "j-1"}
    )  # fmt: skip
    assert list(ledger_search.ids_with(ledger, "jobid", "j-1")) == ["a", "b"]
    assert list(ledger_search.ids_with(ledger, "jobid", "J-1", "other/")) == ["f"]
    assert list(ledger_search.ids_with(ledger, "jobid", "j-3")) == []


def test_a_label_is_found_by_what_it_stands_for() -> None:
    ledger, _ = ledger_of({"restores/a": "/subscriptions/s/rg-%C3%89t%C3%A9/vm"})
    assert list(ledger_search.ids_with(ledger, "jobid", ASKED)) == ["a"]


@pytest.mark.parametrize(("requests", "calls"), [(5_000, 1), (5_001, 2)])
def test_one_call_lists_five_thousand(requests: int, calls: int) -> None:
    ledger, documents = ledger_of({f"restores/{number:04}": "j" for number in range(requests)})
    listed = documents.count_calls()
    assert len(list(ledger_search.ids_with(ledger, "jobid", "j"))) == requests
    assert listed == [f"page {names.ENTRIES}"] * calls
