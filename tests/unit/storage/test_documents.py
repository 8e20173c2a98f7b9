"""Documents as blobs: conditions decide who wins, and no storage error leaves with its text."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from restore.messages.errors import ServiceUnavailable
from storage.documents import (
    RACES_MAX,
    BlobDocuments,
    Changed,
    Labelled,
    Page,
    Taken,
    Versioned,
    contended,
    lines,
)
from tests.fakes.storage import MemoryDocuments

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SIGNED = "https://account.blob.core.windows.net/?sig=S3CRET"


class Container:
    """A container client; `errors` are raised by the next calls, None lets one pass."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.calls: list[str] = []
        self.uploaded: list[dict[str, Any]] = []
        self.listed: dict[str, Any] = {}
        self.pages: list[list[Any]] = []
        self.next_token: str | None = None

    def _called(self, call: str) -> None:
        self.calls.append(call)
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error

    def download_blob(self, name: str) -> Any:
        """Read."""
        self._called(f"download {name}")
        properties = SimpleNamespace(etag="e1")
        return SimpleNamespace(readall=lambda: b'{"a": 1}', properties=properties)

    def get_blob_client(self, name: str) -> Any:
        """Return a blob's client."""

        def upload(data: bytes, **options: Any) -> dict[str, str]:
            self.uploaded.append({"data": data} | options)
            self._called(f"upload {name}")
            return {"etag": "e2"}

        return SimpleNamespace(upload_blob=upload)

    def delete_blob(self, name: str) -> None:
        """Delete."""
        self._called(f"delete {name}")

    def create_container(self) -> None:
        """Create."""
        self._called("create container")

    def list_blobs(self, **options: Any) -> Any:
        """List."""
        self.listed = options

        def by_page(continuation_token: str | None) -> Any:
            self.listed["token"] = continuation_token
            return _Pages(self)

        return SimpleNamespace(by_page=by_page)


class _Pages(Iterator[list[Any]]):
    def __init__(self, container: Container) -> None:
        self._container = container
        self.continuation_token = container.next_token

    def __next__(self) -> list[Any]:
        self._container._called("page")
        if not self._container.pages:
            raise StopIteration
        return self._container.pages.pop(0)


def documents(container: Container) -> BlobDocuments:
    return BlobDocuments(cast("Any", container))


def test_a_document_is_read_with_its_version() -> None:
    assert documents(Container()).read("x") == Versioned({"a": 1}, "e1")


def test_what_is_not_there_is_none() -> None:
    assert documents(Container(ResourceNotFoundError())).read("x") is None


def test_a_new_document_is_written_with_its_labels_only_if_there_is_none() -> None:
    container = Container()
    assert documents(container).create("x", {"a": 1}, {"state": "Accepted"}) == "e2"
    (upload,) = container.uploaded
    assert (upload["data"], upload["overwrite"]) == (b'{"a":1}', False)
    assert upload["metadata"] == {"state": "Accepted"}
    assert upload["content_settings"].content_type == "application/json"
    assert "etag" not in upload


def test_a_name_in_use_is_taken() -> None:
    with pytest.raises(Taken):
        documents(Container(ResourceExistsError())).create("x", {}, {})


@pytest.mark.parametrize("made", [None, ResourceExistsError()], ids=["by us", "by another"])
def test_on_first_use_the_container_is_made_and_the_document_written(
    made: Exception | None,
) -> None:
    container = Container(ResourceNotFoundError(), made)
    assert documents(container).create("x", {}, {}) == "e2"
    assert container.calls == ["upload x", "create container", "upload x"]
    assert [upload["overwrite"] for upload in container.uploaded] == [False, False]


def test_on_first_use_another_may_be_quicker() -> None:
    container = Container(ResourceNotFoundError(), None, ResourceExistsError())
    with pytest.raises(Taken):
        documents(container).create("x", {}, {})


def test_exactly_the_version_that_was_read_is_replaced() -> None:
    container = Container()
    assert documents(container).replace("x", {"b": 2}, "e1", {}) == "e2"
    (upload,) = container.uploaded
    assert (upload["overwrite"], upload["etag"]) == (True, "e1")
    assert upload["match_condition"] is MatchConditions.IfNotModified


