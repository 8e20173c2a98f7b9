"""The rules are checked as a whole, at start, and their published schema is the code's."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from restore.alerts import restore_rules_text
from restore.alerts.restore_rules import NONE
from restore.alerts.restore_rules_text import InvalidRestoreRules
from tests import alert_samples as samples
from tests.alert_samples import DISKS, RULES, rule

SCHEMA = Path(__file__).parents[4] / "docs" / "rules.schema.json"


def problems(value: Any) -> dict[str, str]:
    with pytest.raises(InvalidRestoreRules) as caught:
        restore_rules_text.parse(value if isinstance(value, str) else json.dumps(value))
    return {problem.path: problem.message for problem in caught.value.problems}


def template(**changes: Any) -> dict[str, Any]:
    return {"name": "disks", "restore": DISKS | changes}


def test_rules_survive_their_text() -> None:
    known = samples.restore_rules()
    assert restore_rules_text.parse(msgspec.json.encode(known).decode()) == known


def test_no_rules_are_rules_and_a_file_may_name_its_schema() -> None:
    assert restore_rules_text.parse('{"$schema": "docs/rules.schema.json"}') == NONE
    assert (NONE.max_alert_age_s, NONE.hold_for_s) == (3600, 4 * 3600)


@pytest.mark.parametrize("name", ["azure-monitor", "Event-Grid", "cloud-events", "unknown"])
def test_no_mapping_takes_the_name_of_a_sender_that_is_known_anyhow(name: str) -> None:
    found = problems(RULES | {"mappings": [samples.MAPPINGS[0] | {"name": name}]})
    assert list(found) == ["$.mappings[0].name"]
    assert "take another one" in found["$.mappings[0].name"]


def test_everything_wrong_is_said_at_once_with_its_place() -> None:
    wrong = {
        "rules": [
            rule(when={"targets": [], "lables": {}, "labels": {"": "x"}, "tags": {"a": 1}}),
            rule(quietPeriod="1h", restoresPerHour=1000, template="a b"),
            {"name": "x"},
        ],
        "templates": [
            {"name": "t", "restore": []},
            {"name": "u", "restore": {}, "point": {"max": 1}},
        ],
        "mappings": [samples.MAPPINGS[0] | {"has": [], "vm": "labels", "firing": {"at": "/x"}}],
        "maxAlertAge": "P2D",
    }
    assert set(problems(wrong)) == {
        "$.rules[0].when.targets",
        "$.rules[0].when.lables",
        "$.rules[0].when.tags.a",
        "$.rules[1].quietPeriod",
        "$.rules[1].restoresPerHour",
        "$.rules[1].template",
        "$.rules[2].when",
        "$.rules[2].template",
        "$.templates[0].restore",
        "$.templates[1].point.max",
        "$.mappings[0].has",
        "$.mappings[0].vm",
        "$.mappings[0].firing.values",
        "$.maxAlertAge",
    }


def test_what_only_the_whole_shows_is_said_too() -> None:
    wrong = RULES | {
        "rules": [
            rule(),
            rule(template="other"),
            rule(name="b", when={"targets": ["vaultSubscription"]}),
            rule(name="c", when={"targets": [f"{samples.SUBSCRIPTION}/rg"]}),
        ],
        "mappings": [samples.MAPPINGS[0], samples.MAPPINGS[0]],
        "templates": [template(), template() | {"point": {"maxAge": "PT1H", "before": "PT1H"}}],
    }
    assert set(problems(wrong)) == {
        "$.rules[1].name",
        "$.rules[1].template",
        "$.rules[2].when.targets[0]",
        "$.rules[3].when.targets[0]",
        "$.mappings[1].name",
        "$.templates[1].name",
        "$.templates[1].point.maxAge",
    }


@pytest.mark.parametrize(
    ("restore", "path"),
    [
        ({"recoveryType": "Everything"}, "$.templates[0].restore.recoveryType"),
        ({"storageAccountId": "{vm.name}"}, "$.templates[0].restore.storageAccountId"),
        ({"storageAccountId": None}, "$.templates[0].restore.storageAccountId"),
        ({"diskEncryptionSetId": "x"}, "$.templates[0].restore.diskEncryptionSetId"),
        ({"confirm": "{vm.name}"}, "$.templates[0].restore.confirm"),
        ({"zone": "1"}, "$.templates[0].restore.zone"),
        ({"sourceResourceId": samples.vm()}, "$.templates[0].restore.sourceResourceId"),
        ({"requestId": "r"}, "$.templates[0].restore.requestId"),
        ({"recoveryPoint": {}}, "$.templates[0].restore.recoveryPoint"),
        ({"planOnly": False}, "$.templates[0].restore.planOnly"),
        ({"targetResourceGroupId": "{vm.group}"}, "$.templates[0].restore.targetResourceGroupId"),
        ({"region": "{vm.{vm.name}}"}, "$.templates[0].restore.region"),
        ({"region": "{{vm.name}}"}, "$.templates[0].restore.region"),
        ({"region": "{vm.name"}, "$.templates[0].restore.region"),
        ({"region": "{alert.description}"}, "$.templates[0].restore.region"),
        ({"region": "{vm.name.__class__}"}, "$.templates[0].restore.region"),
        ({"region": "{0}"}, "$.templates[0].restore.region"),
        ({"region": "}"}, "$.templates[0].restore.region"),
        ({"zones": ["{x}"]}, "$.templates[0].restore.zones[0]"),
        (
            {"encryptionDetails": {"kekUrl": "{x}"}},
            "$.templates[0].restore.encryptionDetails.kekUrl",
        ),
    ],
)
def test_a_template_that_makes_no_request_is_told_at_start(
    restore: dict[str, Any], path: str
) -> None:
    assert path in problems({"templates": [template(**restore)]})


def test_a_template_nested_for_ever_is_refused() -> None:
    deep: Any = "{vm.name}"
    for _ in range(60):
        deep = [deep]
    (path,) = problems({"templates": [template(zones=deep)]})
    assert path.startswith("$.templates[0].restore.zones[0]")


@pytest.mark.parametrize("words", ["{vm.subscription}", "{vm.resourceGroup}", "{date}{time}"])
def test_every_word_may_stand_in_an_id(words: str) -> None:
    group = f"/subscriptions/{{vm.subscription}}/resourceGroups/rg-{words}".replace(
        "rg-{vm.subscription}", "rg"
    )
    value = {"templates": [template(targetResourceGroupId=group)]}
    assert restore_rules_text.parse(json.dumps(value)).templates[0].restore["targetResourceGroupId"]


def test_rules_too_large_or_no_json_are_told() -> None:
    assert problems("x" * 300_000) == {"$": "is larger than 256 KB"}
    assert "$" in problems("{rules:[]}")


def test_the_published_schema_is_the_codes() -> None:
    assert json.loads(SCHEMA.read_text()) == json.loads(json.dumps(restore_rules_text.schema()))


def test_an_editor_takes_the_patterns_of_the_schema() -> None:
    """Editors read ECMAScript's expressions, which have other anchors than Python's."""
    text = json.dumps(restore_rules_text.schema())
    assert "^(?:/" in text
    assert r"\\A" not in text
    assert r"\\Z" not in text


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\n", "x" * 61])
def test_a_name_that_no_document_could_have_is_refused(name: str) -> None:
    assert "$.mappings[0].name" in problems({"mappings": [{"name": name}]})


def test_the_example_is_valid_by_the_code_and_by_the_schema() -> None:
    text = (SCHEMA.parents[1] / "examples" / "alerts" / "rules.json").read_text()
    assert {each.name for each in restore_rules_text.parse(text).mappings} == {
        "alertmanager", "datadog", "grafana", "pagerduty",
    }  # fmt: skip
    jsonschema.validate(json.loads(text), json.loads(SCHEMA.read_text()))


@pytest.mark.parametrize(
    ("before", "max_age", "is_right"),
    [("PT1H", "PT61M", True), ("PT1H", "PT1H", False), ("PT2H", "PT1H", False)],
)
def test_a_point_may_be_older_than_it_must_be(before: str, max_age: str, is_right: bool) -> None:
    value = {"templates": [template() | {"point": {"before": before, "maxAge": max_age}}]}
    if is_right:
        assert restore_rules_text.parse(json.dumps(value)).templates[0].point.before == before
    else:
        assert problems(value) == {"$.templates[0].point.maxAge": "must be longer than before"}


def test_rules_have_a_quarter_of_a_megabyte_at_most() -> None:
    assert restore_rules_text.parse("{}".ljust(256 * 1024)) == NONE
    assert problems("{}".ljust(256 * 1024 + 1)) == {"$": "is larger than 256 KB"}


ELSEWHERE = "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/rg"
IDENTITY = f"{ELSEWHERE}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
IN_PLACE: dict[str, Any] = {"recoveryType": "OriginalLocation", "confirm": "{vm.name}"}
BY_IDENTITY = {"identityInfo": {"managedIdentityResourceId": IDENTITY}}
ACCOUNT = {"storageAccountId": samples.STAGING}


@pytest.mark.parametrize(
    "restore", [IN_PLACE | BY_IDENTITY | ACCOUNT, IN_PLACE | ACCOUNT | BY_IDENTITY]
)
def test_a_template_is_right_if_it_is_for_vms_of_one_subscription_that_it_names(
    restore: dict[str, Any],
) -> None:
    """The staging storage account must be where the VM is, and the identity need not."""
    value = {"templates": [{"name": "t", "restore": restore}]}
    assert restore_rules_text.parse(json.dumps(value)).templates[0].restore == restore


def test_a_template_that_is_for_no_vm_is_told_what_it_makes_of_one() -> None:
    wrong = IN_PLACE | BY_IDENTITY | ACCOUNT | {"zone": "1"}
    assert set(problems({"templates": [{"name": "t", "restore": wrong}]})) == {
        "$.templates[0].restore.zone"
    }
