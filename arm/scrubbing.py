"""Make text from outside fit for logs, statuses and events: no secrets, no control characters.

Azure's messages are shown to people, and now and then they quote a URL. A URL with a query may be
signed, so it goes as a whole; a plain link to a help page stays.
"""

from __future__ import annotations

import re

from restore.plain_text import plain

TEXT_CHARS_MAX = 1000

_REMOVED = "[removed]"
_SECRETS = re.compile(
    r"""
      https?://[^\s"'<>]*[?@#][^\s"'<>]*                     # a URL that may be signed
    | (?:\?|&)[\w.$-]+=[^\s"'<>]*                            # the query of one, cut off
    | \bbearer\s+[\w.~+/=-]+                                 # an Authorization header
    | \beyJ[\w-]+(?:\.[\w-]*)+                               # a token on its own
    | \b(?:sig|signature|accountkey|sharedaccesskey|sharedaccesssignature|password|client_secret
        |clientsecret|access_token|refresh_token)["']?\s*[=:]\s*["']?[^\s"';,&]+
    """,
    re.IGNORECASE | re.VERBOSE,
)


def scrub(text: object, chars_max: int = TEXT_CHARS_MAX) -> str:
    """The text on one line, without secrets, not longer than that; not text at all is empty."""
    if not isinstance(text, str):
        return ""
    # Cut before the search, generously, so that rubbish of megabytes costs nothing.
    clean = _SECRETS.sub(_REMOVED, plain(text, 8 * chars_max)).strip()
    return clean if len(clean) <= chars_max else f"{clean[: chars_max - 1]}…"
