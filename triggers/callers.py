"""Who calls, as far as that is known for certain.

App Service authentication ("Easy Auth") names the caller in headers that outsiders cannot set, for
it removes theirs. Where it is off anybody could send these headers, so they count for nothing. A
function key's name would tell too, but Python functions are not told which key was used.
"""

import base64
import json

import azure.functions as func

from restore.messages.model import Caller
from restore.settings import Settings

_NAME, _ID = "x-ms-client-principal-name", "x-ms-client-principal-id"
_PROVIDER, _CLAIMS = "x-ms-client-principal-idp", "x-ms-client-principal"
_ENTRA = "aad"
_ROLES = "roles"
"""The claim of app roles in a token of Entra ID's; what App Service makes of it says `role_typ`."""
_LENGTH_MAX = 200


def principal(req: func.HttpRequest, settings: Settings) -> Caller | None:
    """Return the caller's name and id, as far as they are known; None when neither is."""
    if not settings.website_auth_enabled:
        return None
    name, id_ = (_clean(req.headers.get(header, "")) or None for header in (_NAME, _ID))
    return Caller(id=id_, name=name) if id_ or name else None


def is_signed_in(req: func.HttpRequest) -> bool:
    """Whether Entra ID vouches for the caller: another provider knows everybody in the world."""
    provider: str = req.headers.get(_PROVIDER, "")
    return provider.lower() == _ENTRA and bool(req.headers.get(_ID, "").strip())


def roles(req: func.HttpRequest) -> frozenset[str]:
    """Return the caller's app roles, as App Service found them in the token: none where that cannot
    be read."""
    try:
        told = json.loads(base64.b64decode(req.headers.get(_CLAIMS, ""), validate=True))
        kinds = (_ROLES, told.get("role_typ"))
        return frozenset(
            claim["val"] for claim in told["claims"] if claim["typ"] in kinds and claim["val"]
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return frozenset()


def _clean(text: str) -> str:
    """A name goes into events, logs and views: one line, of bounded length."""
    return "".join(char if char.isprintable() else "?" for char in text.strip())[:_LENGTH_MAX]
