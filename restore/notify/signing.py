"""Signatures by the Standard Webhooks specification, version 1: HMAC-SHA256 of id, time and body.

https://www.standardwebhooks.com, "Webhook metadata" and "Signature scheme".
"""

import binascii
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256
from hmac import digest

_PREFIX = "whsec_"
_KEY_BYTES = (24, 64)
"""The specification's own bounds."""


class NoKey(Exception):
    """A secret is no key of the specification. It says why, and not what the secret is."""


def key_of(secret: str) -> bytes:
    """Return the key in `whsec_…`, which is Base64 of 24 to 64 bytes. Raises NoKey."""
    encoded = secret.removeprefix(_PREFIX)
    try:
        key = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise NoKey("must be whsec_ and Base64") from None
    least, most = _KEY_BYTES
    if not least <= len(key) <= most:
        raise NoKey(f"must be whsec_ and the Base64 of {least} to {most} bytes")
    return key


def headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of a message. Raises NoKey."""
    sent_at = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), sent_at.encode(), body))
    signature = b64encode(digest(key_of(secret), signed, sha256)).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": sent_at,
        "webhook-signature": f"v1,{signature}",
    }
