"""What an app's folder tells its host: local settings and host.json.

Only reading happens here. What a setting means to a trigger is written at that trigger.
"""

import json
import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devhost.starting import BadStart, with_settings

_OVERRIDE = "AzureFunctionsJobHost__"
_SETTINGS_FILES = ("local.settings.json", "local.settings.sample.json")
QUEUE_IDLE_S_MAX = 1.0
"""Idle polling never gets slower than this: local storage costs nothing, waiting people do."""


@dataclass(frozen=True)
class QueueOptions:
    """`extensions.queues` of host.json."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout_s: float = 0.0
    """How long a message stays away after a failed attempt."""
    idle_s_max: float = QUEUE_IDLE_S_MAX
    is_base64: bool = True


@dataclass(frozen=True)
class HostOptions:
    """The part of host.json that this host heeds."""

    route_prefix: str = "api"
    queues: QueueOptions = QueueOptions()
    hub_name: str = "TestHubName"
    orchestrators_max: int = 10
    activities_max: int = 10
    function_timeout_s: float | None = 1800.0
    """How long one call of a function may take; None for ever (`-1` in host.json)."""


def load_settings(app_dir: Path, environ: MutableMapping[str, str]) -> str | None:
    """Put the app's local settings into the environment, where they win over nothing that is set.

    Returns the name of the file that was read, None when the app has none.
    """
    for name in _SETTINGS_FILES:
        path = app_dir / name
        if path.is_file():
            document = _read(path)
            if document.get("IsEncrypted"):
                raise BadStart(f"{path} is encrypted; decrypt it with `func settings decrypt`.")
            known = {key.lower() for key in environ}  # as the host's, by names in any case
            for key, value in document.get("Values", {}).items():
                if key.lower() not in known:
                    environ[key] = str(value)
            return name
    return None


def read_host_json(app_dir: Path, environ: Mapping[str, str]) -> HostOptions:
    """Read host.json and the app settings that override it; a missing file means defaults."""
    path = app_dir / "host.json"
    document = host_document(app_dir, environ)
    extensions = _under(document, "extensions")
    durable = _under(extensions, "durableTask")
    try:
        return HostOptions(
            route_prefix=str(_under(extensions, "http").get("routePrefix", "api")).strip("/"),
            queues=_queue_options(_under(extensions, "queues")),
            hub_name=with_settings(str(durable.get("hubName", "TestHubName")), environ),
            orchestrators_max=int(durable.get("maxConcurrentOrchestratorFunctions", 10)),
            activities_max=int(durable.get("maxConcurrentActivityFunctions", 10)),
            function_timeout_s=_function_timeout(str(document.get("functionTimeout", "00:30:00"))),
        )
    except ValueError as error:
        raise BadStart(f"{path} cannot be used: {error}.") from error


def host_document(app_dir: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """host.json as a whole, with what app settings override in it; empty ones override nothing."""
    path = app_dir / "host.json"
    document = _read(path) if path.is_file() else {}
    _override(document, environ)
    return document


def seconds(text: str) -> float:
    """Read a .NET time span, `[d.]hh:mm:ss[.fff]`."""
    parts = text.split(":")
    if len(parts) != 3:
        raise ValueError(f"{text!r} is not a time span like 00:00:30")
    days, _, hours = parts[0].rpartition(".")
    return int(days or 0) * 86400 + int(hours) * 3600 + int(parts[1]) * 60 + float(parts[2])


def _function_timeout(text: str) -> float | None:
    if text == "-1":
        return None
    timeout_s = seconds(text)
    if timeout_s < 1:
        raise ValueError(f"functionTimeout is {text!r}, less than a second; -1 is for ever")
    return timeout_s


def _queue_options(options: Mapping[str, Any]) -> QueueOptions:
    batch_size = int(options.get("batchSize", 16))
    if not 1 <= batch_size <= 32:
        raise ValueError(f"extensions.queues.batchSize is {batch_size}, not 1 to 32")
    threshold = options.get("newBatchThreshold", batch_size // 2 * (os.cpu_count() or 1))
    encoding = str(options.get("messageEncoding", "base64")).lower()
    if encoding not in ("base64", "none"):
        raise ValueError(f"extensions.queues.messageEncoding is {encoding!r}, not base64 or none")
    return QueueOptions(
        batch_size=batch_size,
        new_batch_threshold=int(threshold),
        max_dequeue_count=int(options.get("maxDequeueCount", 5)),
        visibility_timeout_s=seconds(str(options.get("visibilityTimeout", "00:00:00"))),
        idle_s_max=min(
            max(seconds(str(options.get("maxPollingInterval", "00:01:00"))), 0.1), QUEUE_IDLE_S_MAX
        ),
        is_base64=encoding == "base64",
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise BadStart(f"{path} is not JSON: {error}.") from error
    if not isinstance(document, dict):
        raise BadStart(f"{path} is not a JSON object.")
    return document


def _override(document: dict[str, Any], environ: Mapping[str, str]) -> None:
    for key, value in environ.items():
        if key.startswith(_OVERRIDE) and value:
            *folders, last = key.removeprefix(_OVERRIDE).split("__")
            place = document
            for folder in folders:
                place = place.setdefault(folder, {})
            place[last] = value


def _under(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key, {})
    return value if isinstance(value, dict) else {}
