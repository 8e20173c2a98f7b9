"""Microsoft's description of Azure Backup may be absent as a whole, and then tests say so."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import spec_folder
from tools.tidy.source import project_files

ROOT = Path(__file__).parents[2]


def test_an_absent_folder_skips_the_test_and_is_named(tmp_path: Path) -> None:
    absent = tmp_path / "nowhere"
    with pytest.raises(pytest.skip.Exception, match=f"needs the folder {absent}; "):
        spec_folder.read("2024-04-01/bms.json", absent)


def test_an_absent_file_fails_the_test(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        spec_folder.read("2024-04-01/bms.json", tmp_path)


def test_a_file_that_is_there_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.json").write_text('{"a": 1}', encoding="utf-8")
    assert spec_folder.read("own.json", tmp_path) == {"a": 1}


def test_a_run_tells_how_the_tests_that_read_the_folder_ended() -> None:
    reads, reads_not = SimpleNamespace(keywords={"spec": 1}), SimpleNamespace(keywords={})
    stats: dict[str, list[object]] = {
        "passed": [reads, reads_not, reads],
        "skipped": [reads],
        "error": [object()],
    }
    assert spec_folder.told(stats) == f"on {spec_folder.SPEC}: 2 passed, 1 skipped"
    assert spec_folder.told({"passed": [reads_not]}) == ""


@pytest.mark.spec
def test_nothing_of_the_folder_is_in_the_repository() -> None:
    """Neither a file nor one of the documents in it."""
    spec_folder.read("2024-04-01/bms.json")
    files = spec_folder.SPEC.rglob("*.json")
    theirs = {text for file in files for text in _documents(json.loads(file.read_text("utf-8")))}
    ours = [source for source in project_files(ROOT) if source.path.suffix == ".json"]
    assert len(theirs) > 100
    assert ours
    for source in ours:
        assert not theirs.intersection(_documents(json.loads(source.text))), source.path


def _documents(value: object) -> list[str]:
    """Each object of some size in a document, the whole one included, as canonical text."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [text for one in inner for text in _documents(one)]
    text = json.dumps(value, sort_keys=True) if isinstance(value, dict) else ""
    return [*found, text] if len(text) > 200 else found
