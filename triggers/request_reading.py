"""Read a restore request, however it came; what is an alert is told by the name of its sender."""

from restore.messages.errors import InvalidRequest
from restore.messages.request import RestoreRequest
from restore.settings import Settings


def read(body: bytes | str, settings: Settings, *, default_request_id: str) -> RestoreRequest:
    """Read JSON, or Base64 of JSON. Raises InvalidRequest, which lists every problem; or the one,
    that a mapping of RESTORE_RULES reads this as an alert."""
    from restore.request import parsing  # its tables are built on first use, not at start

    try:
        return parsing.parse_text(body, default_request_id=default_request_id)
    except InvalidRequest as error:
        from restore.alerts import recognising  # most requests are right

        rules = settings.restore_rules
        alert = recognising.instead_of_request(body, rules.mappings) if rules else None
        if alert is None:
            raise
        raise InvalidRequest([alert], request_id=error.request_id) from None
