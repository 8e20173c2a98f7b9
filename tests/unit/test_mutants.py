"""The faults that `make mutants` does not count are named exactly, and each with its reason."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tools.mutants import equivalents, faults
from tools.mutants.faults import Change
from tools.mutants.reach import AT_IMPORT, Reach, Reached, mirrors

ROOT = Path(__file__).resolve().parents[2]
LISTED = ROOT / "tools" / "mutants" / "equivalent.toml"
ENTRY = {"file": "a.py", "before": "x = 1", "after": "x = 2", "reason": "Nobody reads x."}


def known(folder: Path, **changes: str) -> set[tuple[str, Change]]:
    (folder / "a.py").write_text("def f():\n    x = 1\n", encoding="utf-8")
    lines = [f'{name} = "{value}"' for name, value in (ENTRY | changes).items()]
    (folder / "e.toml").write_text("\n".join(["[[equivalent]]", *lines]), encoding="utf-8")
    return equivalents.known(folder / "e.toml", folder)


def test_every_fault_that_is_not_counted_is_still_possible() -> None:
    equivalents.known(LISTED, ROOT)


def test_a_fault_is_known_by_its_file_and_its_line_before_and_after(tmp_path: Path) -> None:
    assert known(tmp_path) == {("a.py", Change("x = 1", "x = 2"))}


@pytest.mark.parametrize(
    "changes", [{"reason": " "}, {"before": "x = 3"}, {"file": "b.py"}, {"more": "y"}]
)
def test_an_entry_that_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"e\.toml"):
        known(tmp_path, **changes)


def test_the_tests_named_after_a_module_come_first_and_cheap_ones_before_dear_ones(
    tmp_path: Path,
) -> None:
    (tmp_path / "arm").mkdir()
    (tmp_path / "arm" / "client.py").write_text("def f():\n    return 1\n", encoding="utf-8")
    own, near, far = (
        f"tests/unit/{file}.py::test" for file in ("arm/test_client", "arm/test_x", "test_y")
    )
    costs = {far: 0.1, near: 0.1, f"{own}_b": 2.0, f"{own}_a": 1.0, f"{far}_blind": 0.0}
    reached = {test: [2] for test in costs if "blind" not in test}
    found = Reach([Reached(costs, {"arm/client.py": reached})])
    tests = [test.id for test in found.of(tmp_path, "arm/client.py", 2)]
    assert tests == [f"{own}_a", f"{own}_b", near, far]


def test_what_a_class_says_of_itself_is_looked_at_by_the_test_of_all_classes_first(
    tmp_path: Path,
) -> None:
    (tmp_path / "arm").mkdir()
    text = "@frozen\nclass A(B):\n    x: int = 0\n    def f(self):\n        return 1\n"
    (tmp_path / "arm" / "client.py").write_text(text, encoding="utf-8")
    own, all_of_them = "tests/unit/arm/test_client.py::test", "tests/unit/test_structs.py::test[A]"
    found = Reach([Reached({own: 0.1, all_of_them: 9.0}, {"arm/client.py": {own: [1, 2, 3, 5]}})])
    for line in (1, 2, 3):
        tests = found.of(tmp_path, "arm/client.py", line)
        assert [test.id for test in tests] == [all_of_them, own]
    assert [test.id for test in found.of(tmp_path, "arm/client.py", 5)] == [own]


def test_a_constant_is_looked_at_by_the_tests_of_limits_first(tmp_path: Path) -> None:
    (tmp_path / "arm").mkdir()
    text = "LIMIT = 5\n\ndef f():\n    return 7\n"
    (tmp_path / "arm" / "client.py").write_text(text, encoding="utf-8")
    own, limits = "tests/unit/arm/test_client.py::test", "tests/unit/test_limits.py::test"
    found = Reach([Reached({own: 0.1, limits: 9.0}, {"arm/client.py": {own: [1, 4]}})])
    tests = [[test.id for test in found.of(tmp_path, "arm/client.py", line)] for line in (1, 4)]
    assert tests == [[limits, own], [own]]


def test_a_table_within_a_table_is_looked_at_by_the_tests_of_whoever_uses_the_outer_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "triggers").mkdir()
    texts = {
        "inner": "ROWS = (1, 2)\n",
        "outer": "from triggers import inner\nALL = inner.ROWS\n",
        "used": "from triggers.outer import ALL\ndef f():\n    return ALL\n",
    }
    for name, text in texts.items():
        (tmp_path / "triggers" / f"{name}.py").write_text(text, encoding="utf-8")
    test = "tests/unit/triggers/test_used.py::test"
    lines = {f"triggers/{name}.py": {AT_IMPORT: [1, 2]} for name in texts}
    lines["triggers/used.py"] |= {test: [3]}
    found = Reach([Reached({test: 0.1}, lines)])
    for name in texts:
        assert [each.id for each in found.of(tmp_path, f"triggers/{name}.py", 1)] == [test]


def test_what_cosmic_ray_cannot_make_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ExceptionReplacer ends so at `except binascii.Error`."""
    error = AttributeError("'PythonNode' object has no attribute 'value'")
    assert mutated(tmp_path, monkeypatch, error) is None


@pytest.mark.parametrize(
    ("after", "is_fault"),
    [
        ("x = y is not z\n", True),
        ("x = y is not 'z'\n", False),
        ("x = y is 7\n", False),
        ("x = y is\n", False),
    ],
)
def test_what_python_warns_of_needs_no_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str, is_fault: bool
) -> None:
    assert mutated(tmp_path, monkeypatch, after) == (after if is_fault else None)


def mutated(
    folder: Path, monkeypatch: pytest.MonkeyPatch, made: str | AttributeError
) -> str | None:
    """Return what comes of what cosmic-ray makes of a file."""

    def mutate_code(text: str, operator: object, occurrence: int) -> str:
        del text, operator, occurrence
        if isinstance(made, AttributeError):
            raise made
        return made

    (folder / "a.py").write_text("x = y != z", encoding="utf-8")
    cosmic_ray = SimpleNamespace(mutate_code=mutate_code)
    monkeypatch.setattr(faults, "import_module", lambda name: cosmic_ray)
    monkeypatch.setattr(faults, "_operators", lambda: {"an operator": None})
    return faults.mutated(folder, faults.Fault("a.py", 1, 0, "an operator", 0))


def test_a_test_mirrors_the_module_it_is_named_after() -> None:
    assert mirrors("tests/unit/restore/plan/test_hashing.py::test_x", "restore/plan/hashing.py")
    assert not mirrors("tests/unit/restore/plan/test_hashing.py::test_x", "restore/plan/model.py")
