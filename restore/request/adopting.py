"""From what a person sends to adopt a job to an Adopt, or to all that is wrong with it."""

from restore.messages.adoption import Adopt
from restore.messages.errors import InvalidRequest
from restore.request import validation
from restore.request.canonical import canonical
from restore.request.json_text import json_of
from restore.values.decoding import decode


def parse(body: bytes | str) -> Adopt:
    """Read the body of `POST /restores/adopt`. Raises InvalidRequest, which lists every problem."""
    value = json_of(body)
    if isinstance(value, dict):
        value = canonical(value, validation.fields_of(Adopt))
    problems = tuple(validation.problems_of(value, Adopt))
    if problems:
        raise InvalidRequest(problems)
    return decode(value, Adopt)
