"""Of two that would send the same at once, one does; one that died holds nothing up for long."""

from datetime import timedelta

import pytest

from storage.claims import claim
from storage.documents import Versioned
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments

MINUTE = timedelta(minutes=1)


def found(documents: MemoryDocuments) -> Versioned:
    known = documents.read("x")
    assert known is not None
    return known


@pytest.fixture
def documents() -> MemoryDocuments:
    documents = MemoryDocuments()
    documents.put("x", {"a": 1})
    return documents


def test_a_claim_lasts_a_minute(documents: MemoryDocuments) -> None:
    assert claim(documents, "x", found(documents), START)
    assert found(documents).document["a"] == 1
    assert not claim(documents, "x", found(documents), START)
    assert not claim(documents, "x", found(documents), START + MINUTE - timedelta(microseconds=1))
    assert claim(documents, "x", found(documents), START + MINUTE)
    assert not claim(documents, "x", found(documents), START + MINUTE)
    assert claim(documents, "x", found(documents), START + 3 * MINUTE)


def test_of_two_that_looked_at_once_one_has_it(documents: MemoryDocuments) -> None:
    seen = found(documents)
    assert claim(documents, "x", seen, START)
    assert not claim(documents, "x", seen, START + MINUTE)
