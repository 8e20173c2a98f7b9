"""An app that cannot be loaded is refused in one plain sentence."""

import logging
from pathlib import Path

import pytest

from devhost.app_loading import load_app
from devhost.invoke import runnable
from devhost.starting import BadStart

pytestmark = pytest.mark.usefixtures("_imports_are_undone")
HEAD = "import azure.functions as func\nimport azure.durable_functions as df\napp = df.DFApp()\n"


def refusal(folder: Path, text: str | None = None) -> str:
    if text is not None:
        (folder / "function_app.py").write_text(text)
    with pytest.raises(BadStart) as caught:
        load_app(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_without_an_app_is_said_so(tmp_path: Path) -> None:
    assert "has no function_app.py" in refusal(tmp_path)


def test_an_app_without_functions_is_said_so(tmp_path: Path) -> None:
    assert "has no functions" in refusal(tmp_path, HEAD)


def test_an_import_error_names_the_line(tmp_path: Path) -> None:
    text = refusal(tmp_path, "import json\nimport no_such_module\n")
    assert "ModuleNotFoundError: No module named 'no_such_module'" in text
    assert "(function_app.py line 2)" in text


def test_a_syntax_error_names_the_line(tmp_path: Path) -> None:
    text = refusal(tmp_path, "x = 1\ndef broken(:\n")
    assert "SyntaxError" in text
    assert "(function_app.py line 2)" in text


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            '@app.activity_trigger(input_name="a_b")\ndef f(a_b): ...',
            "binding 'a_b' of f: letters and digits only",
        ),
        (
            '@app.function_name("1st")\n@app.activity_trigger(input_name="p")\ndef f(p): ...',
            "'1st' is not a possible function name",
        ),
    ],
)
def test_a_name_that_no_host_takes_is_refused(tmp_path: Path, source: str, why: str) -> None:
    (tmp_path / "function_app.py").write_text(HEAD + source)
    with pytest.raises(BadStart) as caught:
        runnable(load_app(tmp_path).functions)
    assert str(caught.value) == f"The app cannot be loaded: {why}."


def test_a_function_this_host_has_nothing_for_is_left_out_by_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blob = (
        '@app.blob_trigger(arg_name="b", path="in/{n}", connection="X")\ndef take(b: str):\n  ...\n'
    )
    route = '@app.route(route="hi")\ndef hi(req: func.HttpRequest) -> str:\n  return "hi"\n'
    (tmp_path / "function_app.py").write_text(HEAD + blob + route)
    with caplog.at_level(logging.WARNING):
        kept = runnable(load_app(tmp_path).functions)
    assert [function.name for function in kept] == ["hi"]
    assert "take is left out: devhost has no blobTrigger binding" in caplog.text
