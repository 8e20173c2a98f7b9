"""Settings for alerts: the rules, the switch, and who may send them."""

import json
from collections.abc import Callable, Mapping

import pytest

from restore.alerts import restore_rules
from restore.alerts.restore_rules import RestoreRules
from restore.settings import Settings
from tests import alert_samples


def _parsed(given: Mapping[str, str], read: Callable[[str], str] | None = None) -> Settings:
    return Settings.parse({"AzureWebJobsStorage__accountName": "strestore", **given}, read)


def _problems(**environment: str) -> tuple[str, ...]:
    return _parsed(environment).problems


def test_rules_for_alerts_are_read_as_a_policy_is() -> None:
    one = '{"maxAlertAge": "PT2H"}'
    for given in (one, "rules.json"):
        parsed = _parsed({"RESTORE_RULES": given}, {"rules.json": one}.__getitem__)
        assert parsed.restore_rules == RestoreRules(max_alert_age="PT2H")
    assert _parsed({}).restore_rules == restore_rules.NONE
    wrong = _parsed({"RESTORE_RULES": '{"rules": [{"name": "a"}]}'})
    assert wrong.restore_rules is None
    assert wrong.problems == (
        "RESTORE_RULES $.rules[0].when is required.",
        "RESTORE_RULES $.rules[0].template is required.",
    )


def test_a_vm_has_no_longer_quiet_than_that_is_remembered() -> None:
    rules_text = json.dumps(
        alert_samples.RULES | {"rules": [alert_samples.rule(quietPeriod="P2D")]}
    )
    given = {"RESTORE_RULES": rules_text, "RESTORE_KEEP_D": "1"}
    (problem,) = _parsed(given).problems
    assert "quietPeriod of disks is longer than RESTORE_KEEP_D" in problem
    assert _parsed(given | {"RESTORE_KEEP_D": "2"}).problems == ()


@pytest.mark.parametrize(("quiet", "count"), [("P1D", 0), ("P1DT1S", 1)])
def test_what_is_remembered_for_a_day_is_remembered_for_24_hours(quiet: str, count: int) -> None:
    text = json.dumps(alert_samples.RULES | {"rules": [alert_samples.rule(quietPeriod=quiet)]})
    assert len(_problems(RESTORE_RULES=text, RESTORE_KEEP_D="1")) == count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("eventgrid.azure.net",)),
        ("a.example, /subscriptions/00000000-0000-0000-0000-000000000001 ,",
         ("a.example", "/subscriptions/00000000-0000-0000-0000-000000000001")),
    ],
)  # fmt: skip
def test_origins_of_alerts_are_hosts_and_ids(text: str, expected: tuple[str, ...]) -> None:
    assert _parsed({"RESTORE_ALERT_ORIGINS": text}).restore_alert_origins == expected


@pytest.mark.parametrize("text", ["*", "https://a.example", "/providers/x", "a b", "a.example:443"])
def test_an_origin_that_is_neither_is_a_fault(text: str) -> None:
    assert "must be host names and ARM ids" in _problems(RESTORE_ALERT_ORIGINS=text)[0]


def test_the_switch_for_alerts_is_a_word() -> None:
    assert _parsed({"RESTORE_ALERTS_STOPPED": "True"}).restore_alerts_stopped
    assert not _parsed({"RESTORE_ALERTS_STOPPED": "false"}).restore_alerts_stopped
    assert "must be true or false" in _problems(RESTORE_ALERTS_STOPPED="yes")[0]
