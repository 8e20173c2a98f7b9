"""Whether each part of the app's storage account answers the app now: one short try each.

With the app's own settings and rights, which are the host's as well; so a right that is missing is
found here, and not at night. Blobs and queues are the app's, tables are Durable Functions'.
"""

from collections.abc import Callable

from restore.messages import names
from restore.messages.errors import AccessDenied, NotFound, ServiceUnavailable
from storage import client_errors, connection

ROLES = {
    "blob": "Storage Blob Data Owner",
    "queue": "Storage Queue Data Contributor",
    "table": "Storage Table Data Contributor",
}
"""What the app's identity needs on the account, by service."""

STOPPED, UNKNOWN = "stopped", "unknown"
_DENIED = (401, 403)


def blobs() -> None:
    """List one blob of the ledger. Raises RestoreError."""
    from azure.core.exceptions import ResourceNotFoundError
    from azure.storage.blob import BlobServiceClient

    def look() -> None:
        service = connection.client(BlobServiceClient, "blob", connection.ONE_SHORT_TRY)
        container = service.get_container_client(names.LEDGER_CONTAINER)
        try:
            next(container.list_blobs(results_per_page=1).by_page(), None)
        except ResourceNotFoundError:
            return  # it is made on first use

    _tell("blob", look)


def request_queue() -> None:
    """Look for the queue that requests come in by. Raises RestoreError."""
    from azure.core.exceptions import ResourceNotFoundError
    from azure.storage.queue import QueueServiceClient

    def look() -> None:
        service = connection.client(QueueServiceClient, "queue", connection.ONE_SHORT_TRY)
        try:
            service.get_queue_client(names.RESTORE_REQUESTS).get_queue_properties()
        except ResourceNotFoundError:
            raise NotFound(
                f"There is no queue {names.RESTORE_REQUESTS}. The reconciler makes it at its next "
                "run.",
                code="QueueNotFound",
            ) from None

    _tell("queue", look)


def tables() -> None:
    """List one table. Raises RestoreError."""
    from storage.tables import TableService

    def look() -> None:
        connection.client(TableService, "table", connection.ONE_SHORT_TRY).list_one()

    _tell("table", look)


def alerts() -> str | None:
    """Say in a word whether alerts may restore: `stopped`, `unknown`, None: they may. That blobs do
    not answer is said by who asks for blobs."""
    from azure.storage.blob import BlobServiceClient

    from storage import alert_switch
    from storage.documents import BlobDocuments

    service = connection.client(BlobServiceClient, "blob", connection.ONE_SHORT_TRY)
    documents = BlobDocuments(service.get_container_client(names.LEDGER_CONTAINER))
    try:
        return None if alert_switch.read(documents) is None else STOPPED
    except ServiceUnavailable:
        return UNKNOWN


def _tell(service: str, look: Callable[[], None]) -> None:
    """Turn what goes wrong into the error tree; its text is dropped, for it can hold a URL."""
    from azure.core.exceptions import AzureError, ServiceRequestError, ServiceResponseError

    try:
        look()
    except AzureError as error:
        code = client_errors.code_of(error)
        if client_errors.is_without_token(error):
            raise AccessDenied(
                f"The app's identity gets no token for the storage account's {service} service. "
                f"{client_errors.IDENTITY_ADVICE}",
                code=code,
            ) from None
        if getattr(error, "status_code", None) in _DENIED:
            raise AccessDenied(
                f"The storage account refuses the app its {service} service. Give the app's "
                f"identity the role {ROLES[service]}, and look at the account's network rules.",
                code=code,
            ) from None
        said = "does not answer as expected"
        if isinstance(error, ServiceRequestError):
            said = "cannot be reached: look at its address and its network rules"
        elif isinstance(error, ServiceResponseError):
            said = "takes too long to answer"
        message = f"The storage account's {service} service {said}."
        raise ServiceUnavailable(message, code=code) from None
