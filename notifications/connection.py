"""This process's way to receivers: the network, the secrets in its settings, the app's own token.

One of the four places that read the environment, and the only one that reads settings which others
name (RESTORE_NOTIFY): each time anew, so that no secret is kept. `use` is the seam through which
tests and simulation put their own network in place.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from arm import connection as arm_connection
from notifications.posting import Exchange, Post, Reply
from notifications.sending import Sender
from restore import setting_lookup
from restore.settings import Settings

_in_use: Callable[[Post], Reply] | None = None


def sender(settings: Settings) -> Sender:
    """Return what sends, as these settings have it."""
    notify = settings.restore_notify
    assert notify is not None, "somebody is told"
    is_simulated = settings.simulated_arm_endpoint is not None
    return Sender(
        exchange=_in_use or Exchange(admits_loopback=is_simulated),
        secrets=_secrets,
        token=arm_connection.topic_token,
        hosts=notify.hosts,
        cloud=settings.azure_cloud,
        public_url=settings.restore_public_url,
        admits_loopback=is_simulated,
    )


@contextmanager
def use(exchange: Callable[[Post], Reply]) -> Iterator[None]:
    """Send over another network until the block ends."""
    global _in_use
    before, _in_use = _in_use, exchange
    try:
        yield
    finally:
        _in_use = before


def _secrets(names: tuple[str, ...]) -> Mapping[str, str]:
    """What the settings of these names hold; one whose reference was not resolved holds nothing."""
    return setting_lookup.read(os.environ, names)[0]
