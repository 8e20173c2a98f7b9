"""Policies: some that allow much, some that allow little, some that are none."""

from typing import Any

from hypothesis import strategies as st

from restore.policy.rules import Policy
from tests.end_to_end.harness import SUBSCRIPTION, vm
from tests.fuzz import shapes
from tests.fuzz.requests import written
from tests.fuzz.rubbish import RUBBISH, damages
from tests.unit.restore.policy.policy_cases import APP, NETWORKS, OTHER, RESTORED

_ANYWHERE = st.just(["*"])
_SCOPES = st.one_of(
    _ANYWHERE,
    _ANYWHERE,
    st.lists(st.sampled_from(("*", "vaultSubscription")), min_size=1, max_size=1),
    st.lists(
        st.sampled_from(
            (SUBSCRIPTION, f"{SUBSCRIPTION}/", OTHER, APP, APP.replace("rg-app", "RG-App"),
             RESTORED, f"{APP}-2", vm(), vm("web-0"), vm("web-02"), f"{NETWORKS}/vnet-restored")
        ),
        max_size=3,
    ),
)  # fmt: skip
_TYPES = st.sampled_from(
    (
        ["RestoreDisks", "OriginalLocation", "AlternateLocation"],
        ["AlternateLocation", "OriginalLocation", "RestoreDisks"],
        ["RestoreDisks", "AlternateLocation"],
        ["OriginalLocation"],
    )
)
_RULE = st.fixed_dictionaries(
    {
        "name": st.sampled_from("abcdef"),
        "recoveryTypes": _TYPES,
        "sources": _SCOPES,
        "targets": _SCOPES,
    },
    optional={
        "networks": _SCOPES,
        "askedBy": st.lists(st.sampled_from(("http", "queue", "alert")), min_size=1, max_size=3),
        "maxPointAge": st.sampled_from(("PT1M", "P2D", "P30D", "P3650D")),
        "approval": st.booleans(),
    },
)  # fmt: skip
SOUND: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"rules": st.lists(_RULE, min_size=1, max_size=3, unique_by=lambda rule: str(rule["name"]))},
    optional={
        "maxConcurrentRestores": st.integers(1, 3),
        "restoresPerVmPerDay": st.integers(2, 10),
        "approvalWithin": st.sampled_from(("PT10S", "PT1H", "PT4H")),
    },
)
"""Policies whose scopes are in or near the simulated vault."""

SHAPED = shapes.fields(Policy)
OBJECTS = st.one_of(
    SOUND,
    SHAPED,
    st.builds(lambda done, whole: done.done_to(whole), damages(), SOUND | SHAPED),
    RUBBISH,
)
TEXTS = written(OBJECTS)
