"""Alerts and rules: as their senders shape them, damaged, from other shapes, and rubbish."""

from typing import Any

from hypothesis import strategies as st

from restore.alerts.restore_rules import RestoreRules
from tests import alert_samples as samples
from tests.fuzz import shapes
from tests.fuzz.requests import written
from tests.fuzz.rubbish import RUBBISH, Damage, damages

EVENTS: tuple[Any, ...] = (
    samples.common(),
    samples.common(samples.vm("web-01"), samples.vm("web-02")),
    samples.common(monitorCondition="Resolved"),
    samples.resource_health("Unavailable"),
    samples.resource_health("Available"),
    samples.activity_log("Succeeded"),
    samples.activity_log("Started"),
    samples.log_alert(samples.vm("web-01"), samples.vm("web-02")),
    samples.health_event("Unavailable"),
    samples.health_event("Unavailable", cloud=False),
    [samples.deleted()],
    samples.deleted(cloud=True),
    samples.alertmanager("web-01", "web-02"),
    samples.alertmanager(status="resolved"),
    samples.grafana(),
    samples.pagerduty(),
    samples.datadog(),
    samples.logic_apps(samples.common()),
)


def _done(whole: Any, done: list[Damage]) -> Any:
    for one in done:
        whole = one.done_to(whole)
    return whole


SHAPED = st.sampled_from(EVENTS)
DAMAGED = st.builds(_done, SHAPED, st.lists(damages(), min_size=1, max_size=3))
BODIES = written(st.one_of(SHAPED, DAMAGED, st.lists(SHAPED | DAMAGED, max_size=3), RUBBISH))

_TEXTS_OF_TEMPLATES = st.sampled_from(
    (
        "{vm.name}", "{vm.name}{vm.name}", "{{vm.name}}", "{vm", "{vm.tags}", "{}", "{0}", "$(id)",
        "{vm.name}-{date}-{time}", "{date}" * 200, "../{vm.name}", "{vm.subscription}",
    )
)  # fmt: skip
"""What stands somewhere in a template, and is right, or nearly."""
RULES = st.one_of(
    st.just(samples.RULES),
    st.builds(_done, st.just(samples.RULES), st.lists(damages(_TEXTS_OF_TEMPLATES), max_size=2)),
    st.builds(_done, st.just(samples.RULES), st.lists(damages(), max_size=2)),
    shapes.fields(RestoreRules),
    RUBBISH,
)
RULES_TEXTS = written(RULES)
