"""Local settings and host.json, as the host reads them."""

import json
from pathlib import Path
from typing import Any

import pytest

from devhost.app_files import load_settings, read_host_json, seconds
from devhost.starting import BadStart


def write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document))


def test_local_settings_never_override_what_is_set(tmp_path: Path) -> None:
    write(tmp_path / "local.settings.json", {"Values": {"A": "file", "B": "file"}})
    environ = {"A": "shell"}
    assert load_settings(tmp_path, environ) == "local.settings.json"
    assert environ == {"A": "shell", "B": "file"}


def test_the_sample_settings_stand_in_for_missing_ones(tmp_path: Path) -> None:
    write(tmp_path / "local.settings.sample.json", {"Values": {"A": "sample"}})
    environ: dict[str, str] = {}
    assert load_settings(tmp_path, environ) == "local.settings.sample.json"
    write(tmp_path / "local.settings.json", {"Values": {"B": "own"}})
    environ = {}
    load_settings(tmp_path, environ)
    assert environ == {"B": "own"}


def test_a_setting_of_the_shell_wins_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text('{"Values": {"AzureWebJobsStorage": "file"}}')
    environ = {"azurewebjobsstorage": "shell"}
    load_settings(tmp_path, environ)
    assert environ == {"azurewebjobsstorage": "shell"}


def test_settings_that_cannot_be_read_are_a_bad_start(tmp_path: Path) -> None:
    path = tmp_path / "local.settings.json"
    path.write_text("{")
    with pytest.raises(BadStart, match="is not JSON"):
        load_settings(tmp_path, {})
    write(path, {"IsEncrypted": True, "Values": {}})
    with pytest.raises(BadStart, match="is encrypted"):
        load_settings(tmp_path, {})


def test_without_host_json_the_functions_hosts_defaults_hold(tmp_path: Path) -> None:
    options = read_host_json(tmp_path, {})
    assert options.route_prefix == "api"
    assert options.queues.batch_size == 16
    assert options.queues.max_dequeue_count == 5
    assert options.queues.visibility_timeout_s == 0
    assert options.queues.is_base64


def test_host_json_is_heeded_and_idle_polling_capped(tmp_path: Path) -> None:
    queues = {
        "batchSize": 8,
        "newBatchThreshold": 4,
        "visibilityTimeout": "00:00:30",
        "maxPollingInterval": "00:01:00",
        "messageEncoding": "none",
    }
    extensions = {"http": {"routePrefix": ""}, "queues": queues, "durableTask": {"hubName": "H"}}
    write(tmp_path / "host.json", {"extensions": extensions})
    options = read_host_json(tmp_path, {})
    assert (options.route_prefix, options.hub_name) == ("", "H")
    assert (options.queues.batch_size, options.queues.new_batch_threshold) == (8, 4)
    assert options.queues.visibility_timeout_s == 30
    assert options.queues.idle_s_max == 1.0
    assert not options.queues.is_base64


def test_app_settings_override_host_json(tmp_path: Path) -> None:
    environ = {
        "AzureFunctionsJobHost__extensions__queues__maxDequeueCount": "2",
        "AzureFunctionsJobHost__extensions__durableTask__hubName": "%HUB%",
        "HUB": "Named",
    }
    options = read_host_json(tmp_path, environ)
    assert (options.queues.max_dequeue_count, options.hub_name) == (2, "Named")


def test_an_empty_app_setting_overrides_nothing(tmp_path: Path) -> None:
    write(tmp_path / "host.json", {"functionTimeout": "00:05:00"})
    environ = {"AzureFunctionsJobHost__functionTimeout": ""}
    assert read_host_json(tmp_path, environ).function_timeout_s == 300


@pytest.mark.parametrize(
    "queues",
    [{"batchSize": 33}, {"batchSize": 0}, {"messageEncoding": "x"}, {"visibilityTimeout": "soon"}],
)
def test_an_impossible_value_is_a_bad_start(tmp_path: Path, queues: dict[str, Any]) -> None:
    write(tmp_path / "host.json", {"extensions": {"queues": queues}})
    with pytest.raises(BadStart, match="cannot be used"):
        read_host_json(tmp_path, {})


@pytest.mark.parametrize(
    ("text", "timeout_s"), [("00:05:00", 300.0), ("1.00:00:00", 86_400.0), ("-1", None)]
)
def test_a_function_timeout_is_a_time_span_or_none(
    tmp_path: Path, text: str, timeout_s: float | None
) -> None:
    assert read_host_json(tmp_path, {}).function_timeout_s == 1800.0
    write(tmp_path / "host.json", {"functionTimeout": "00:00:01"})
    environ = {"AzureFunctionsJobHost__functionTimeout": text}
    assert read_host_json(tmp_path, environ).function_timeout_s == timeout_s


def test_a_function_timeout_of_nothing_is_a_bad_start(tmp_path: Path) -> None:
    write(tmp_path / "host.json", {"functionTimeout": "00:00:00"})
    with pytest.raises(BadStart, match="functionTimeout is '00:00:00', less than a second"):
        read_host_json(tmp_path, {})


def test_time_spans_are_read_as_dotnet_writes_them() -> None:
    assert seconds("00:00:00.500") == 0.5
    assert seconds("1.02:03:04") == 86400 + 7200 + 180 + 4
