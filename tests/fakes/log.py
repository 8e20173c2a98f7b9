"""The app's own lines of the log, as a test captured them."""

import json
from typing import Any

import pytest

from restore.messages.log_line import MARK


def listen(caplog: pytest.LogCaptureFixture) -> None:
    """Capture what goes out in Azure: INFO and louder."""
    caplog.set_level("INFO")


def lines(caplog: pytest.LogCaptureFixture, event: str | None = None) -> list[dict[str, Any]]:
    """Return the lines of one kind, or all, in order. A record that is none of ours has no mark."""
    ours = [text for text in caplog.messages if text.startswith(f'{{"{MARK}":')]
    read: list[dict[str, Any]] = [json.loads(text) for text in ours]
    return [line for line in read if event in (None, line["event"])]
