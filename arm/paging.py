"""How far a list may be read: each bound here keeps a hostile or broken list from holding us.

Sends nothing. The client asks after each page where the next one is; the answer is a URL that was
found to be another page of the same list, or an error that names the bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from arm import url_allow_list
from restore.messages import errors

PAGES_MAX = 200
ITEMS_MAX = 50_000
LIST_S_MAX = 180.0
"""Less than the five minutes after which the host would end the function, and with it the app."""


class Walk:
    """One list, from its first page on."""

    def __init__(self, path: str, endpoint: str, doing: str, started: datetime) -> None:
        self._path, self._endpoint, self._doing = path.partition("?")[0], endpoint, doing
        self._started = started
        self._seen = {endpoint.rstrip("/") + path}
        self._items = 0

    def following(self, page: Mapping[str, Any], now: datetime) -> str | None:
        """The next page's URL, or None after the last. Raises ServiceUnavailable."""
        values = page.get("value")
        self._items += len(values) if isinstance(values, list) else 0
        if self._items > ITEMS_MAX:
            raise self._refusal("ListTooLong", f"The list has more than {ITEMS_MAX} entries.")
        link = page.get("nextLink")
        if not link:
            return None
        if not isinstance(link, str) or link in self._seen or len(self._seen) >= PAGES_MAX:
            text = f"The list does not end: page {len(self._seen)} leads to no new page."
            raise self._refusal("EndlessList", text)
        if (now - self._started).total_seconds() > LIST_S_MAX:
            raise self._refusal("ListTooSlow", f"The list takes longer than {LIST_S_MAX:.0f} s.")
        if not url_allow_list.is_list(link, self._endpoint, self._path):
            raise untrusted(self._doing)
        self._seen.add(link)
        return link

    def _refusal(self, code: str, text: str) -> errors.ServiceUnavailable:
        return errors.ServiceUnavailable(text, code=code, doing=self._doing)


def untrusted(doing: str) -> errors.ServiceUnavailable:
    """What is raised instead of following a URL; its text does not show the URL."""
    return errors.ServiceUnavailable(
        "Azure's reply points to a URL outside the expected resource. The app does not follow it.",
        code="UntrustedUrl",
        doing=doing,
    )
