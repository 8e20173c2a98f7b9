"""The house rules that no off-the-shelf linter knows, as functions from a file to findings.

ruff, mypy and import-linter do what they can; the rest is here. tests/unit/test_house_rules.py runs
every rule on every file and proves that each can fail. `python -m tools.tidy` prints the same, and
advice besides that fails nothing.
"""
