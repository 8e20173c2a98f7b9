"""Whatever URL Azure hands out, a token goes nowhere but to the resource that is meant.

Every form in hostile.py is tried at every place where a URL can come from. The transport notes each
request; what is logged, raised and returned is searched for the token.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from arm import resource_ids
from arm.authorized_request import AuthorizedRequest
from arm.backup import Backup
from arm.client import Client
from arm.transport import Reply
from restore.messages import errors
from tests.unit.arm.fakes import ENDPOINT, ITEM, NOW, VAULT, VM
from tests.unit.arm.hostile import EVIL, FORMS, Form

TOKEN = "eyJ0eXAi.canary.token"
OPERATION = "5d0c7e1a-42b6-4f2c-8d3e-9abcdef01234"
REDIRECTS = (301, 302, 303, 307, 308)
_POLLED = ("Azure-AsyncOperation", "Location")
_LISTS: dict[str, Callable[[Backup], object]] = {
    "backupProtectedItems": lambda backup: backup.find_protected_item(VAULT, VM),
    "recoveryPoints": lambda backup: backup.recovery_points(ITEM),
    "backupJobs": lambda backup: backup.restore_jobs(VAULT),
}


class Recording:
    """Answers by a function, notes where each request went, and hands out the same URL again."""

    def __init__(self, answer: Callable[[str, str], Reply]) -> None:
        self.sent: list[tuple[str, str]] = []
        self._answer = answer

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], *rest: Any
    ) -> tuple[int, Mapping[str, str], bytes]:
        assert headers["Authorization"] == f"Bearer {TOKEN}"
        self.sent.append((method, url))
        return self._answer(method, url)

    def backup(self) -> Backup:
        authorized = AuthorizedRequest(ENDPOINT, lambda: TOKEN, self, now=lambda: NOW)
        return Backup(Client(authorized, sleep=lambda seconds: None), "2025-02-01")


def _json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, headers or {}, json.dumps(body).encode())


def _told(call: Callable[[], object]) -> str:
    """Everything that a call returns or raises, as whoever shows it would."""
    try:
        found = call()
    except errors.RestoreError as error:
        shown = traceback.format_exception(error)
        return f"{error!r} {error} {errors.to_failure(error)} {''.join(shown)}"
    return repr(found)


def _check(recording: Recording, allowed: str, told: str, hostile: str) -> None:
    pattern = re.compile(re.escape(ENDPOINT + VAULT) + allowed, re.IGNORECASE)
    for _, url in recording.sent:
        assert pattern.fullmatch(url), f"a token left for {url[:200]!r}"
        assert url != hostile
    assert TOKEN not in told
    assert EVIL not in told


@pytest.mark.parametrize("form", FORMS)
def test_a_url_to_follow_an_operation_leads_nowhere_else(
    form: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for names in (_POLLED[:1], _POLLED[1:], _POLLED):
        _follow(FORMS[form], names, caplog)


def _follow(form: Form, names: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    good = f"{ENDPOINT}{ITEM.id}/operationsStatus/{OPERATION}?api-version=2025-02-01&s=x"
    hostile = form(good)

    def answer(method: str, url: str) -> Reply:
        if method == "POST":
            return Reply(202, dict.fromkeys(names, hostile), b"")
        return _json({"error": {"code": "OperationNotFound", "message": "none"}}, 404)

    recording = Recording(answer)
    backup = recording.backup()
    triggered, poll_urls = backup.trigger_restore(ITEM, "1", {})
    assert (poll_urls.async_url, poll_urls.location) == (None, None)
    told = _told(lambda: backup.read_operation(VAULT, triggered.operation_id, poll_urls))
    post = re.escape(resource_ids.path(ITEM.id)[len(VAULT) :]) + r"/recoveryPoints/1/restore"
    by_id = r"/backupOperations/[A-Za-z0-9_-]{1,128}"
    _check(recording, rf"({post}|{by_id})\?api-version=2025-02-01", told + caplog.text, hostile)


@pytest.mark.parametrize("form", FORMS)
def test_the_next_page_of_a_list_is_nowhere_else(
    form: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for which, call in _LISTS.items():
        _list(FORMS[form], which, call, caplog)


def _list(
    form: Form, which: str, call: Callable[[Backup], object], caplog: pytest.LogCaptureFixture
) -> None:
    hostile = ""

    def answer(method: str, url: str) -> Reply:
        nonlocal hostile
        hostile = form(url.partition("?")[0] + "?$skipToken=2")
        return _json({"value": [], "nextLink": hostile})

    recording = Recording(answer)
    told = _told(lambda: call(recording.backup()))
    if form is FORMS["fragment"]:  # a token of the list's that Azure did not escape
        first, (_, second) = recording.sent
        assert second == f"{first[1].partition('?')[0]}?$skipToken=2%23{EVIL}"
        return
    assert "UntrustedUrl" in told
    assert len(recording.sent) == 1
    _check(recording, rf".*/{which}\?.*", told + caplog.text, hostile)


@pytest.mark.parametrize("form", FORMS)
def test_a_redirect_is_not_followed(form: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for status in REDIRECTS:
        _redirect(FORMS[form], status)
    assert TOKEN not in caplog.text


def _redirect(form: Form, status: int) -> None:
    hostile = ""

    def answer(method: str, url: str) -> Reply:
        nonlocal hostile
        hostile = form(url)
        return _json({}, status, {"Location": hostile, "Azure-AsyncOperation": hostile})

    recording = Recording(answer)
    backup = recording.backup()
    told = _told(lambda: backup.read_job(VAULT, "1"))
    told += _told(lambda: backup.cancel_job(VAULT, "1"))
    told += _told(lambda: backup.trigger_restore(ITEM, "1", {}))
    reads, writes = [
        [call for call in recording.sent if call[0] == each] for each in ("GET", "POST")
    ]
    assert (len(reads), len(writes)) == (3, 2), "a read is repeated as it is, a write never"
    assert len({*recording.sent}) == 3
    _check(recording, r"/(backupJobs/1|.*/restore|backupJobs/1/cancel)\?.*", told, hostile)


def test_the_forms_are_many_and_each_is_a_trick_of_its_own() -> None:
    good = f"{ENDPOINT}{ITEM.id}/operationsStatus/{OPERATION}?api-version=2025-02-01"
    tricks = {form(good) for form in FORMS.values()}
    assert len(tricks) == len(FORMS) >= 60
    assert good not in tricks
    assert urlsplit(good).scheme == "https"
