"""A run tells which engines it was on."""

from tests.engines_told import counted, told


def test_each_engine_that_a_test_names_has_its_line() -> None:
    counts = counted(
        [
            ("tests/end_to_end/test_scenarios.py::test_a[embedded]", "passed"),
            ("tests/end_to_end/test_scenarios.py::test_a[durable-engine]", "passed"),
            ("tests/end_to_end/test_scenarios.py::test_b[durable-engine-story]", "failed"),
            ("tests/unit/test_x.py::test_embedded", "passed"),
        ]
    )
    assert told(counts) == ["on embedded: 1 passed", "on durable-engine: 1 passed, 1 failed"]


def test_a_run_without_engines_tells_nothing() -> None:
    assert told(counted([("tests/unit/test_x.py::test_y", "passed")])) == []
