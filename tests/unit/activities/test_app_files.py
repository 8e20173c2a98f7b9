"""A file that a setting names is read from beside the app, or from where its path says."""

from pathlib import Path

import pytest

from activities import app_files

ROOT = Path(__file__).parents[3]


def test_a_name_is_one_of_the_apps_folder() -> None:
    assert app_files.read("host.json") == (ROOT / "host.json").read_text("utf-8")


def test_a_whole_path_is_itself_and_a_mark_of_its_encoding_is_no_part(tmp_path: Path) -> None:
    written = tmp_path / "policy.json"
    written.write_bytes(b"\xef\xbb\xbf{}")
    assert app_files.read(str(written)) == "{}"
    with pytest.raises(OSError, match="no-such"):
        app_files.read("no-such.json")
