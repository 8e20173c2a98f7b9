"""The state of one receiver: who sends to it now, since when it does not take anything, and
when it is tried again.

Kept by storage/pending_notifications.py as one document for each receiver; here is what may
become of it.
"""

from datetime import datetime, timedelta

import msgspec

from restore.values.structs import Model

LEASE = timedelta(seconds=120)
"""So long one sender is alone with a receiver: a round, its last exchange, and slow storage."""
WAIT_S_FIRST, WAIT_S_MAX = 10.0, 300.0
ASKED_S_MAX = 3600.0
"""A receiver may ask for more patience (Retry-After), but not for ever."""
REFUSED_S_FIRST, REFUSED_S_MAX = 60.0, 1800.0
_DOUBLINGS_MAX = 12


class Dropped(Model, frozen=True, kw_only=True):
    """A notification that was given up."""

    event_id: str
    at: datetime
    code: str
    """What stood in its way last."""


class Permission(Model, frozen=True, kw_only=True):
    """What a webhook has allowed, as CloudEvents' webhook specification has it."""

    address: str
    """A fingerprint of where: another address is asked anew."""
    until: datetime
    per_minute: int | None = None
    """None: as many as there are."""


class ReceiverState(Model, frozen=True, kw_only=True):
    """How it stands with one receiver."""

    claimed_until: datetime | None = None
    failures: int = 0
    """In a row."""
    since: datetime | None = None
    """Since when it takes nothing."""
    not_before: datetime | None = None
    code: str | None = None
    text: str | None = None
    dropped: int = 0
    last_dropped: Dropped | None = None
    permission: Permission | None = None
    minute: datetime | None = None
    """When the minute began in which `sent` were sent; only where a permission counts them."""
    sent: int = 0

    def may_be_claimed(self, now: datetime) -> bool:
        """Whether somebody may send to it now: nobody else does, and it is time."""
        is_claimed = self.claimed_until is not None and now < self.claimed_until
        return not is_claimed and self.may_send(now)

    def may_send(self, now: datetime) -> bool:
        """Whether whoever has it for itself may send now."""
        return self.not_before is None or now >= self.not_before

    def claimed(self, now: datetime) -> "ReceiverState":
        """Return it as one sender's own, for a while."""
        return msgspec.structs.replace(self, claimed_until=now + LEASE)

    def released(self) -> "ReceiverState":
        """Return it as nobody's."""
        return msgspec.structs.replace(self, claimed_until=None)

    def took(self, now: datetime) -> "ReceiverState":
        """Return what it is after a notification was taken: well, whatever was before."""
        minute = self.minute if self._is_in_minute(now) else now
        sent = self.sent + 1 if self._is_in_minute(now) else 1
        counted = self.permission is not None and self.permission.per_minute is not None
        return msgspec.structs.replace(
            self,
            failures=0,
            since=None,
            not_before=None,
            code=None,
            text=None,
            minute=minute if counted else None,
            sent=sent if counted else 0,
        )

    def failed(
        self, now: datetime, code: str, text: str, retry_after_s: float | None = None
    ) -> "ReceiverState":
        """Return what it is after a try that came to nothing: tried again later and later."""
        wait_s = wait_of(self.failures, retry_after_s)
        return msgspec.structs.replace(
            self,
            failures=self.failures + 1,
            since=self.since or now,
            not_before=now + timedelta(seconds=wait_s),
            code=code,
            text=text,
        )

    def gave_up(self, dropped: Dropped) -> "ReceiverState":
        """Return it with one more that was dropped."""
        return msgspec.structs.replace(self, dropped=self.dropped + 1, last_dropped=dropped)

    def paced(self, now: datetime) -> "ReceiverState":
        """Return it with the time at which the next one may be sent, where it allows only so many a
        minute."""
        limit = self.permission.per_minute if self.permission else None
        if limit is None or not self._is_in_minute(now) or self.sent < limit:
            return self
        assert self.minute is not None, "a minute that runs has begun"
        return msgspec.structs.replace(self, not_before=self.minute + timedelta(minutes=1))

    def _is_in_minute(self, now: datetime) -> bool:
        return self.minute is not None and now - self.minute < timedelta(minutes=1)


def wait_of(failures: int, asked_s: float | None = None) -> float:
    """Return how long to wait after so many failures and one more; longer, if it was asked to."""
    wait_s = min(WAIT_S_FIRST * 2.0 ** min(failures, _DOUBLINGS_MAX), WAIT_S_MAX)
    return _patient(wait_s, asked_s)


def refused_wait_of(tries: int, asked_s: float | None = None) -> float:
    """Return how long one notification waits that the receiver has refused so often; longer, if it
    was asked to."""
    wait_s = min(REFUSED_S_FIRST * 2.0 ** min(tries, _DOUBLINGS_MAX), REFUSED_S_MAX)
    return _patient(wait_s, asked_s)


def _patient(wait_s: float, asked_s: float | None) -> float:
    return wait_s if asked_s is None else max(wait_s, min(asked_s, ASKED_S_MAX))
