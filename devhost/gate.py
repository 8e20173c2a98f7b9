"""Whether orchestrations can run right now: shut while the engine is down, open otherwise.

The embedded engine lives in the host's process and never shuts it. What needs an engine waits
here (queue messages, timers) or is told to come again (HTTP).
"""

import asyncio


class Gate:
    """Open until somebody shuts it; belongs to one event loop."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._given_up = asyncio.Event()
        self.why = ""
        """What a person reads while it is shut."""

    @property
    def is_open(self) -> bool:
        return self._open.is_set()

    def shut(self, why: str) -> None:
        self.why = why
        self._open.clear()

    def open(self) -> None:
        self.why = ""
        self._open.set()

    def give_up(self, why: str) -> None:
        """Shut it for good: the host must end."""
        self.shut(why)
        self._given_up.set()

    async def wait(self) -> None:
        """Return when it is open; for ever where it was given up."""
        await self._open.wait()

    async def until_given_up(self) -> str:
        """Return why, when it is shut for good."""
        await self._given_up.wait()
        return self.why
