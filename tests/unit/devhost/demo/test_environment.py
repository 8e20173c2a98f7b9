"""What the demo's app is set to, and what is shown of its log."""

from pathlib import Path

from devhost.demo.environment import app_settings, last_lines
from restore.settings import Settings, variables


def test_the_app_talks_to_the_simulated_vault_and_looks_as_often_as_allowed() -> None:
    settings = Settings.parse(app_settings("UseDevelopmentStorage=true", "http://127.0.0.1:7072"))
    assert settings.problems == ()
    assert settings.arm_endpoint == "http://127.0.0.1:7072"
    assert settings.restore_poll_s_first == settings.restore_poll_s_min == 5
    assert settings.restore_poll_s_max == 10


def test_every_setting_of_the_app_is_set_so_that_none_of_the_shell_counts() -> None:
    names = {*variables(), "AzureWebJobsStorage"}
    assert set(app_settings("s", "http://127.0.0.1:1")) == names


def test_the_end_of_the_log_is_shown_without_secrets_and_without_the_demos_own_looks(
    tmp_path: Path,
) -> None:
    log = tmp_path / "host.log"
    looks = ["04:00 GET /api/restores/a -> 200 (show, 1 ms)"] * 20
    log.write_text("\n".join(["first?sig=abc", *looks, "GET /api/restores/a -> 503 (x)", ""]))
    assert last_lines(log).splitlines() == [
        f"The end of the app's log, {log}:",
        "  first?sig=***",
        "  GET /api/restores/a -> 503 (x)",
    ]


def test_only_the_last_lines_are_shown(tmp_path: Path) -> None:
    log = tmp_path / "host.log"
    log.write_text("\n".join(str(number) for number in range(100)))
    assert last_lines(log).splitlines()[-1] == "  99"
    assert len(last_lines(log).splitlines()) == 9


def test_a_log_that_is_empty_or_missing_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "empty.log").touch()
    assert last_lines(tmp_path / "empty.log").endswith("(empty)")
    assert last_lines(tmp_path / "no.log").endswith("cannot be read.")
