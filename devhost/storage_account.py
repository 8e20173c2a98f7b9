"""Connection strings of the local storage emulator, and the setting that names an app's account.

The Python storage packages know no `UseDevelopmentStorage=true`, so it is spelled out here.
"""

from collections.abc import Mapping

from devhost.starting import BadStart

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's published key: the same on every machine in the world, so no secret."""
BLOB_PORT, QUEUE_PORT, TABLE_PORT = DEFAULT_PORTS = (10000, 10001, 10002)


def emulator_connection(ports: tuple[int, int, int] = DEFAULT_PORTS, scheme: str = "http") -> str:
    """The connection string of an emulator whose services listen at these ports."""
    services = zip(("Blob", "Queue", "Table"), ports, strict=True)
    endpoints = "".join(
        f"{service}Endpoint={scheme}://127.0.0.1:{port}/{ACCOUNT};" for service, port in services
    )
    return f"DefaultEndpointsProtocol={scheme};AccountName={ACCOUNT};AccountKey={KEY};{endpoints}"


def connection_of(setting: str, settings: Mapping[str, str]) -> str:
    """The connection string that a binding's `connection` names, as the Functions host looks:
    without regard to case."""
    given = {name.lower(): value for name, value in settings.items() if value}
    for name in (f"AzureWebJobs{setting}", setting):
        value = given.get(name.lower())
        if value is not None:
            return emulator_connection() if "UseDevelopmentStorage=true" in value else value
    raise BadStart(
        f"The app setting {setting} is not set: queue triggers need a storage account "
        "(UseDevelopmentStorage=true in local.settings.json, with Azurite running)."
    )
