"""The custom status as the extension takes it: an orchestration whose status is too large ends.

What a status says is built in run_state.py and job_watch.py; here it is held to its bound, whatever
that is.
"""

from restore.values.truncation import JSON, compact, truncated

STATUS_BYTES_MAX = 16 * 1024
"""The extension counts whole KB and refuses the seventeenth, so there is a KB to spare."""

_GIVES_WAY = (
    "recoveryPoint.passedOver",
    "recoveryPoint.why",
    "job.output",
    "job.task",
    "job.status",
)
_ESCAPED = ("\x85", "\u2028", "\u2029")


def fitted(status: JSON) -> JSON:
    """Return a status that the extension takes: itself, or as much of it as fits."""
    return truncated(status, STATUS_BYTES_MAX, _GIVES_WAY, utf16_bytes)


def utf16_bytes(status: JSON) -> int:
    """Count what the extension counts: UTF-16 of the compact JSON that it writes.

    It leaves letters of every script as they are, and writes three line ends as `\\uXXXX`.
    """
    text = compact(status)
    escapes = sum(map(text.count, _ESCAPED))
    return len(text.encode("utf-16-le", errors="surrogatepass")) + 10 * escapes