@pytest.mark.parametrize("error", [ResourceModifiedError(), ResourceNotFoundError()], ids=repr)
def test_another_version_is_not_replaced(error: Exception) -> None:
    with pytest.raises(Changed):
        documents(Container(error)).replace("x", {}, "e1", {})


def test_a_note_is_written_whatever_was_there() -> None:
    container = Container()
    documents(container).put("x", {"a": 1})
    (upload,) = container.uploaded
    assert (upload["overwrite"], upload["metadata"]) == (True, {})
    assert "etag" not in upload


def test_what_is_not_there_is_removed_already() -> None:
    container = Container(ResourceNotFoundError())
    documents(container).remove("x")
    assert container.calls == ["delete x"]


def test_a_page_has_names_labels_and_times_and_where_it_goes_on() -> None:
    container = Container()
    blobs = [
        SimpleNamespace(name="restores/a", metadata={"k": "v"}, last_modified=AT),
        SimpleNamespace(name="restores/b", metadata=None, last_modified=AT),
    ]
    container.pages, container.next_token = [blobs], "t2"
    page = documents(container).page("restores/", 2, "t1")
    lines = (Labelled("restores/a", {"k": "v"}, AT), Labelled("restores/b", {}, AT))
    assert page == Page(lines, "t2")
    assert container.listed == {
        "name_starts_with": "restores/",
        "include": ["metadata"],
        "results_per_page": 2,
        "token": "t1",
    }


def test_the_last_page_has_no_token() -> None:
    container = Container()
    container.pages, container.next_token = [[]], ""
    assert documents(container).page("x/", 2, None) == Page((), None)


@pytest.mark.parametrize("error", [None, ResourceNotFoundError()], ids=["empty", "no container"])
def test_where_nothing_was_written_yet_nothing_is_listed(error: Exception | None) -> None:
    container = Container(error)
    container.next_token = "t"
    assert documents(container).page("x/", 2, None) == Page((), None)


CALLS: list[tuple[Callable[[BlobDocuments], object], str]] = [
    (lambda kept: kept.read("x"), "read the ledger"),
    (lambda kept: kept.create("x", {}, {}), "write the ledger"),
    (lambda kept: kept.replace("x", {}, "e", {}), "write the ledger"),
    (lambda kept: kept.put("x", {}), "write the ledger"),
    (lambda kept: kept.remove("x"), "tidy the ledger"),
    (lambda kept: kept.page("x", 1, None), "list the ledger"),
]


@pytest.mark.parametrize(("call", "doing"), CALLS)
def test_a_storage_error_says_its_code_and_not_its_text(
    call: Callable[[BlobDocuments], object], doing: str
) -> None:
    error = HttpResponseError(f"Cannot reach {SIGNED}")
    error.error_code = "ServerBusy"  # type: ignore[attr-defined]
    with pytest.raises(ServiceUnavailable) as caught:
        call(documents(Container(error)))
    told = caught.value
    assert (told.code, told.doing, told.retry_after_s) == ("ServerBusy", doing, 10.0)
    assert "S3CRET" not in str(told)
    assert told.__cause__ is None


def test_an_error_without_a_code_is_named_by_its_kind() -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        documents(Container(AzureError("x"))).read("x")
    assert caught.value.code == "AzureError"


def test_whoever_loses_every_race_asks_again_in_five_seconds() -> None:
    error = contended("write the ledger")
    assert (error.code, error.retry_after_s, error.doing) == ("Contended", 5, "write the ledger")
    assert (f"{RACES_MAX} times" in error.message, RACES_MAX) == (True, 8)


def test_all_names_under_a_prefix_are_listed_however_many_pages_they_take() -> None:
    documents = MemoryDocuments()
    for number in range(7):
        documents.create(f"a/{number}", {}, {})
    documents.create("b/0", {}, {})
    assert [line.name for line in lines(documents, "a/", 3)] == [f"a/{each}" for each in range(7)]
    assert list(lines(documents, "c/", 3)) == []
