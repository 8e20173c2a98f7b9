"""The first rule that matches counts; an alert that says nothing matches nothing that is asked."""

import time
from typing import Any

import pytest
from msgspec.structs import replace

from restore.alerts import matching
from restore.alerts.alert import Alert
from restore.alerts.restore_rules import RestoreRules
from tests.alert_samples import APP, FIRED, SUBSCRIPTION, restore_rules, rule, vm

ALERT = Alert(
    source="azure-monitor", id="a1", rule="VM gone (web)", severity="Sev1", state="fired",
    fired_at=FIRED, labels={"team": "web", "Env": "prod"},
)  # fmt: skip
TAGS = {"Restore": "auto"}


def only(**when: Any) -> RestoreRules:
    return restore_rules(rules=[rule(when=when)])


def found(when: dict[str, Any], tags: Any = TAGS, alert: Alert = ALERT) -> bool:
    return matching.rule_for(only(**when), alert, vm(), tags) is not None


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({}, True),
        ({"sources": ["alertmanager", "azure-*"]}, True),
        ({"sources": ["alertmanager"]}, False),
        ({"alertRules": ["vm gone*"]}, True),
        ({"alertRules": ["vm gone"]}, False),
        ({"severities": ["Sev0", "Sev1"]}, True),
        ({"severities": ["sev2"]}, False),
        ({"targets": ["*"]}, True),
        ({"targets": [SUBSCRIPTION]}, True),
        ({"targets": [APP.upper().replace("/SUBSCRIPTIONS", "/subscriptions")]}, True),
        ({"targets": [vm("db-01"), vm()]}, True),
        ({"targets": [f"{APP}-2"]}, False),
        ({"targets": [vm()[:-1]]}, False),
        ({"labels": {"TEAM": "web"}}, True),
        ({"labels": {"team": "web", "env": "p*d"}}, True),
        ({"labels": {"team": "db"}}, False),
        ({"labels": {"nothing": "*"}}, False),
        ({"tags": {"restore": "auto"}}, True),
        ({"tags": {"restore": "never"}}, False),
        ({"severities": ["Sev1"], "labels": {"team": "db"}}, False),
    ],
)
def test_all_that_a_rule_asks_for_must_be_so(when: dict[str, Any], expected: bool) -> None:
    assert found(when) is expected


def test_what_an_alert_does_not_say_matches_nothing() -> None:
    silent = Alert(source="azure-monitor")
    assert not found({"alertRules": ["*"]}, alert=silent)
    assert not found({"severities": ["*"]}, alert=silent)
    assert not found({"labels": {"team": "*"}}, alert=silent)


def test_tags_that_cannot_be_read_match_nothing_that_is_asked() -> None:
    assert not found({"tags": {"restore": "*"}}, tags=None)
    assert not found({"tags": {"restore": "*"}}, tags={})


def test_the_first_rule_that_matches_counts() -> None:
    known = restore_rules(
        rules=[rule(name="a", when={"severities": ["Sev0"]}), rule(name="b", when={}), rule()]
    )
    counts = matching.rule_for(known, ALERT, vm(), None)
    assert counts is not None
    assert counts.name == "b"


def test_tags_are_read_only_where_they_decide() -> None:
    tagged, plain = rule(name="t", when={"tags": {"a": "b"}}), rule(name="p", when={})
    other = rule(name="o", when={"tags": {"a": "b"}, "severities": ["Sev4"]})
    assert matching.needs_tags(restore_rules(rules=[tagged, plain]), ALERT, vm())
    assert not matching.needs_tags(restore_rules(rules=[plain, tagged]), ALERT, vm())
    assert not matching.needs_tags(restore_rules(rules=[other, plain]), ALERT, vm())
    assert not matching.needs_tags(restore_rules(rules=[]), replace(ALERT, severity=None), vm())


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True), ("**", "x", True), ("a*", "A", True), ("*a", "ba", True),
        ("*a", "ab", False),
        ("a*b*c", "a-b-c", True), ("a*b*c", "a-c-b", False), ("ab*ba", "aba", False),
        ("a*a", "a", False), ("a.c", "abc", False), ("[a]", "[A]", True), ("", "x", False),
        ("K", "\u212a", False),
    ],
)  # fmt: skip
def test_a_star_stands_for_any_text_and_nothing_else_does(
    pattern: str, text: str, expected: bool
) -> None:
    assert matching.fits(pattern, text) is expected


def test_a_hostile_pattern_takes_no_time() -> None:
    begun = time.process_time()
    assert not matching.fits("*a" * 256, "a" * 255 + "b" * 257)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a", "A", True), ("a", "ab", False), ("", "", True), ("", "a", False),
        ("*", "", True), ("a*", "ab", True), ("a*", "ba", False), ("*a", "ba", True),
        ("*a", "ab", False), ("a*c", "abc", True), ("a*c", "ac", True), ("a*c", "acb", False),
        ("ab*bc", "abc", False), ("ab*bc", "abbc", True), ("a*a", "a", False), ("a*a", "aa", True),
        ("a*b*c", "axbxc", True), ("a*b*c", "abc", True), ("a*b*c", "axc", False),
        ("a*b*c", "abxcx", False), ("a*bc*c", "abc", False), ("a*bc*c", "abcc", True),
        ("a*b*b*c", "abc", False), ("a*b*b*c", "abbc", True), ("*b*", "b", True),
        ("*b*", "a", False), ("*bb*bb*", "bbb", False), ("*bb*bb*", "bbbb", True),
        ("x*b*a", "xba", True), ("*a*b", "ba", False), ("**", "x", True),
        ("abcd*d", "abcd", False), ("abcd*d", "abcdd", True),
    ],
)  # fmt: skip
def test_a_star_stands_for_any_text(pattern: str, text: str, expected: bool) -> None:
    assert matching.fits(pattern, text) is expected
