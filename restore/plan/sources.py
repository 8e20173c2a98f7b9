"""Where Microsoft says what is restored and what is not, and of when the text is."""

from typing import NamedTuple

_LEARN = "https://learn.microsoft.com/azure/backup"
_CLI = "https://github.com/Azure/azure-cli/tree/azure-cli-2.91.0/src/azure-cli/azure/cli"


class Source(NamedTuple):
    """A public text."""

    title: str
    url: str
    date: str


SELECTIVE = Source(
    "Selective disk backup and restore", f"{_LEARN}/selective-disk-backup-restore", "2020-07-17"
)
LUN_LIST = Source(
    "azure-powershell#13111", "https://github.com/Azure/azure-powershell/issues/13111", "2020-12-28"
)
ENCRYPTED = Source(
    "Restore encrypted Azure VMs",
    f"{_LEARN}/restore-azure-encrypted-virtual-machines",
    "2025-08-20",
)
PORTAL = Source(
    "Restore VMs in the Azure portal", f"{_LEARN}/backup-azure-arm-restore-vms", "2022-12"
)
CLI = Source("Azure CLI 2.91.0", f"{_CLI}/command_modules/backup", "2026-11")
SECONDARY_REGION = Source(
    "azure-sdk-for-python#46335",
    "https://github.com/Azure/azure-sdk-for-python/issues/46335",
    "2026-04-15",
)
