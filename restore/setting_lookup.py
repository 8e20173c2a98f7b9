"""App settings as the Functions host reads them: by name without regard to case.

Here too: what any setting may be instead of its value. A reference to a secret that App Service
could not resolve arrives as the text of the reference itself.
"""

from collections.abc import Iterable, Mapping

_REFERENCES = {
    "@microsoft.keyvault(": (
        "is a Key Vault reference that was not resolved: give the app's identity the role Key "
        "Vault Secrets User, and look at the reference's status among the app's environment "
        "variables"
    ),
    "@microsoft.appconfiguration(": (
        "is an App Configuration reference that was not resolved: give the app's identity the role "
        "App Configuration Data Reader"
    ),
}


def read(variables: Mapping[str, str], names: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Return the texts of the settings of these names that say something, and all that is wrong
    with any of them, as sentences. What is wrong is not among the texts."""
    found: dict[str, set[str]] = {}
    for name, text in variables.items():
        found.setdefault(name.lower(), set()).add(text.strip())
    given, problems = {}, []
    for name in names:
        texts = found.get(name.lower(), set()) - {""}
        problem = _problem(texts)
        if problem is not None:
            problems.append(f"{name} {problem}.")
        elif texts:
            (given[name],) = texts
    return given, problems


def _problem(texts: set[str]) -> str | None:
    if len(texts) > 1:
        return "is set more than once, with names that differ in case, to different values"
    references = (
        said
        for text in texts
        for beginning, said in _REFERENCES.items()
        if text.lower().startswith(beginning)
    )
    return next(references, None)
