"""Ask Azure to cancel a job that somebody wants cancelled. The wish stands in the ledger until
Azure has said yes or no; so does the answer. Asking twice does no harm.
"""

from arm import connection as arm_connection
from arm import log
from restore.messages.errors import NotFound, NotYet, PermanentError
from restore.messages.ledger_entry import CancelAnswer
from restore.messages.log_line import LogLine
from restore.progress import ledger_lines
from storage.ledger import Held, Ledger

_JOB_AGAIN_S = 10.0
"""A job shows seconds after its operation has named it."""


def ask(ledger: Ledger, held: Held) -> None:
    """Pass the wish on, if there is one without an answer, and note the answer. Raises
    TemporaryError when Azure cannot be asked now, or the job is not known yet."""
    while held.entry.must_cancel:
        entry, intent = held.entry, held.entry.intent
        if entry.job_id is None:
            raise _not_yet()
        assert intent is not None, "only what was sent has a job"
        try:
            reply = arm_connection.backup().cancel_job(intent.item_id, entry.job_id)
            accepted, code, text = reply.accepted, reply.code, reply.text
        except NotFound as error:  # it has just begun
            raise _not_yet() from error
        except PermanentError as error:
            accepted, code, text = False, error.code, error.message
        answer = CancelAnswer(asked=entry.cancel_asked, accepted=accepted, code=code, text=text)
        log.write(
            LogLine(
                event="cancel-answered",
                about=ledger_lines.about(entry),
                is_yes=accepted,
                code=code,
                text=text,
            )
        )
        held = ledger.cancel_answered(held, answer)  # meanwhile somebody may have asked once more


def _not_yet() -> NotYet:
    return NotYet(
        "Azure does not yet show the job to cancel.",
        code="LocatingJob",
        retry_after_s=_JOB_AGAIN_S,
    )
