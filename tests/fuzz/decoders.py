"""What reads text from outside, each with the errors that it may raise and inputs to begin with.

The same table serves drawn inputs (test_decoders.py) and coverage-guided ones
(coverage_guided.py). An error that is not allowed is left to raise: that is the finding. So is a
result or an error that cannot be written as JSON, for all of them end on a wire.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import msgspec

from arm import errors as arm_errors
from restore.alerts import hold_decisions, recognising, restore_rules_text
from restore.alerts.restore_rules_text import InvalidRestoreRules
from restore.messages import names
from restore.messages.errors import InvalidRequest, PolicyRefused, RestoreError, to_failure
from restore.messages.request import RestoreRequest
from restore.notify import addresses, notify_text, receiver_requests
from restore.notify.notify_text import InvalidNotify
from restore.notify.receiver_requests import Unusable
from restore.notify.receivers import secrets_of
from restore.policy import decisions, judging, policy_text, rules
from restore.policy.policy_text import InvalidPolicy
from restore.request import adopting, json_text, parsing, rejections
from restore.start import arm_body
from storage.events import Events
from tests import alert_samples as samples
from tests.end_to_end.harness import VAULT, request_for, vm
from tests.fakes.app_harness import START
from tests.fakes.storage import MemoryDocuments, MemoryEvents
from tests.fuzz import replies
from tests.unit.restore.notify.events import ALL
from tests.unit.restore.notify.test_notify_text import WHOLE


class Decoder(NamedTuple):
    """One function that reads bytes from outside."""

    read: Callable[[bytes], Any]
    allowed: tuple[type[Exception], ...]
    samples: Callable[[], tuple[bytes, ...]]

    def give(self, text: bytes) -> bool:
        """Let it read; whether it took the text. Whatever comes out must be fit to be sent."""
        try:
            found = self.read(text)
        except self.allowed as error:
            _must_be_tellable(error)
            return False
        msgspec.json.encode(found)
        return True


def _must_be_tellable(error: Exception) -> None:
    told = [str(error), getattr(error, "problems", ())]
    if isinstance(error, RestoreError):
        told.append(to_failure(error))
    msgspec.json.encode(told)


def _request(body: bytes) -> Any:
    request = parsing.parse_text(body, default_request_id="d")
    written = msgspec.to_builtins(request)
    again = msgspec.convert(written, RestoreRequest)
    assert again == request, "a request reads the same from the ledger"
    assert parsing.parse_request(written, default_request_id="d") == request, "it is canonical"
    return written, names.request_hash(request)


def _query(body: bytes) -> Any:
    given = json_text.json_of(body)
    return parsing.parse_points_query(given if isinstance(given, dict) else {})


def _policy(text: bytes) -> Any:
    found = policy_text.parse(text.decode(errors="replace"))
    for request in replies.requests():
        body = arm_body.build(request, replies.ITEM, replies.POINT)
        asked = judging.Asked(body, "queue", replies.ITEM, replies.POINT, START, None)
        try:
            judging.judge(found, asked)
        except PolicyRefused as error:
            _must_be_tellable(error)
    return found, found.approval_within_s


def _notify(text: bytes) -> Any:
    """Whoever is told is written to, with secrets of every kind but the right one."""
    found = notify_text.parse(text.decode(errors="replace"))
    for receiver in found.receivers:
        for secret in ("https://hooks.example.com/a", "whsec_" + "QUJD" * 10, "\r\n", ""):
            secrets = dict.fromkeys(secrets_of(receiver), secret)
            try:
                request = receiver_requests.write(receiver, ALL["finished"], secrets, START)
            except Unusable as error:
                _must_be_tellable(error)
            else:
                told = [f"{name}: {value}" for name, value in request.headers.items()]
                assert all(each.isascii() and each.isprintable() for each in told)
                refusal = addresses.refusal(request.url, found.hosts, admits_loopback=False)
                _must_be_tellable(ValueError(refusal))
    return found, found.keep_for_s


def _rules(text: bytes) -> Any:
    return restore_rules_text.parse(text.decode(errors="replace"))


def _alerts(body: bytes) -> Any:
    return recognising.alerts_of(body, samples.restore_rules().mappings)


def _adoption(body: bytes) -> Any:
    found = adopting.parse(body)
    assert names.is_request_id(found.request_id), "it names a ledger entry"
    return found


def _rejection(body: bytes) -> None:
    try:
        parsing.parse_text(body, default_request_id="d")
    except InvalidRequest as error:
        rejected = rejections.rejected(
            message_id="m1",
            code=error.code,
            problems=error.problems,
            original=body,
            time=START,
            request_id=error.request_id,
        )
        event = rejections.event(rejected)
        Events(MemoryDocuments(), MemoryEvents()).send(event)  # whose queue takes no more than one


def _error(text: bytes) -> Any:
    reply = replies.read(text)
    error = arm_errors.from_reply(reply.status, reply.body, retry_after_s=1, doing="try")
    _must_be_tellable(error)
    body = json.loads(reply.body) if _is_json(reply.body) else None
    return arm_errors.to_failure(body)


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return False
    return True


def _requests() -> tuple[bytes, ...]:
    kinds = ("RestoreDisks", "OriginalLocation", "AlternateLocation")
    return tuple(json.dumps(request_for(kind, "r1")).encode() for kind in kinds)


def _policies() -> tuple[bytes, ...]:
    return (msgspec.json.encode(rules.DEFAULT), b'{"rules": [], "approvalWithin": "PT1H"}')


def _notifies() -> tuple[bytes, ...]:
    return (json.dumps(WHOLE).encode(), b'{"receivers": []}')


def _rule_samples() -> tuple[bytes, ...]:
    return (json.dumps(samples.RULES).encode(), b'{"rules": []}')


def _alert_samples() -> tuple[bytes, ...]:
    kinds = (samples.common(), samples.deleted(), samples.alertmanager(), samples.pagerduty())
    return tuple(json.dumps(each).encode() for each in kinds)


def _decisions() -> tuple[bytes, ...]:
    return (b'{"decision": "approve", "reason": "r"}',)


def _hold_decisions() -> tuple[bytes, ...]:
    return (b'{"decision": "refuse", "reason": "r"}',)


def _errors() -> tuple[bytes, ...]:
    return tuple(text for name in ("operation", "cancel") for text in replies.samples(name))


def _query_samples() -> tuple[bytes, ...]:
    query = {"sourceResourceId": vm(), "vaultId": VAULT}
    return (json.dumps(query).encode(),)


DECODERS: dict[str, Decoder] = {
    "json": Decoder(lambda body: _drop(json_text.json_of(body)), (InvalidRequest,), _requests),
    "request": Decoder(_request, (InvalidRequest,), _requests),
    "query": Decoder(_query, (InvalidRequest,), _query_samples),
    "policy": Decoder(_policy, (InvalidPolicy,), _policies),
    "notify": Decoder(_notify, (InvalidNotify,), _notifies),
    "rules": Decoder(_rules, (InvalidRestoreRules,), _rule_samples),
    "alerts": Decoder(_alerts, (), _alert_samples),
    "hold decision": Decoder(hold_decisions.parse_decision, (InvalidRequest,), _hold_decisions),
    "switch": Decoder(
        hold_decisions.parse_order, (InvalidRequest,), lambda: (b'{"reason": "a storm"}',)
    ),
    "decision": Decoder(decisions.parse, (InvalidRequest,), _decisions),
    "adoption": Decoder(
        _adoption,
        (InvalidRequest,),
        lambda: (json.dumps({"jobId": "0c1d2e3f", "vaultId": VAULT}).encode(),),
    ),
    "rejection": Decoder(_rejection, (), _requests),
    "error": Decoder(_error, (), _errors),
} | {
    f"reply-{name}": Decoder(
        lambda text, name=name: replies.call(name, replies.read(text)),  # type: ignore[misc]
        (RestoreError,),
        partial(replies.samples, name),
    )
    for name in replies.CALLS
}


def _drop(value: Any) -> None:
    """Any JSON may come of this one: halves of surrogate pairs too, which its callers refuse."""
