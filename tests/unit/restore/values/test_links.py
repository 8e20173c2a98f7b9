"""Links to the app are paths of its own, and what they are by another prefix or address."""

import pytest

from restore.values import links

PATHS = {
    links.restore("r1"): "/restores/r1",
    links.decision("r1"): "/restores/r1/approval",
    links.plan("p1"): "/plans/p1",
    links.event_data("r1:finished"): "/events/r1:finished/data",
    links.event_data("../x"): "/events/..%2Fx/data",
    links.rejection("m1"): "/rejections/m1",
    links.alert("a1"): "/alerts/a1",
    links.holds(): "/holds",
    links.hold("disks"): "/holds/disks/decision",
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("address", ["/api", "/ops/v1", "", "https://host.example/api"])
def test_a_path_is_reached_by_any_prefix_and_any_address(path: str, address: str) -> None:
    assert path == f"/api{PATHS[path]}"
    assert links.reached(path, address) == f"{address}{PATHS[path]}"


def test_what_is_no_path_of_ours_is_reached_by_none() -> None:
    for path in ("https://evil.example/api/x", "/apis/x", "/api"):
        with pytest.raises(AssertionError):
            links.reached(path, "https://host.example")
