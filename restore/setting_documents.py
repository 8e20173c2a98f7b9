"""Settings that are a document: JSON, or the name of a JSON file that the caller reads."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from restore.alerts import restore_rules
from restore.alerts.restore_rules import RestoreRules
from restore.notify import receivers
from restore.notify.receivers import Notify
from restore.policy import rules
from restore.policy.rules import Policy
from restore.request.documents import InvalidDocument

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


def beside(
    notify: Notify | None, environment: Mapping[str, str], is_simulated: bool
) -> Iterator[str]:
    """Say which settings are missing that RESTORE_NOTIFY names, and where it leads to this machine
    without a simulated Azure. What the settings hold is looked at when it is used: a secret that
    does not arrive must keep no restore from starting."""
    if not notify or not notify.receivers:
        return
    from restore.notify import notify_text  # it was read by it

    known = {name.upper() for name, text in environment.items() if text.strip()}
    for name in sorted(receivers.settings_of(notify) - known):
        yield f"RESTORE_NOTIFY names {name}, which is not set."
    for problem in () if is_simulated else notify_text.for_tests(notify):
        yield f"RESTORE_NOTIFY {problem.path} {problem.message}."


def _policy(text: str) -> Policy:
    from restore.policy import policy_text  # most apps have no policy of their own

    return policy_text.parse(text)


def _rules(text: str) -> RestoreRules:
    from restore.alerts import restore_rules_text  # an app that takes no alerts has no rules

    return restore_rules_text.parse(text)


def _notify(text: str) -> Notify:
    from restore.notify import notify_text  # nor has one that tells nobody any receivers

    return notify_text.parse(text)


_DOCUMENTS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "restore_policy": (rules.DEFAULT, _policy),
    "restore_rules": (restore_rules.NONE, _rules),
    "restore_notify": (receivers.NOBODY, _notify),
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
            from restore.request.json_text import hint  # only what is wrong is looked at so closely

            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            said = hint(text.encode(errors="replace"))
            return None, [f"{name} {said or f'names a file that the app cannot read: {why}'}."]
    try:
        return parse(text), []
    except InvalidDocument as error:
        return None, [f"{name} {each.path} {each.message}." for each in error.problems]
