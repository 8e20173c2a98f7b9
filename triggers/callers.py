"""Who calls, as far as that is known for certain.

App Service authentication ("Easy Auth") names the caller in headers that outsiders cannot set, for
it removes theirs. Where it is off anybody could send these headers, so they count for nothing. A
function key's name would tell too, but Python functions are not told which key was used.
"""

import azure.functions as func

from restore.messages.model import Caller
from restore.settings import Settings

_NAME, _ID = "x-ms-client-principal-name", "x-ms-client-principal-id"
_LENGTH_MAX = 200


def principal(req: func.HttpRequest, settings: Settings) -> Caller | None:
    """Return the caller's name and id, as far as they are known; None when neither is."""
    if not settings.website_auth_enabled:
        return None
    name, id_ = (_clean(req.headers.get(header, "")) or None for header in (_NAME, _ID))
    return Caller(id=id_, name=name) if id_ or name else None


def _clean(text: str) -> str:
    """A name goes into events, logs and views: one line, of bounded length."""
    return "".join(char if char.isprintable() else "?" for char in text.strip())[:_LENGTH_MAX]
