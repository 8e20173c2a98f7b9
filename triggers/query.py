"""What a request's query says, and a refusal of what nobody reads in it.

A word that is passed over does harm where something is done: who asks for a dry run of what has
none would have the real one. The host passes on no parameter without a value, so the URL is read as
well.
"""

from urllib.parse import parse_qsl, urlsplit

import azure.functions as func

from restore.messages.errors import InvalidRequest
from restore.values.arm_ids import lower_ascii
from restore.values.problem import Problem
from triggers import problems

_OF_HOST = ("code", "clientid")
"""A key, and whose it is (Microsoft Learn, "Azure Functions access keys")."""
_FAULTS_MAX = 20


def given(req: func.HttpRequest) -> dict[str, str]:
    """Return what is asked for, by names in lower case; of what has no value an empty text."""
    return {lower_ascii(name): value for name, value in _written(req).items()}


def refusal(req: func.HttpRequest, known: tuple[str, ...]) -> func.HttpResponse | None:
    """Refuse what has a parameter that is not known; None: it has none."""
    from restore.request import validation  # its tables are built on first use, not at start

    names = [lower_ascii(each) for each in known]
    said = f"known is {', '.join(known)}" if known else "this route has none"
    text = f"is an unknown parameter; {said}"
    faults = [
        Problem(path=validation.path_to("$", name), message=text)
        for name in _written(req)
        if lower_ascii(name) not in names
    ]
    return problems.wrong_query(InvalidRequest(faults[:_FAULTS_MAX])) if faults else None


def _written(req: func.HttpRequest) -> dict[str, str]:
    """Return what is asked for, by names as they are written."""
    found = dict(parse_qsl(urlsplit(req.url).query, keep_blank_values=True)) | dict(req.params)
    return {name: value for name, value in found.items() if lower_ascii(name) not in _OF_HOST}
