"""The life-cycle requests recorded on the real engine get the same replies from ours."""

from pathlib import Path

from tests.contract.host.life_cycle import comparable, recorded, replay

LOOSE = {"purge-many"}
"""It also counted an instance of the recorder's own."""


async def test_every_recorded_request_gets_the_recorded_reply(tmp_path: Path) -> None:
    pairs = await replay(tmp_path)
    assert len(pairs) == len(recorded()) == 63
    different = {
        f"line {number} ({want['case']})": (comparable(want), comparable(got))
        for number, (want, got) in enumerate(pairs, 1)
        if want["case"] not in LOOSE and comparable(want) != comparable(got)
    }
    assert different == {}
    (purged,) = (got for want, got in pairs if want["case"] == "purge-many")
    assert purged["status"] == 200
    assert purged["response"]["instancesDeleted"] == 8
