"""Messages that became no request, put aside: one document each, until nobody asks for it any more
(activities/purge_documents.py).

Here too: which kind of error a message has raised, noted where it was raised, for the host that
poisons a message tells nobody.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec

from restore.messages import names, rejection
from restore.messages.rejection import PutBack, Rejection
from restore.values.rewriting import rewritten
from restore.values.times import stamp
from storage.documents import Changed, Document, Documents, Page, Taken
from storage.labels import quoted

_RAISED = "raised"


class Kept(NamedTuple):
    """A rejection, the version it was read at, and the document."""

    rejection: Rejection
    version: str
    document: Document


def keep(documents: Documents, kept: Rejection) -> None:
    """Put a message aside. Repeatable."""
    try:
        documents.create(_name(kept.id), kept.as_json(), _labels(kept))
    except Taken:
        return


def read(documents: Documents, rejection_id: str) -> Kept | None:
    """Read one rejection; None when there is none."""
    if not rejection.is_id(rejection_id):  # it may come from a URL: `..` leads elsewhere
        return None
    found = documents.read(_name(rejection_id))
    if found is None:
        return None
    return Kept(Rejection.from_json(found.document), found.version, found.document)


def page(documents: Documents, size: int, token: str | None) -> Page:
    """List rejections by their labels, the newest first."""
    return documents.page(names.REJECTIONS, size, token)


def note_put_back(documents: Documents, kept: Kept, put_back: PutBack) -> None:
    """Note that a rejection was put back, and as what; of two who did so the first stands."""
    if kept.rejection.put_back is not None:
        return
    after = msgspec.structs.replace(kept.rejection, put_back=put_back)
    document = rewritten(kept.document, kept.rejection, after)
    try:
        documents.replace(_name(after.id), document, kept.version, _labels(after))
    except Changed:
        return


def line_of(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return one line of `GET /rejections` from a listing's name and labels."""
    known = {key: unquote(value) for key, value in labels.items()}
    return {
        "id": name.removeprefix(names.REJECTIONS),
        "kind": known.get("kind"),
        "at": known.get("at"),
        "code": known.get("code"),
        "messageId": known.get("messageid"),
        "requestId": known.get("requestid"),
        "putBackAt": known.get("putbackat"),
    }


def note_raised(documents: Documents, body: bytes, kind: str) -> None:
    """Note which kind of error a message has raised: of its last try."""
    documents.put(_of_body(body), {_RAISED: kind})


def raised_by(documents: Documents, body: bytes) -> str | None:
    """Return the kind of error that a message has raised, if that was noted."""
    found = documents.read(_of_body(body))
    return None if found is None else str(found.document[_RAISED])


def _labels(kept: Rejection) -> dict[str, str]:
    put_back = kept.put_back
    return quoted(
        {
            "kind": kept.kind,
            "at": stamp(kept.at),
            "code": kept.code,
            "messageid": kept.message_id,
            "requestid": kept.request_id or "",
            "putbackat": stamp(put_back.at) if put_back else "",
        }
    )


def _name(rejection_id: str) -> str:
    assert rejection.is_id(rejection_id), "a rejection has the id of a message"
    return f"{names.REJECTIONS}{rejection_id}"


def _of_body(body: bytes) -> str:
    return f"{names.MESSAGES}raised/{sha256(body).hexdigest()}"
