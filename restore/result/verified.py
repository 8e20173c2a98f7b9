"""What a verification makes of the verdict on the job: that the VM works, or what did not pass.

The word that says how the job ended stays: it is Azure's. Whether what was asked for came to be is
another thing, and a VM that was to be looked at and does not work is none.
"""

import msgspec

from restore.messages.adoption import AdoptedJob, Followed
from restore.messages.errors import NotVerified, to_failure
from restore.messages.ledger_entry import Verifying
from restore.messages.model import Failure, Verdict
from restore.messages.request import AlternateLocation, RestoreDisks, RestoreRequest
from restore.messages.verification import Verification, Verify
from restore.result import verdict_texts

_LOOK = "Look at the VM by hand."
_NEXT = {
    "VmNotFound": "Look for the VM in its resource group.",
    "VmNotRunning": "Start the VM, and look at its boot diagnostics.",
    "AgentNotReady": "Look at the VM's boot diagnostics, and at its agent.",
    "ProbeFailed": "Look at the service on the VM, and at the network between the app and the VM.",
    "ProbeNotAllowed": "Correct the address, or have the policy changed (`probes`).",
}


def wanted(request: Followed, verdict: Verdict) -> Verify | None:
    """Return what to look at; None where nothing was asked for, or nothing came to be."""
    if isinstance(request, RestoreDisks | AdoptedJob) or not verdict.succeeded:
        return None
    return request.verify


def vm_of(request: RestoreRequest) -> str:
    """Return the id of the VM that a restore has made or changed."""
    if isinstance(request, AlternateLocation):
        return request.target_virtual_machine_id
    return request.source_resource_id


def concluded(verdict: Verdict, found: Verification) -> Verdict:
    """Return the verdict on a job with what a look at its VM came to."""
    if found.verified:
        said = " ".join(check.text for check in found.checks)
        return msgspec.structs.replace(
            verdict, verification=found, text=f"Verified: {said} {verdict.text}"
        )
    failed = found.checks[-1]
    return _unverified(verdict, found, failed.code or failed.check, failed.text)


def cut_short(verifying: Verifying, why: Failure) -> Verdict:
    """Return the verdict on a job whose VM nobody looks at any more."""
    return _unverified(verifying.verdict, Verification(verified=False), why.code, why.message)


def _unverified(verdict: Verdict, found: Verification, code: str, text: str) -> Verdict:
    passed = [check.text for check in found.checks if check.passed]
    said = [*passed, f"{code}: {verdict_texts.full(text)}", _NEXT.get(code, _LOOK)]
    return msgspec.structs.replace(
        verdict,
        succeeded=False,
        verification=found,
        error=to_failure(NotVerified(text, code=code)),
        text=f"NOT verified: {' '.join(said)} Azure's job itself ended well: {verdict.text}",
    )
