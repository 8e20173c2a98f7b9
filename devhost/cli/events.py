"""`python -m devhost events`: show what is on the app's event queue, without taking it."""

import argparse
import base64
import json
from collections.abc import Sequence
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError

from devhost.cli.send import queue_client
from devhost.starting import BadStart

SHOWN_MAX = 32
"""So many messages a queue lets one peek at."""


def main(arguments: Sequence[str]) -> int:
    """Print one line per event, or whole events with --full."""
    parser = argparse.ArgumentParser(prog="python -m devhost events", description=__doc__)
    parser.add_argument("--queue", default="restore-events")
    parser.add_argument("--full", action="store_true", help="print whole events as JSON")
    given = parser.parse_args(arguments)
    try:
        messages = queue_client(given.queue).peek_messages(SHOWN_MAX)
    except ResourceNotFoundError:
        messages = []
    except AzureError as error:
        raise BadStart(
            f"The queue does not answer; is `make run` up? ({type(error).__name__})"
        ) from None
    for message in messages:
        event: dict[str, Any] = json.loads(base64.b64decode(message.content))
        print(json.dumps(event, indent=2) if given.full else _line(event))
    if not messages:
        print("No events.")
    return 0


def _line(event: dict[str, Any]) -> str:
    data = event["data"]
    said = (data.get("verdict") or {}).get("verdict") or data.get("jobId") or data.get("code") or ""
    return f"{event['time'][:19]}  {event['type']:<32} {data.get('requestId')}  {said}"
