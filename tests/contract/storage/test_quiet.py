"""Calls of the storage client leave nothing in the log, though the root logs at INFO."""

import logging

import pytest

from storage import open_index
from storage.documents import BlobDocuments
from tests.unit.restore.progress.test_ledger_lines import START


def test_six_calls_are_no_record(
    documents: BlobDocuments, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.INFO, "azure")
    for number in range(2):
        open_index.opened(documents, f"r{number}", START)
        open_index.read(documents, f"r{number}")
        open_index.closed(documents, f"r{number}")
    assert caplog.records == []
