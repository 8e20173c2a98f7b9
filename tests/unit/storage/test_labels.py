"""Labels hold what a listing shows, within what a blob takes."""

from datetime import UTC, datetime

import pytest

from restore.messages.ledger_entry import LedgerEntry
from storage.labels import labels_of, line_of, shown_of
from tests.fakes.storage import METADATA_BYTES_MAX
from tests.unit.restore.samples import GROUP, VM

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def entry(vm: str, job_id: str) -> LedgerEntry:
    return LedgerEntry(
        request_id="r1",
        request_hash="h",
        request={"recoveryType": "RestoreDisks", "sourceResourceId": vm},
        source="queue",
        accepted_at=NOW,
        job_id=job_id,
    )


def test_a_group_of_any_letters_is_shown_as_it_is_called() -> None:
    vm = VM.replace("/rg/", "/rg-été-語/")
    line = line_of("restores/r1", labels_of(entry(vm, "j1")))
    assert (line["sourceResourceId"], line["jobId"]) == (vm, "j1")


@pytest.mark.parametrize("letter", ["x", "é", "語", "𝕏"])
def test_names_of_any_length_are_taken_by_a_blob(letter: str) -> None:
    name = letter * 260
    vm = f"{GROUP.removesuffix('rg')}{name}/providers/Microsoft.Compute/virtualMachines/{name}"
    labels = labels_of(entry(vm, letter * 512))
    assert sum(len(name) + len(value) for name, value in labels.items()) <= METADATA_BYTES_MAX
    line = line_of("restores/r1", labels)
    assert vm.startswith(line["sourceResourceId"])
    assert line["sourceResourceId"] == shown_of(vm)
    assert len(line["sourceResourceId"]) > 290


def test_a_label_holds_three_thousand_bytes_and_no_more() -> None:
    for length in (2_999, 3_000, 3_001, 9_000):
        assert len(shown_of("x" * length)) == min(length, 3_000)
    assert len(shown_of("語" * 333)) == 333  # nine bytes each, as %E8%AA%9E
    assert len(shown_of("語" * 334)) == 333


def test_a_line_names_its_recovery_type() -> None:
    line = line_of("restores/r1", labels_of(entry(VM, "j1")))
    assert (line["recoveryType"], line["requestId"], line["verdict"]) == (
        "RestoreDisks",
        "r1",
        None,
    )
