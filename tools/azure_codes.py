"""Write the table of Azure's codes into docs/operating.md: `python -m tools.azure_codes`.

The rows come from restore/messages/azure_codes.py; a test holds both in step.
"""

from pathlib import Path

from restore.messages import azure_codes, errors
from restore.messages.azure_codes import AzureCode
from restore.values.times import text_of

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "operating.md"
BEGIN, END = "<!-- azure-codes: begin -->", "<!-- azure-codes: end -->"
HEADER = ("code", "the app", "it means, and what to do", "source", "seen")
_DOES = {
    errors.AccessDenied: "ends the restore as Failed",
    errors.Throttled: "waits",
    errors.ServiceUnavailable: "waits",
}
_REJECTS = "rejects the request"
_INSTEAD = {"olderPoint": "an older point", "disks": "the disks"}


def rows() -> list[tuple[str, ...]]:
    """The cells of each row, without marks."""
    return [(row.code, _does(row), row.advice, row.source, row.seen) for row in azure_codes.CODES]


def table() -> str:
    """The table as Markdown."""
    lines = [HEADER, ("---",) * len(HEADER)]
    lines += [(f"`{code}`", *cells) for code, *cells in rows()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def put_into(text: str) -> str:
    """The document with the table of today between its two marks."""
    before, after = _around(text)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def left_out(text: str) -> str:
    """The document without the table."""
    return "".join(_around(text))


def _around(text: str) -> tuple[str, str]:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    assert after, f"{DOCUMENT.name} has no place for the table"
    return before, after


def _does(row: AzureCode) -> str:
    does = _DOES.get(row.kind, _REJECTS)
    least = f", {text_of(row.wait_s)} where Azure says nothing" if row.wait_s else ""
    search = "; after a restore request it reads the job list first" if row.is_undecided else ""
    instead = f"; falls back to {_INSTEAD[row.rung]}, where the policy says so" if row.rung else ""
    return f"{does}{least}{search}{instead}"


if __name__ == "__main__":
    DOCUMENT.write_text(put_into(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
