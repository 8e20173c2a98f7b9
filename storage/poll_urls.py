"""The signed URLs at which one operation can be followed, kept apart because they are secrets.

They may not appear in a history, status, event, log or ledger entry; so activities pass the request
id, and the URLs wait here, in the private ledger container, until the restore is over.
"""

from typing import TYPE_CHECKING

from storage.documents import Documents, Taken

if TYPE_CHECKING:
    from arm.long_running import PollUrls


def keep(documents: Documents, request_id: str, urls: "PollUrls") -> None:
    """Keep an operation's URLs."""
    try:
        documents.create(_name(request_id), urls.as_json(), {})
    except Taken:  # a second attempt after a first that started nothing: the newer operation counts
        documents.remove(_name(request_id))
        documents.create(_name(request_id), urls.as_json(), {})


def find(documents: Documents, request_id: str) -> "PollUrls | None":
    """Return an operation's URLs; None when there are none (an adopted job has none)."""
    from arm.long_running import PollUrls

    found = documents.read(_name(request_id))
    return None if found is None else PollUrls.from_json(found.document)


def drop(documents: Documents, request_id: str) -> None:
    """Forget an operation's URLs."""
    documents.remove(_name(request_id))


def _name(request_id: str) -> str:
    return f"poll-urls/{request_id}"
