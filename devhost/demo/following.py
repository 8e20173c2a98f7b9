"""Following restores from outside to their verdicts and their events, for a bounded time."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from devhost.demo.app import App
from devhost.demo.asked import Asked
from devhost.demo.display import Display
from devhost.demo.progress import progress_of

FOLLOW_S_MAX = 180.0
EVENTS_S_MAX = 10.0
LOOK_S = 0.5
_FINISHED = ".finished.v1"

View = dict[str, Any]


class NotOver(Exception):
    """No verdict came; str() says why."""


class Pulse:
    """The real clock, to be replaced by tests."""

    def now(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


def follow(
    app: App,
    all_asked: Sequence[Asked],
    display: Display,
    ended: Callable[[], str | None],
    pulse: Pulse,
) -> list[View]:
    """Show progress until each restore has its verdict. NotOver when the app ended, or in time."""
    start = pulse.now()
    views: list[View | None] = [None] * len(all_asked)
    while True:
        for number, asked in enumerate(all_asked):
            if not _is_over(views[number]):
                views[number] = app.view(asked.request_id) or views[number]
        elapsed_s = pulse.now() - start
        display.show([progress_of(*pair) for pair in zip(all_asked, views, strict=True)], elapsed_s)
        over = [view for view in views if view and _is_over(view)]
        if len(over) == len(all_asked):
            return over
        if (reason := ended()) is not None:
            raise NotOver(reason)
        if elapsed_s > FOLLOW_S_MAX:
            raise NotOver(f"No verdict came within {FOLLOW_S_MAX:.0f} s.")
        pulse.wait(LOOK_S)


def published(app: App, all_asked: Sequence[Asked], pulse: Pulse) -> list[dict[str, Any]]:
    """The events of these requests; waits a little for the last, which comes after the verdict."""
    wanted = {asked.request_id for asked in all_asked}
    give_up = pulse.now() + EVENTS_S_MAX
    while True:
        events = [event for event in app.events() if event["data"].get("requestId") in wanted]
        told = {each["data"]["requestId"] for each in events if each["type"].endswith(_FINISHED)}
        if told == wanted or pulse.now() > give_up:
            return events
        pulse.wait(LOOK_S)


def _is_over(view: View | None) -> bool:
    return view is not None and "verdict" in view
