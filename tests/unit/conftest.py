"""Unit tests are quick and know nothing of the machine: they neither sleep nor read settings."""

import os
import time
from typing import NoReturn

import pytest

_SETTINGS = ("AZURE_", "AzureWebJobsStorage", "BACKUP_API_VERSION", "RESTORE_", "SIMULATED_ARM_")


@pytest.fixture(autouse=True)
def _has_no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(_SETTINGS):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _does_not_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", _refuse)


def _refuse(seconds: float) -> NoReturn:
    raise AssertionError(f"a unit test slept for {seconds} s; give the code a virtual clock")
