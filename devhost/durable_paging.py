"""Continuation tokens of the list of instances, in the form that the storage emulator gives them.

A token is the storage key of the next page's first instance in base64, and a blank before the row
key, which is empty. Clients must not read it, but recordings of real replies hold it.
"""

import base64
import re

# What a storage key may not hold; the escape itself comes doubled.
_ESCAPES = {"^": "^^", "/": "^0", "\\": "^1", "#": "^2", "?": "^3"}
_PLAIN = {escaped: plain for plain, escaped in _ESCAPES.items()}
_ESCAPED = re.compile(r"\^[\^0-3]")


def token_of(instance_id: str) -> str:
    """The token of a page that begins with an instance; none for no page."""
    if not instance_id:
        return ""
    key = "".join(_ESCAPES.get(letter, letter) for letter in instance_id)
    return base64.b64encode(key.encode()).decode() + " "


def id_of(token: str) -> str:
    """Where a page begins; what is no token of ours leads somewhere, as it does for real."""
    padded = token.strip() + "=" * (-len(token.strip()) % 4)
    try:
        key = base64.b64decode(padded).decode("utf-8", "replace")
    except ValueError:
        key = token.strip()
    return _ESCAPED.sub(lambda match: _PLAIN[match[0]], key)
