"""A list of recovery points in pages, newest first: each bounded in points and in bytes.

A VM has up to 9,999 of them. A page begins behind the last point that was shown, not at a number:
points come and go between two pages.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from restore.messages.model import RecoveryPoint
from restore.values import tokens
from restore.values.structs import Model

POINTS_MAX = 200
"""As many as Azure's own page holds."""
BYTES_MAX = 512 * 1024
"""A browser and a terminal can still show that."""

_MARK = "points"


class PointPage(Model, frozen=True, kw_only=True):
    """One page, and the token of the next one; None when this is the last."""

    points: tuple[RecoveryPoint, ...]
    continuation_token: str | None = None


class _Place(Model, frozen=True, kw_only=True):
    """A place in the list: that of a point, whether or not it is still there."""

    time: datetime
    name: str

    @property
    def order(self) -> tuple[datetime, str]:
        """What the list is sorted by; times alone may be equal."""
        return self.time, self.name


def is_token(text: str) -> bool:
    """Whether a text continues such a list."""
    try:
        _place_of(text)
    except ValueError:
        return False
    return True


def page(points: Iterable[RecoveryPoint], token: str | None) -> PointPage:
    """Return the page that a token stands for; the first one without."""
    places = ((_Place(time=point.time, name=point.name), point) for point in points)
    newest = sorted(places, key=lambda each: each[0].order, reverse=True)
    if token is not None:
        after = _place_of(token)
        newest = [each for each in newest if each[0].order < after.order]
    count = _fitting([point for _, point in newest[:POINTS_MAX]])
    shown, rest = newest[:count], newest[count:]
    return PointPage(
        points=tuple(point for _, point in shown),
        continuation_token=_token_of(shown[-1][0]) if rest else None,
    )


def _fitting(points: Sequence[RecoveryPoint]) -> int:
    """Count the points that fit; one always does."""
    room = BYTES_MAX
    for count, point in enumerate(points):
        room -= len(msgspec.json.encode(point)) + 1
        if room < 0:
            return max(count, 1)
    return len(points)


def _token_of(place: _Place) -> str:
    return tokens.token_of(_MARK, msgspec.json.encode(place).decode())


def _place_of(token: str) -> _Place:
    """Return the place that a token stands for. Raises ValueError (msgspec's errors are such)."""
    text = tokens.place_in(_MARK, token)
    if text is None:
        raise ValueError("not a token of this list")
    place: _Place = _Place.from_json(msgspec.json.decode(text))
    if place.time.tzinfo is None:
        raise ValueError("a time without a zone is compared with none")
    return place
