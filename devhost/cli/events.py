"""`python -m devhost events`: show all that is on the app's event queue, and leave it there."""

import argparse
import base64
import json
import time
from collections.abc import Sequence
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueClient

from devhost.cli.send import queue_client
from devhost.starting import BadStart

PEEKED_MAX = 32
"""So many messages a queue lets one peek at."""
HELD_S = 60
"""How long the messages of a longer queue stay away, should this be killed while it reads them."""
PAUSE_S = 2.0
"""Between two looks with --follow."""


def main(arguments: Sequence[str]) -> int:
    """Print one line per event, or whole events with --full; Ctrl-C ends --follow."""
    parser = argparse.ArgumentParser(
        prog="python -m devhost events",
        description=f"{__doc__} To read more than {PEEKED_MAX} it takes them for a moment and puts "
        "them back: that counts as a delivery.",
    )
    parser.add_argument("--queue", default="restore-events")
    parser.add_argument("--full", action="store_true", help="print whole events as JSON")
    parser.add_argument("--follow", action="store_true", help="go on and print what comes")
    given = parser.parse_args(arguments)
    looks = Looks(queue_client(given.queue))
    events = looks.new_events()
    while True:
        for event in events:
            print(json.dumps(event, indent=2) if given.full else _line(event), flush=True)
        if not given.follow:
            break
        time.sleep(PAUSE_S)
        events = looks.new_events()
    if not events:
        print("No events.")
    return 0


class Looks:
    """Looks at one queue of CloudEvents, each of which gives what earlier ones have not seen."""

    def __init__(self, queue: QueueClient) -> None:
        self._queue = queue
        self._seen: set[str] = set()
        self._count = 0

    def new_events(self) -> list[dict[str, Any]]:
        """The events that are new on the queue, the oldest first.

        Raises BadStart when the queue does not answer; a queue that is not there is empty.
        """
        try:
            texts = self._texts()
        except ResourceNotFoundError:
            texts = []
        except AzureError as error:
            raise BadStart(
                f"The queue does not answer; is `make run` up? ({type(error).__name__})"
            ) from None
        events = [json.loads(base64.b64decode(text)) for text in texts]
        new = [event for event in events if event["id"] not in self._seen]
        self._seen.update(event["id"] for event in new)
        return sorted(new, key=lambda event: str(event["time"]))

    def _texts(self) -> list[str]:
        count = self._queue.get_queue_properties().approximate_message_count or 0
        before, self._count = self._count, count
        if count <= PEEKED_MAX:
            return [str(message.content) for message in self._queue.peek_messages(PEEKED_MAX)]
        if count == before:
            return []
        taken = list(
            self._queue.receive_messages(messages_per_page=PEEKED_MAX, visibility_timeout=HELD_S)
        )
        for message in taken:
            self._queue.update_message(message, visibility_timeout=0)
        return [str(message.content) for message in taken]


def _line(event: dict[str, Any]) -> str:
    data = event["data"]
    said = (data.get("verdict") or {}).get("verdict") or data.get("jobId") or data.get("code") or ""
    subject = data.get("requestId") or event.get("subject")
    return f"{event['time'][:19]}  {event['type']:<32} {subject}  {said}"
