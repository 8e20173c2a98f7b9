"""The app's identity, for who asks whether it is there at all: no activity, for that would need the
task hub, which may be what is away."""

from arm import connection


def check() -> None:
    """Get a token for Azure. Raises RestoreError."""
    connection.require_token()
