"""requirements.txt and requirements-dev.txt pin what their inputs ask for, with hashes; no more."""

import pytest
from packaging.requirements import Requirement

from tests import locks
from tests.locks import PYTHONS, ROOT, inputs, lock

DEPLOYED = inputs((ROOT / "requirements.in").read_text())
DEVELOPING = DEPLOYED + inputs((ROOT / "requirements-dev.in").read_text())
LOCK = lock((ROOT / "requirements.txt").read_text())
LOCK_DEV = lock((ROOT / "requirements-dev.txt").read_text())

BOTH = pytest.mark.parametrize(
    ("asked", "locked"), [(DEPLOYED, LOCK), (DEVELOPING, LOCK_DEV)], ids=["deployed", "developing"]
)
HASH = f"--hash=sha256:{'0' * 64}"


@BOTH
def test_a_lock_is_in_step_with_its_input(
    asked: list[Requirement], locked: list[locks.Locked]
) -> None:
    assert [*locks.out_of_step(asked, locked)] == [], "run make lock"


@BOTH
def test_a_lock_holds_all_that_is_needed_here_and_nothing_else(
    asked: list[Requirement], locked: list[locks.Locked]
) -> None:
    assert locks.pinned_here(locked) == locks.needed(asked), "run make lock"


@BOTH
def test_a_lock_has_an_exact_version_and_hashes_for_each_package(
    asked: list[Requirement], locked: list[locks.Locked]
) -> None:
    assert locks.without_hash(locked) == []
    assert len(locked) > len(asked)


def test_the_tests_run_with_what_is_deployed_to_the_byte() -> None:
    assert locks.differing(LOCK, LOCK_DEV) == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_names_no_server_and_how_it_was_made(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text
    made_by = f"uv pip compile --universal --generate-hashes --python-version={PYTHONS[0]}"
    assert f"{made_by} --output-file={name} {name.removesuffix('txt')}in" in text


def test_each_python_has_its_own_azure_functions() -> None:
    pins = [each.requirement for each in LOCK]
    versions = {python: locks.on(python, pins)["azure-functions"] for python in PYTHONS}
    assert {python: version[:2] for python, version in versions.items()} == {
        "3.11": "1.",
        "3.12": "1.",
        "3.13": "2.",
    }


def test_a_pin_that_was_raised_in_the_input_alone_is_seen() -> None:
    asked = inputs("# why\nmsgspec==0.22.1\n-r other.in\nsix==1.17.0; python_version < '3.13'\n")
    found = [*locks.out_of_step(asked, lock(f"msgspec==0.22.0 \\\n    {HASH}\n"))]
    assert "msgspec 0.22.1 is asked for on 3.11; locked is 0.22.0" in found
    assert "six 1.17.0 is asked for on 3.12; locked is None" in found
    assert len(found) == len(PYTHONS) + 2


def test_a_package_that_nothing_needs_is_seen() -> None:
    locked = lock(f"msgspec==0.22.0 \\\n    {HASH}\nsix==1.17.0 {HASH}\n")
    assert locks.pinned_here(locked) - locks.needed(inputs("msgspec==0.22.0")) == {"six"}


def test_what_a_package_needs_is_found_with_its_extras() -> None:
    assert {"msal", "pyjwt", "cryptography", "cffi"} <= locks.needed(inputs("azure-identity"))
    assert "cryptography" not in locks.needed(inputs("pyjwt"))
    assert "cryptography" in locks.needed(inputs("pyjwt[crypto]"))


@pytest.mark.parametrize("line", ["msgspec==0.22.0", f"msgspec>=0.22 {HASH}"])
def test_what_pip_would_refuse_is_seen(line: str) -> None:
    assert locks.without_hash(lock(line)) == ["msgspec"]


@pytest.mark.parametrize(
    "line", [f"msgspec==0.22.1 {HASH}", f"msgspec==0.22.0 {HASH.replace('0', '1')}"]
)
def test_a_lock_of_the_tests_that_differs_is_seen(line: str) -> None:
    deployed = lock(f"msgspec==0.22.0 {HASH}")
    assert locks.differing(deployed, deployed) == []
    assert locks.differing(deployed, lock(line)) == ["msgspec==0.22.0"]
