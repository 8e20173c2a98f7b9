"""Says how many inputs were given, and keeps away what the machine happens to be set to."""

import pytest

from tests.fuzz.amounts import INPUTS, given_inputs


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what really ran, where somebody asked for a number."""
    if INPUTS:
        terminalreporter.section("fuzzed inputs")
        for name, number in sorted(given_inputs.items()):
            terminalreporter.write_line(f"{number:>7}  {name}")
        terminalreporter.write_line(f"{given_inputs.total():>7}  in all")
