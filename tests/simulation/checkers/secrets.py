"""Promise 5: no token, signed URL, SAS or key where people or other systems may read."""

from tests.simulation.world import World


def none_is_told(world: World) -> list[str]:
    """Nothing planted was found in any event, status, history, log line, answer or ledger entry,
    and no token left for another host."""
    return sorted(set(world.record.wrong))


def none_is_left(world: World) -> list[str]:
    """The signed URLs of a restore that is over are not kept."""
    over = {entry.request_id for entry in world.storage.entries() if entry.verdict}
    kept = {
        name.partition("/")[2]
        for name in world.storage.documents.kept
        if name.startswith("poll-urls/")
    }
    return [f"{each} is over, its signed URLs are kept" for each in sorted(kept & over)]
