"""A message that was put aside is listed by what is known of it."""

from typing import Any

import pytest
from msgspec.structs import replace

from restore.request import rejections as reading
from storage import rejections
from tests.fakes.messages import NOW
from tests.fakes.storage import MemoryDocuments

POISONED = reading.poisoned(message_id="m1", original=b"{}", time=NOW)


@pytest.fixture
def documents() -> MemoryDocuments:
    return MemoryDocuments()


def line(documents: MemoryDocuments) -> dict[str, Any]:
    (found,) = rejections.page(documents, 9, None).lines
    return rejections.line_of(found.name, found.labels)


@pytest.mark.parametrize("request_id", ["r1", None])
def test_a_line_names_the_request_where_it_is_known(
    documents: MemoryDocuments, request_id: str | None
) -> None:
    rejections.keep(documents, replace(POISONED, request_id=request_id))
    assert line(documents) == {
        "id": POISONED.id, "kind": "poisoned", "at": "2026-11-23T03:00:00Z", "code": POISONED.code,
        "messageId": "m1", "requestId": request_id, "putBackAt": None,
    }  # fmt: skip


def test_what_is_not_kept_is_none(documents: MemoryDocuments) -> None:
    assert rejections.read(documents, POISONED.id) is None
    rejections.keep(documents, POISONED)
    kept = rejections.read(documents, POISONED.id)
    assert kept is not None
    assert kept.rejection == POISONED


def test_what_a_message_has_raised_is_told_of_its_last_try(documents: MemoryDocuments) -> None:
    assert rejections.raised_by(documents, b"x") is None
    for kind in ("KeyError", "ValueError"):
        rejections.note_raised(documents, b"x", kind)
        assert rejections.raised_by(documents, b"x") == kind
    assert rejections.raised_by(documents, b"y") is None
