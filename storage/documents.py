"""Small JSON documents with versions, kept as blobs.

Here: create-if-absent and replace-if-unchanged, the two operations the ledger is built on; and
`put`, without a condition, for notes of which a lost one does no harm. Not here: what the documents
mean (storage/ledger.py). The protocol has a second implementation in memory for tests and
simulation.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

from restore.messages.errors import ServiceUnavailable
from storage import client_errors

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

Document = dict[str, Any]
Labels = Mapping[str, str]

RACES_MAX = 8
"""Whoever reads, changes and loses the race for the write so often in a row asks again later."""

_RETRY_AFTER_S = 10.0
"""The client has tried three times by then: a moment longer than its own waits."""
_RACE_S = 5.0
"""Another process writes the same document; its write takes milliseconds."""


class Taken(Exception):
    """A document of that name exists already."""


class Changed(Exception):
    """The document is not (or no longer) the version that was to be replaced."""


class Versioned(NamedTuple):
    """A document and the version that a replacement must name."""

    document: Document
    version: str


class Labelled(NamedTuple):
    """One line of a listing: the document's name, its labels and when it was last written, without
    its body."""

    name: str
    labels: Labels
    written_at: datetime


class Page(NamedTuple):
    """One page of a listing; `token` continues it, None when it was the last."""

    lines: tuple[Labelled, ...]
    token: str | None


class Documents(Protocol):
    """Where versioned JSON documents live. Every method may raise ServiceUnavailable."""

    def read(self, name: str) -> Versioned | None:
        """Read one document; None when there is none."""

    def create(self, name: str, document: Document, labels: Labels) -> str:
        """Create a document and return its version. Raises Taken when the name is in use."""

    def replace(self, name: str, document: Document, version: str, labels: Labels) -> str:
        """Replace exactly this version and return the new one. Raises Changed otherwise."""

    def put(self, name: str, document: Document) -> None:
        """Write a document, whatever was there before."""

    def remove(self, name: str) -> None:
        """Remove a document; one that is not there is no error."""

    def page(self, prefix: str, size: int, token: str | None) -> Page:
        """List names under a prefix, in the order of their names, `size` at a time."""

    def folders(self) -> frozenset[str]:
        """Return what names begin with, to their first slash, at the cost of one look."""


def lines(documents: Documents, prefix: str, size: int) -> Iterator[Labelled]:
    """List all names under a prefix, `size` with each call. Raises ServiceUnavailable."""
    token: str | None = None
    while True:
        page = documents.page(prefix, size, token)
        yield from page.lines
        token = page.token
        if token is None:
            return


class BlobDocuments:
    """Documents as block blobs of one container, which is created on first use."""

    def __init__(self, container: "ContainerClient") -> None:
        self._container = container

    def read(self, name: str) -> Versioned | None:
        """Read one document; None when there is none."""
        from azure.core.exceptions import ResourceNotFoundError

        with _translated("read the ledger"):
            try:
                blob = self._container.download_blob(name)
            except ResourceNotFoundError:
                return None
            return Versioned(msgspec.json.decode(blob.readall()), str(blob.properties.etag))

    def create(self, name: str, document: Document, labels: Labels) -> str:
        """Create a document and return its version. Raises Taken when the name is in use."""
        from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

        with _translated("write the ledger"):
            try:
                return self._upload(name, document, labels, overwrite=False)
            except ResourceExistsError as error:
                raise Taken(name) from error
            except ResourceNotFoundError:  # the container itself: first use of this account
                self._create_container()
            try:
                return self._upload(name, document, labels, overwrite=False)
            except ResourceExistsError as error:
                raise Taken(name) from error

    def replace(self, name: str, document: Document, version: str, labels: Labels) -> str:
        """Replace exactly this version and return the new one. Raises Changed otherwise."""
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

        condition = {"etag": version, "match_condition": MatchConditions.IfNotModified}
        with _translated("write the ledger"):
            try:
                return self._upload(name, document, labels, overwrite=True, **condition)
            except (ResourceModifiedError, ResourceNotFoundError) as error:
                raise Changed(name) from error

    def put(self, name: str, document: Document) -> None:
        """Write a document, whatever was there before."""
        with _translated("write the ledger"):
            self._upload(name, document, {}, overwrite=True)

    def remove(self, name: str) -> None:
        """Remove a document; one that is not there is no error."""
        from azure.core.exceptions import ResourceNotFoundError

        with _translated("tidy the ledger"):
            try:
                self._container.delete_blob(name)
            except ResourceNotFoundError:
                return

    def page(self, prefix: str, size: int, token: str | None) -> Page:
        """List names under a prefix, in the order of their names, `size` at a time."""
        from azure.core.exceptions import ResourceNotFoundError

        with _translated("list the ledger"):
            blobs = self._container.list_blobs(
                name_starts_with=prefix, include=["metadata"], results_per_page=size
            )
            pages = blobs.by_page(continuation_token=token)
            try:
                lines = tuple(
                    Labelled(str(blob.name), dict(blob.metadata or {}), blob.last_modified)
                    for blob in next(pages)
                )
            except (StopIteration, ResourceNotFoundError):
                return Page((), None)
            return Page(lines, getattr(pages, "continuation_token", None) or None)

    def folders(self) -> frozenset[str]:
        """Return what names begin with, to their first slash, at the cost of one look."""
        from azure.core.exceptions import ResourceNotFoundError

        with _translated("list the ledger"):
            try:
                return frozenset(str(each.name) for each in self._container.walk_blobs())
            except ResourceNotFoundError:
                return frozenset()

    def _upload(
        self, name: str, document: Document, labels: Labels, *, overwrite: bool, **condition: Any
    ) -> str:
        from azure.storage.blob import ContentSettings

        receipt = self._container.get_blob_client(name).upload_blob(
            msgspec.json.encode(document),
            overwrite=overwrite,
            metadata=dict(labels),
            content_settings=ContentSettings(content_type="application/json"),
            **condition,
        )
        return str(receipt["etag"])

    def _create_container(self) -> None:
        from azure.core.exceptions import ResourceExistsError

        try:
            self._container.create_container()
        except ResourceExistsError:
            return


def contended(doing: str) -> ServiceUnavailable:
    """Return the error of who has lost every race: nothing is wrong but the moment."""
    return ServiceUnavailable(
        f"Other processes changed the same document, {RACES_MAX} times in a row.",
        code="Contended",
        doing=doing,
        retry_after_s=_RACE_S,
    )


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    """Turn a storage failure into the error tree; its text is dropped, for it can hold a URL."""
    from azure.core.exceptions import AzureError

    try:
        yield
    except AzureError as error:
        said = "The app's storage account did not answer as expected."
        raise client_errors.unavailable(
            error, said, doing=doing, retry_after_s=_RETRY_AFTER_S
        ) from None
