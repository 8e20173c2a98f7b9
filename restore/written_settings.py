"""Settings that are a document: JSON, or the name of a JSON file that the caller reads."""

from collections.abc import Callable
from typing import Any

from restore.alerts import runbook
from restore.alerts.runbook import Runbook
from restore.policy import rules
from restore.policy.rules import Policy
from restore.request.documents import InvalidDocument
from restore.request.json_text import hint

ReadFile = Callable[[str], str]


def take(given: dict[str, str], read_file: ReadFile | None) -> tuple[dict[str, Any], list[str]]:
    """Take the documents out of the texts of settings. Return them by their fields, None for what
    was not read; and what is wrong with them, as sentences. Without `read_file` no file is read."""
    found: dict[str, Any] = {}
    problems: list[str] = []
    for field, (default, parse) in _DOCUMENTS.items():
        text = given.pop(field, "")
        found[field], wrong = (
            _read(field.upper(), text, parse, read_file) if text else (default, [])
        )
        problems += wrong
    return found, problems


def _policy(text: str) -> Policy:
    from restore.policy import policy_text  # most apps have no policy of their own

    return policy_text.parse(text)


def _rules(text: str) -> Runbook:
    from restore.alerts import runbook_text  # an app that takes no alerts has no rules

    return runbook_text.parse(text)


_DOCUMENTS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "restore_policy": (rules.DEFAULT, _policy),
    "restore_rules": (runbook.NONE, _rules),
}
"""By field: what counts where nothing is set, and how a text is read."""


def _read(
    name: str, text: str, parse: Callable[[str], Any], read_file: ReadFile | None
) -> tuple[Any, list[str]]:
    if not text.startswith("{"):
        if read_file is None:
            return None, []
        try:
            text = read_file(text)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            said = hint(text.encode(errors="replace"))
            return None, [f"{name} {said or f'names a file that the app cannot read: {why}'}."]
    try:
        return parse(text), []
    except InvalidDocument as error:
        return None, [f"{name} {each.path} {each.message}." for each in error.problems]
