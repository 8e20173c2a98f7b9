"""What is promised of every run, each promise a function: what it returns is broken."""

from collections.abc import Callable

from tests.simulation.checkers import (
    alerts,
    ends,
    events,
    fallback,
    notifications,
    order,
    permission,
    posts,
    secrets,
    verdicts,
    verification,
)
from tests.simulation.world import World

Checker = Callable[[World], list[str]]

CHECKERS: dict[str, Checker] = {
    "one POST per request": posts.one_post,
    "nothing for what was begun elsewhere": posts.nothing_for_what_was_begun_elsewhere,
    "locks are kept": posts.sent_under_the_lock,
    "nothing after a no": posts.nothing_after_a_no,
    "nothing goes without leave": permission.nothing_goes_without_leave,
    "decisions stand": permission.decisions_stand,
    "places are kept": permission.places_are_kept,
    "quotas are kept": permission.quotas_are_kept,
    "verdicts are true": verdicts.are_true,
    "what is verified works": verification.what_is_verified_works,
    "what works is verified": verification.what_works_is_verified,
    "the point is the right one": verdicts.are_of_the_right_point,
    "Azure's absence costs only time": verdicts.outlive_azures_absence,
    "the worker's exit costs only time": verdicts.outlive_the_worker,
    "another attempt is made by leave only": fallback.only_by_leave,
    "no second copy": fallback.no_second_copy,
    "what may fall back does": fallback.whoever_may_does,
    "events are complete": events.are_complete,
    "what is refused is told": events.refusals_are_told,
    "plans are told": events.plans_are_told,
    "notifications arrive": notifications.all_arrive,
    "phases keep to their table": order.phases_keep_to_their_table,
    "the ledger keeps to its table": order.ledger_keeps_to_its_table,
    "histories are short": order.histories_are_short,
    "turns replay": order.turns_replay,
    "what fires restores once": alerts.what_fires_restores_once,
    "every alert is judged": alerts.every_alert_is_judged,
    "rules keep their pace": alerts.rules_keep_their_pace,
    "what is held waits for a person": alerts.what_is_held_waits_for_a_person,
    "a hold asks once": alerts.a_hold_asks_once,
    "nothing goes while it is stopped": alerts.nothing_goes_while_it_is_stopped,
    "no secret is told": secrets.none_is_told,
    "no signed URL is left": secrets.none_is_left,
    "all ends": ends.all_ends,
    "nobody polls too fast": ends.nobody_polls_too_fast,
    "who is told to wait waits": ends.who_is_told_to_wait_waits,
}
