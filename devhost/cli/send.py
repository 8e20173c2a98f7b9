"""`python -m devhost send FILE`: put a file's text as one message on a queue of the local storage.

FILE `-` is standard input. The text is sent as it is: what is wrong with it is for the app to say.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.queue import QueueClient

from devhost.starting import BadStart
from devhost.storage_account import emulator_connection

SETTING = "AzureWebJobsStorage"


def main(arguments: Sequence[str]) -> int:
    """Send one message."""
    parser = argparse.ArgumentParser(prog="python -m devhost send", description=__doc__)
    parser.add_argument("file", help="the message; - for standard input")
    parser.add_argument("--queue", default="restore-requests")
    given = parser.parse_args(arguments)
    text = _text(given.file)
    queue = queue_client(given.queue)
    try:
        make(queue)
        sent = queue.send_message(text)
    except AzureError as error:
        raise BadStart(f"The queue does not answer; is `make run` up? ({_short(error)})") from None
    print(f"Sent as message {sent.id} to {given.queue}.")
    return 0


def make(queue: QueueClient) -> None:
    """Make a queue, unless it is there."""
    try:
        queue.create_queue()
    except ResourceExistsError:
        pass


def queue_client(name: str) -> QueueClient:
    """Return a queue of the account that AzureWebJobsStorage names, by default the emulator's."""
    connection = os.environ.get(SETTING, "UseDevelopmentStorage=true")
    if "UseDevelopmentStorage=true" in connection:
        connection = emulator_connection()
    return QueueClient.from_connection_string(connection, name, connection_timeout=3, retry_total=0)


def _text(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadStart(f"{file} cannot be read as text: {error}") from None


def _short(error: AzureError) -> str:
    return type(error).__name__
