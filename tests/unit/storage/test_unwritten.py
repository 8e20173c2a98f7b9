"""What a dry run writes it finds itself, as real documents would have it, and nobody else does."""

import pytest

from storage.documents import Changed, Taken, Versioned
from storage.unwritten import Unwritten
from tests.fakes.storage import MemoryDocuments


@pytest.fixture
def real() -> MemoryDocuments:
    documents = MemoryDocuments()
    documents.create("a", {"n": 1}, {"k": "v"})
    return documents


def copied(version: str) -> str:
    """The same version as another object, as it comes from a wire."""
    return version[:1] + version[1:]


def test_what_is_there_is_read_and_a_name_in_use_is_taken(real: MemoryDocuments) -> None:
    dry = Unwritten(real)
    assert dry.read("a") == real.read("a")
    assert dry.read("b") is None
    with pytest.raises(Taken):
        dry.create("a", {}, {})
    version = dry.create("b", {"n": 2}, {})
    assert dry.read("b") == Versioned({"n": 2}, version)
    with pytest.raises(Taken):
        dry.create("b", {}, {})


def test_exactly_the_version_that_was_read_is_replaced(real: MemoryDocuments) -> None:
    dry, found = Unwritten(real), real.read("a")
    assert found is not None
    first = dry.replace("a", {"n": 2}, copied(found.version), {})
    second = dry.replace("a", {"n": 3}, copied(first), {})
    assert dry.read("a") == Versioned({"n": 3}, second)
    for version in (found.version, first, "", "zzz"):
        with pytest.raises(Changed):
            dry.replace("a", {}, version, {})
    with pytest.raises(Changed):
        dry.replace("b", {}, second, {})


def test_what_is_removed_is_gone_and_may_be_created_anew(real: MemoryDocuments) -> None:
    dry = Unwritten(real)
    dry.put("b", {"n": 2})
    for name in ("a", "b", "c"):
        dry.remove(name)
        assert dry.read(name) is None
        dry.create(name, {}, {})


def test_nobody_else_finds_any_of_it(real: MemoryDocuments) -> None:
    dry, before = Unwritten(real), dict(real.kept)
    dry.put("a", {"n": 2})
    dry.create("b", {}, {})
    dry.remove("a")
    assert real.kept == before
    assert [line.name for line in dry.page("", 9, None).lines] == ["a"]
