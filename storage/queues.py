"""Queues as such: there must be some. What goes through them is not here."""

from typing import TYPE_CHECKING

from restore.messages.errors import ServiceUnavailable

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient


def make(queue: "QueueClient") -> None:
    """Make a queue, if it is missing. Raises ServiceUnavailable."""
    from azure.core.exceptions import AzureError, ResourceExistsError

    try:
        queue.create_queue()
    except ResourceExistsError:
        return
    except AzureError as error:
        code = str(getattr(error, "error_code", None) or type(error).__name__)
        message = "The app's storage account did not create a queue."
        raise ServiceUnavailable(message, code=code, doing="make a missing queue") from None
