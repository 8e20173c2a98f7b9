"""What threatens a recovery point is told in Azure's words, without secrets and bounded."""

from datetime import UTC, datetime
from typing import Any

import pytest

from arm import arm_json


def _point(**properties: Any) -> dict[str, Any]:
    return {"name": "1", "properties": {"recoveryPointTime": "2026-07-26T13:16:55Z", **properties}}


def test_the_threats_that_azure_names_are_told_in_its_words() -> None:
    info = {
        "threatTitle": "Ransomware",
        "threatDescription": "See https://x.example/a?sig=S3CRET",
        "threatSeverity": "critical",
        "threatState": "Odd; thing",
        "lastUpdatedTime": "2026-11-01T00:00:00.1234567Z",
        "threatURI": "https://portal.example",
    }
    raw = _point(threatStatus="Warning", threatInfo=[info, {}, "rubbish", *[info] * 9])
    point = arm_json.recovery_point(raw)
    assert point is not None
    assert point.threat_status == "Warning"
    first, second, *others = point.threats
    assert str(first) == "Ransomware (Critical, other: Odd thing)"
    assert "S3CRET" not in first.description
    assert first.last_updated == datetime(2026, 11, 1, 0, 0, 0, 123456, tzinfo=UTC)
    assert str(second) == "without a title"
    assert len(others) == 2, "the first few are told"


@pytest.mark.parametrize("raw", [None, {}, "none", []])
def test_no_threats_are_none(raw: object) -> None:
    point = arm_json.recovery_point(_point(threatInfo=raw))
    assert point is not None
    assert point.threats == ()


@pytest.mark.parametrize("time", ["nonsense", "9999-12-31T23:59:59-14:00", "", None, 7, []])
def test_a_threat_whose_time_is_none_is_told_without(time: object) -> None:
    point = arm_json.recovery_point(
        _point(threatInfo=[{"threatTitle": "t", "lastUpdatedTime": time}])
    )
    assert point is not None
    (threat,) = point.threats
    assert (threat.title, threat.last_updated) == ("t", None)


def test_so_much_of_a_threat_is_told() -> None:
    threat = {"threatTitle": "title " * 99, "threatDescription": "text " * 199}
    point = arm_json.recovery_point(_point(threatInfo=[threat] * 6))
    assert point is not None
    assert len(point.threats) == 5
    (first, *_) = point.threats
    assert (len(first.title), len(first.description)) == (200, 500)
