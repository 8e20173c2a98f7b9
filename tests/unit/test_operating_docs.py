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


HELPERS = re.findall(r"^(?:key|who|call)\(\) .*", OPERATING, re.MULTILINE)
STUBS = """
az() { echo "key of ${10}"; }
curl() { printf '%s|' "$@"; echo; }
GROUP=rg APP=app URL=https://app.example ID=r1 REJECTION=r1 VM_ID=r1
"""


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell here")
@pytest.mark.parametrize(("function", "path", "rest"), CALLS, ids=[call[0] for call in CALLS])
def test_a_call_brings_the_key_of_its_function_or_a_token_and_is_json(
    function: str, path: str, rest: str
) -> None:
    key, with_key, call, with_token, *again = HELPERS
    assert again == [key, with_key, call], "the runbooks have the same"
    command = f'call {function} "{path}"{rest}'
    for who, header in (
        (with_key, f"x-functions-key: key of {function}"),
        (f"TOKEN=t0ken; {with_token}", "Authorization: Bearer t0ken"),
    ):
        script = "\n".join([STUBS, key, who, call, command])
        run = subprocess.run(["sh", "-u"], input=script, text=True, capture_output=True, check=True)
        asked = run.stdout.strip().split("|")
        assert {header, "content-type: application/json"} <= {*asked}
        assert asked[-2].startswith("https://app.example/api/")


def test_what_a_person_does_at_night_is_among_the_calls() -> None:
    assert len(CALLS) >= 9


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell here")
@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_reads_the_commands(block: str) -> None:
    run = subprocess.run(["sh", "-n"], input=block, text=True, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr
