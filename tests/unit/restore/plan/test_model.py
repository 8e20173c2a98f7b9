"""A plan's findings are read from the top: the gravest stands there."""

from restore.messages.plan_io import Finding, Severity
from restore.plan.model import in_order


def test_the_gravest_comes_first_and_what_is_as_grave_keeps_its_order() -> None:
    given: tuple[tuple[Severity, str], ...] = (
        ("info", "a"), ("warning", "b"), ("blocking", "c"), ("info", "d"), ("warning", "e"),
        ("blocking", "f"),
    )  # fmt: skip
    found = [Finding(severity=severity, code=code, text="x") for severity, code in given]
    assert [each.code for each in in_order(found)] == ["c", "f", "b", "e", "a", "d"]
