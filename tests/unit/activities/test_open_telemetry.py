"""OpenTelemetry is turned on by a setting, and what is wrong with it is a setting's problem."""

import subprocess
import sys

import pytest

from activities import open_telemetry
from restore.settings import Settings

QUIET = {open_telemetry.DISABLED: "urllib3, requests,urllib"}


def problems(**environment: str) -> list[str]:
    settings = Settings(problems=("X is wrong.",))
    first, *others = open_telemetry.checked(settings, environment).problems
    assert first == "X is wrong.", "what was wrong before stays"
    return others


@pytest.mark.parametrize("value", ["", "false", "no"])
def test_off_it_needs_nothing(value: str) -> None:
    assert problems(**{open_telemetry.ENABLED: value}) == []
    assert problems() == []


@pytest.mark.parametrize("value", ["true", "True", " 1 "])
def test_on_without_its_package_it_says_which_and_how(value: str) -> None:
    (told,) = problems(**{open_telemetry.ENABLED: value}, **QUIET)
    assert told.startswith(f"{open_telemetry.ENABLED} is true, and the package azure-monitor-")
    assert "make lock" in told


def test_on_with_its_package_and_quiet_clients_nothing_is_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(open_telemetry, "_is_there", lambda module: True)
    assert problems(**{open_telemetry.ENABLED: "true"}, **QUIET) == []


@pytest.mark.parametrize(
    ("disabled", "missing"), [("", "requests, urllib, urllib3"), ("urllib,urllib3", "requests")]
)
def test_spans_with_signed_urls_are_refused(
    monkeypatch: pytest.MonkeyPatch, disabled: str, missing: str
) -> None:
    monkeypatch.setattr(open_telemetry, "_is_there", lambda module: True)
    given = {open_telemetry.ENABLED: "true", open_telemetry.DISABLED: disabled}
    (told,) = problems(**given)
    assert told.startswith(f"{open_telemetry.DISABLED} must name {missing} while ")


def test_what_is_there_is_found_without_importing_it() -> None:
    assert open_telemetry._is_there("opentelemetry.sdk")
    assert not open_telemetry._is_there("azure.monitor.opentelemetry")
    assert not open_telemetry._is_there("no.such.thing")


def test_the_app_imports_nothing_of_it_by_itself() -> None:
    code = "import sys, function_app; print([n for n in sys.modules if 'azure.monitor' in n])"
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
