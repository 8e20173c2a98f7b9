"""Every call that docs/operating.md shows is one that the app serves, with that function's key."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fakes.app_harness import worker

OPERATING = (Path(__file__).resolve().parents[2] / "docs" / "operating.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", OPERATING, re.MULTILINE | re.DOTALL)
CALLS = re.findall(
    r"""^call (?P<function>\w+) ['"]?(?P<path>[^\s'"?]+)\S*(?P<rest>.*)$""",
    "".join(BLOCKS),
    re.MULTILINE,
)
ROUTES = {
    function.name: (
        re.sub(r"\{[^}]+\}", "[^/]+", str(function.trigger["route"])),
        {str(method).upper() for method in function.trigger["methods"]},
    )
    for function in worker().functions
    if function.kind == "httpTrigger"
}


@pytest.mark.parametrize(("function", "path", "rest"), CALLS, ids=[call[0] for call in CALLS])
def test_a_call_reaches_the_function_whose_key_it_takes(
    function: str, path: str, rest: str
) -> None:
    route, methods = ROUTES[function]
    assert re.fullmatch(route, path)
    assert ("POST" if " -d " in rest or "-X POST" in rest else "GET") in methods


def test_keys_are_asked_for_of_functions_that_exist() -> None:
    asked = set(re.findall(r"\$\(key (\w+)\)", OPERATING))
    assert asked
    assert asked <= {*ROUTES}


def test_what_a_person_does_at_night_is_among_the_calls() -> None:
    assert len(CALLS) >= 9


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell here")
@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_reads_the_commands(block: str) -> None:
    run = subprocess.run(["sh", "-n"], input=block, text=True, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
