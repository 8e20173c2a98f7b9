"""What must hold of everything that is made, and that each rule sees the faults it is there for."""

import pytest

from tests.contract.infra import rules
from tests.contract.infra.planted import FAULTS, Fault
from tests.contract.infra.rules import Json, Rule


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.__name__)
def test_what_is_made_keeps_every_rule(rule: Rule, made: list[Json]) -> None:
    assert [*rule(made)] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_seen(fault: Fault, made: list[Json]) -> None:
    fault.plant(made)
    assert [*fault.breaks(made)]


def test_every_rule_has_a_fault_that_it_sees() -> None:
    assert {fault.breaks for fault in FAULTS} == {*rules.ALL}
