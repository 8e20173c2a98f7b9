"""One poll of an operation: the short-lived operation that ARM gives out for a restore it accepted.

Three places may know how it stands. They are asked in the order of `_sources`, until one answers;
a 404 or another refusal often only means that a signed URL has expired. The poll URLs are secrets:
whoever has one can read the operation, so they are used verbatim and never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from arm import errors as arm_errors
from arm import log, resource_ids, texts
from arm.client import Answer, Client
from restore.messages import errors
from restore.messages.log_line import LogLine
from restore.messages.model import OperationSnapshot, ProtectedItem
from restore.values.structs import Model

_DOING = "read the operation's status"
_OPERATION_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}"  # compiled, and kept, on first use
_FAILED = ("failed", "canceled", "cancelled")


class PollUrls(Model, frozen=True, kw_only=True):
    """The signed URLs that came with the 202. Secrets: their text never shows them."""

    async_url: str | None = None
    location: str | None = None

    def __repr__(self) -> str:
        return "PollUrls(<hidden>)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


def poll_urls(headers: Mapping[str, str]) -> PollUrls:
    """The poll URLs that a 202 carries in its headers (by lower-case name)."""
    return PollUrls(
        async_url=headers.get("azure-asyncoperation") or None,
        location=headers.get("location") or None,
    )


def trusted(poll_urls: PollUrls, client: Client, item: ProtectedItem) -> PollUrls:
    """The poll URLs that lead to an operation of this item or its vault; the others are dropped.

    The operation's id then finds it as well, so nothing is lost.
    """

    def kept(url: str | None) -> str | None:
        homes = (item.id, item.vault_id)
        if url is None or any(client.trusts_operation(url, home) for home in homes):
            return url
        text = "A URL to follow the restore points elsewhere: dropped."
        log.write(LogLine(event="remark", text=text))
        return None

    return PollUrls(async_url=kept(poll_urls.async_url), location=kept(poll_urls.location))


def operation_id(poll_urls: PollUrls) -> str | None:
    """The operation's id: the last segment of Azure-AsyncOperation, else of Location.

    A Location that is malformed in its beginning is good enough for that.
    """
    for url in (poll_urls.async_url, poll_urls.location):
        last = (url or "").partition("?")[0].rpartition("/")[2]
        if _is_operation_id(last):
            return last
    return None


def read_operation(
    client: Client,
    vault_id: str,
    operation_id: str | None,
    poll_urls: PollUrls | None,
    api_version: str,
) -> OperationSnapshot:
    """Ask each source until one answers. None did: Unknown, or the last temporary error."""
    known, unanswered = poll_urls or PollUrls(), None
    sources: list[tuple[bool, Callable[[], Answer | None]]] = [
        (False, lambda: _follow(client, known.async_url, vault_id)),  # Azure-AsyncOperation
        (False, lambda: _get(client, vault_id, operation_id, api_version)),
        (True, lambda: _follow(client, known.location, vault_id)),  # Location
    ]
    for is_result, ask in sources:
        try:
            found = _reading(ask(), is_result=is_result)
        except errors.Throttled:
            raise
        except errors.TemporaryError as error:
            unanswered = error
        except errors.PermanentError:
            continue  # it does not know the operation
        else:
            if found is not None:
                return found
    if unanswered is not None:
        raise unanswered
    return OperationSnapshot(state="Unknown")


def _follow(client: Client, url: str | None, vault_id: str) -> Answer | None:
    if url is None:
        return None
    if not client.trusts(url, vault_id):
        text = "A URL to follow an operation points outside its vault: skipped."
        log.write(LogLine(event="remark", text=text))
        return None
    return client.follow(url, vault_id, _DOING)


def _get(
    client: Client, vault_id: str, operation_id: str | None, api_version: str
) -> Answer | None:
    if operation_id is None:
        return None
    path = resource_ids.path(vault_id, "backupOperations", operation_id)
    return client.get(f"{path}?api-version={api_version}", _DOING)


def _reading(answer: Answer | None, *, is_result: bool) -> OperationSnapshot | None:
    """What an answer says of the operation; None if it says nothing of it.

    The result's URL answers 202 while it runs, then 200 with the protected item or 204; old samples
    show the status there too. Terminal are Succeeded, Failed and Canceled; all else is running.
    """
    if answer is None:
        return None
    status = answer.body.get("status")
    if not isinstance(status, str):
        if answer.status == 202:
            return OperationSnapshot(state="InProgress", retry_after_s=answer.retry_after_s)
        return OperationSnapshot(state="Succeeded") if is_result else None
    job_id = _job_id(answer.body.get("properties"))
    if status.lower() == "succeeded":
        return OperationSnapshot(state="Succeeded", job_id=job_id)
    if status.lower() in _FAILED:
        failure = arm_errors.to_failure(answer.body.get("error") or {"code": f"Operation{status}"})
        return OperationSnapshot(state="Failed", job_id=job_id, error=failure)
    return OperationSnapshot(state="InProgress", retry_after_s=answer.retry_after_s)


def _job_id(properties: Any) -> str | None:
    if not isinstance(properties, dict):
        return None
    several = properties.get("jobIds")
    first = several[0] if isinstance(several, list) and several else None
    found = properties.get("jobId") or first
    return found if _is_operation_id(found) else None


def _is_operation_id(value: object) -> TypeGuard[str]:
    known = texts.name(value)
    return known is not None and re.fullmatch(_OPERATION_ID, known) is not None
