"""This process's connection to Azure Backup, built once from the environment's settings.

The seam: `use` puts another one in its place, for tests and simulation. Nothing else in this room
reads the environment; the process's credential is therefore made here as well. The rest of the room
is imported on first use: an app that only answers /health never needs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from restore.settings import Settings
from restore.storage_settings import Identity

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from arm.backup import Backup
    from arm.transport import Transport

_HOST_JSON = Path(__file__).resolve().parents[1] / "host.json"

_LEAD_TO_AZURE = (
    "AZURE_CLOUD", "SIMULATED_ARM_ENDPOINT", "BACKUP_API_VERSION", "AZURE_CLIENT_ID",
)  # fmt: skip
"""Where one of these is wrong nobody asks Azure, not even after what runs there: the default may be
another cloud, or another identity. All others leave it possible to follow."""

_in_use: Backup | None = None


def backup() -> Backup:
    """This process's Azure Backup. Raises SettingsWrong."""
    return _in_use or _real()


@contextmanager
def use(backup: Backup) -> Iterator[Backup]:
    """Put another one in place of the real one, in all threads, until the block ends."""
    global _in_use
    before, _in_use = _in_use, backup
    try:
        yield backup
    finally:
        _in_use = before


def connect(settings: Settings, send: Transport | None = None, *, in_azure: bool) -> Backup:
    """Azure Backup as these settings describe it, over the network or another transport."""
    from arm import credentials
    from arm.authorized_request import AuthorizedRequest
    from arm.backup import Backup
    from arm.client import Client
    from arm.transport import RequestsTransport, Timeout

    token = credentials.token_source(settings, credential, in_azure=in_azure)
    authorized = AuthorizedRequest(
        settings.arm_endpoint,
        token,
        send or RequestsTransport(),
        timeout=Timeout(read_s=settings.arm_timeout_s),
        activity_s=settings.activity_s,
        renew=credential.cache_clear,
    )
    return Backup(Client(authorized), settings.backup_api_version, settings.restore_vaults)


def require_token() -> None:
    """Get a token for Azure, as every call does. Raises RestoreError when there is none to be had,
    after a time that is the identity library's."""
    from arm import credentials

    settings = _settings()
    settings.require(*_LEAD_TO_AZURE)
    credentials.token_source(settings, credential, in_azure=_in_azure())()


def topic_token() -> str:
    """Return a token for Event Grid topics: for notifications, which send it to a topic and to
    nothing else. Raises RestoreError."""
    from arm import credentials

    settings = _settings()
    audience = credentials.TOPICS[settings.azure_cloud]
    source = credentials.token_source(settings, credential, in_azure=_in_azure(), audience=audience)
    return source()


@cache
def credential(named: Identity | None = None) -> TokenCredential:
    """This process's credential, for ARM and for the app's own storage account, which may be opened
    by another identity."""
    from arm import credentials

    settings = _settings()
    if named is None:
        settings.require("AZURE_CLIENT_ID")
    return credentials.build(settings, in_azure=_in_azure(), named=named)


@cache
def _real() -> Backup:
    settings = _settings()
    settings.require(*_LEAD_TO_AZURE)
    return connect(settings, in_azure=_in_azure())


def _settings() -> Settings:
    return Settings.parse(os.environ, host_text=_HOST_JSON.read_text(encoding="utf-8-sig"))


def _in_azure() -> bool:
    return "IDENTITY_ENDPOINT" in os.environ
