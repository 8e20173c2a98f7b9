"""What the demo asks for, and what it says of a file that cannot work."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from devhost.__main__ import main
from devhost.demo.asked import Asked, from_file
from devhost.starting import BadStart
from restore.messages.request import REQUEST_TYPES
from restore.request.parsing import parse_request

EXAMPLES = [
    path
    for path in sorted(Path(__file__).parents[4].joinpath("examples").glob("*.json"))
    if "recoveryType" in json.loads(path.read_text("utf-8"))
]


def refusal(path: Path) -> str:
    with pytest.raises(BadStart) as caught:
        from_file(path)
    return str(caught.value)


def test_the_tour_is_one_message_and_one_http_request_that_are_valid(two: Sequence[Asked]) -> None:
    assert [(asked.way, asked.vm, asked.recovery_type) for asked in two] == [
        ("queue", "web-01", "RestoreDisks"),
        ("http", "web-02", "AlternateLocation"),
    ]
    for asked in two:
        assert parse_request(asked.request, default_request_id="no").request_id == asked.request_id


def test_there_is_an_example_of_each_recovery_type() -> None:
    assert {from_file(path).recovery_type for path in EXAMPLES} == set(REQUEST_TYPES)


def test_examples_have_no_request_id_so_that_a_copy_is_never_taken_for_an_old_request() -> None:
    assert EXAMPLES
    assert all("requestId" not in json.loads(path.read_text()) for path in EXAMPLES)


def test_a_request_without_an_id_gets_a_new_one_each_time() -> None:
    first, second = from_file(EXAMPLES[0]), from_file(EXAMPLES[0])
    assert first.request_id.startswith("demo-")
    assert first.request_id != second.request_id


def test_a_given_request_id_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(json.loads(EXAMPLES[0].read_text()) | {"requestId": "mine-1"}))
    assert from_file(path).request_id == "mine-1"


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no.json").endswith(
        "no.json cannot be read: No such file or directory."
    )


def test_a_folder_is_no_request(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b"x" * 100_000])
def test_what_is_no_request_is_said_at_its_root(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    title, problem = refusal(path).splitlines()
    assert "nothing was started" in title
    assert problem.startswith("  $  ")


def test_every_problem_is_listed_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"recoveryType": "OriginalLocation", "sourceResourceId": "x", "fo": 1}')
    paths = [line.split()[0] for line in refusal(path).splitlines()[1:]]
    assert paths == ["$.sourceResourceId", "$.fo", "$.confirm", "$.storageAccountId"]


def test_the_command_ends_with_2_and_no_stack_for_a_file_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    assert main(["demo", "no-such-file.json"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "no-such-file.json cannot be read: No such file or directory.\n"
