"""Tokens that continue a list: opaque to those who pass them on, and good for their list only."""

import base64


def token_of(mark: str, text: str) -> str:
    """Return the token of a place in a list."""
    return base64.urlsafe_b64encode(f"{mark}:{text}".encode()).decode()


def place_in(mark: str, token: str) -> str | None:
    """Return the place that a token stands for; None if it is no token of this list."""
    try:
        plain = base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:  # of Base64, or of UTF-8
        return None
    found, _, text = plain.partition(":")
    return text if found == mark else None
