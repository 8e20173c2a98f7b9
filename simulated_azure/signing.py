"""Signed poll URLs: `&t=&c=&s=&h=`, about 3.7 KB, checked when they come back.

A URL must return exactly as it was handed out. An unsigned URL to the same place is served, too,
because the real `backupOperations` is; a URL with part of a signature, or another one's, is not.
"""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote

from simulated_azure.wire import ArmError

SIGNATURE_NAMES = ("t", "c", "s", "h")
_CERTIFICATE_BYTES = 2400
_SIGNATURE_BYTES = 256
_TICKS_AT_EPOCH = 621_355_968_000_000_000


def sign(path: str, query: str, now: datetime, secret: bytes) -> str:
    """The query with a signature over it and the path appended."""
    ticks = _TICKS_AT_EPOCH + int(now.astimezone(UTC).timestamp() * 10_000_000)
    certificate = _filler(b"certificate" + secret, _CERTIFICATE_BYTES)
    signed = f"{query}&t={ticks}&c={certificate}"
    return f"{signed}&s={_signature(path, signed, secret)}&h={_digest(signed)}"


def check(path: str, query: str, now: datetime, secret: bytes, life_s: float | None) -> None:
    """Raise 403 if the URL was tampered with, 404 if it has outlived its time."""
    names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    if not set(SIGNATURE_NAMES) & set(names):
        return
    signed, _, rest = query.partition("&s=")
    expected = f"{_signature(path, signed, secret)}&h={_digest(signed)}"
    if rest != expected:
        raise ArmError(
            403,
            "AuthorizationFailed",
            "The signature of the status URL is not valid.",
            gateway=True,
        )
    if life_s is not None and now - _signed_at(signed) > timedelta(seconds=life_s):
        raise ArmError(404, "ResourceNotFound", "The operation's status URL has expired.")


def redact(query: str) -> str:
    """The query with what makes it a secret left out, for the request log."""
    parts = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        secret = name.lower() in ("c", "s", "h", "sig") and len(value) > 20
        parts.append(f"{name}=redacted" if secret else part)
    return "&".join(parts)


def _signed_at(signed: str) -> datetime:
    ticks = int(dict(parse_qsl(signed))["t"])
    return datetime.fromtimestamp((ticks - _TICKS_AT_EPOCH) / 10_000_000, UTC)


def _signature(path: str, signed: str, secret: bytes) -> str:
    # The path decoded, because `;` and `%3B` are both served; the query as the bytes it is.
    text = f"{unquote(path).lower()}?{signed}"
    return _filler(secret + text.encode(), _SIGNATURE_BYTES)


def _digest(signed: str) -> str:
    return _url_text(hashlib.sha256(signed.encode()).digest())


def _filler(seed: bytes, length: int) -> str:
    return _url_text(hashlib.shake_256(seed).digest(length))


def _url_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
