"""Waiting for the end: Ctrl-C or SIGTERM, without a stack trace."""

import asyncio
import signal


async def until_stopped() -> None:
    """Return when this process is asked to end; a second Ctrl-C kills it."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)
