"""The tables of README.md name tests and recordings that there are."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def rows() -> list[tuple[int, list[str]]]:
    text = (Path(__file__).parent / "README.md").read_text("utf-8")
    return [(int(number), held.strip().split(", ")) for number, held in ROW.findall(text)]


def test_every_statement_is_held_by_tests_and_recordings_that_there_are() -> None:
    folders = (TESTS / "contract", TESTS / "unit" / "devhost", TESTS / "unit" / "simulated_azure")
    sources = [path.read_text("utf-8") for folder in folders for path in folder.rglob("test_*.py")]
    names = {name for text in sources for name in re.findall(r"def test_(\w+)\(", text)}
    scenarios = (TESTS / "data" / "golden").glob("*/*.json")
    names |= {f"golden:{path.stem}" for path in scenarios}
    missing = {number: set(held) - names for number, held in rows() if set(held) - names}
    assert missing == {}


def test_the_statements_are_numbered_without_a_gap() -> None:
    numbers = [number for number, _ in rows()]
    assert numbers == list(range(1, 57))


def test_every_sentence_of_this_folder_is_in_a_table() -> None:
    here = {
        name
        for path in Path(__file__).parent.glob("test_*.py")
        if path.stem != "test_table"
        for name in re.findall(r"def test_(\w+)\(", path.read_text("utf-8"))
    }
    assert here - {name for _, held in rows() for name in held} == UNLISTED


UNLISTED = {
    "times_are_whole_seconds",
    "paths_and_queries_ignore_case_but_ids_do_not",
    "what_is_no_request_of_the_api_is_not_found",
    "a_resume_of_a_pending_instance_is_refused",
}
"""Of the HTTP API alone; no statement is made of them."""
