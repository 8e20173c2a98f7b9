"""An id that a tool has changed on its way is called what it is."""

import json

import pytest

from restore.request.sender_habits import texts
from tests.unit.restore.samples import DISKS, POINT, VM, problems_of

IDS = {
    VM.replace("web", "w\u200beb"): "it holds U+200B (zero width space)",
    f"\ufeff{VM}": "it holds U+FEFF (zero width no-break space) at character 1",
    f"{VM}\xa0": "it holds U+00A0 (no-break space)",
    VM.replace("-01", "\xad-01"): "it holds U+00AD (soft hyphen)",
    VM.replace("-01", "\ufe0f-01"): "it holds U+FE0F (variation selector-16)",
    VM.replace("-01", "\u3164-01"): "it holds U+3164 (hangul filler)",
    VM.replace("/providers", "\r\n/providers"): "it holds a line end",
    f"'{VM}'": "it stands in quotes",
    f'"{VM}"': "it stands in quotes",
    VM.replace("/", "%2F"): "it is URL-encoded",
    VM.replace("/", "%252F"): "it is URL-encoded",
    f"C:/Program Files/Git{VM}": "MSYS_NO_PATHCONV=1",
    f"https://portal.azure.com/#@x/resource{VM}/overview": "it is an address of the portal",
    f"https://management.azure.com{VM}?api-version=1": "it is a URL",
    VM[1:]: "it must begin with a slash",
    f"{VM}/": "it ends in a slash",
    f"/{VM}": "it has an empty name",
    VM.replace("/", "\\"): "it has backslashes",
    VM.replace("web-01", "<vm name>"): "it holds a placeholder",
    VM.replace("00000000-0000-0000-0000-000000000001", "${SUBSCRIPTION}"): "it holds a placeholder",
    VM.replace("00000000-0000-0000-0000-000000000001", "Production"): "is named by its GUID",
    VM.replace("/rg/", "/my rg/"): "it has a blank inside",
    f"{VM} {VM}": "it is several ids",
    json.dumps([VM]): "it is JSON in a text",
    "None": "it is empty",
    "null": "it is empty",
    "": "it is empty",
    " \r\n": "it is empty",
}


@pytest.mark.parametrize("text", IDS)
def test_an_id_that_is_none_is_called_what_it_is(text: str) -> None:
    found = problems_of(DISKS | {"sourceResourceId": text})
    assert list(found) == ["$.sourceResourceId"]
    assert "must be the ARM id of a virtual machine" in found["$.sourceResourceId"]
    assert IDS[text] in found["$.sourceResourceId"]
    assert "must be a text" not in found["$.sourceResourceId"]


def test_every_row_about_ids_is_met() -> None:
    met = " ".join(problems_of(DISKS | {"vaultId": text})["$.vaultId"] for text in IDS)
    assert [row.name for row in texts.OF_IDS if row.hint not in met] == []


def test_the_id_of_a_recovery_point_is_treated_alike() -> None:
    for text, said in (
        (f"'{POINT}'", "it stands in quotes"),
        (POINT.replace("/", "%2F"), "it is URL-encoded"),
        ("'123'", "it stands in quotes"),
        ("12 3", "it has a blank inside"),
    ):
        (message,) = problems_of(DISKS | {"recoveryPoint": {"id": text}}).values()
        assert said in message
        assert message.endswith("or give the point's name alone")


def test_an_id_that_is_too_long_is_said_to_be() -> None:
    long = VM.replace("web-01", "a" * 260).replace("/rg/", f"/{'b' * 260}/") + "c" * 2000
    assert (
        "must be the ARM id"
        in problems_of(DISKS | {"sourceResourceId": long})["$.sourceResourceId"]
    )
