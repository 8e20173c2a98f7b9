"""Tells one seed: what was drawn, what happened minute by minute, and what was broken."""

from datetime import datetime

from rich.console import Console
from rich.text import Text

from tests.fakes.app_harness import START
from tests.simulation.drawing import draw
from tests.simulation.running import judged, run_scenario
from tests.simulation.scenario import tell

_LINES_MAX, _WIDTH = 1500, 200


def tell_one(seed: int) -> int:
    """Run one seed and tell it; 1 when something was broken."""
    console = Console(highlight=False, soft_wrap=True)
    scenario = draw(seed)
    for line in tell(scenario):
        console.print(Text(line))
    world = run_scenario(scenario, keeps=True)
    result = judged(world)
    for line in _minutes(world.record.lines):
        console.print(Text(line))
    console.print(Text(f"\nverdicts {dict(result.verdicts)}, {result.posts} accepted POSTs"))
    console.print(Text(f"digest {result.digest}"))
    for violation in result.violations:
        console.print(Text(f"BROKEN {violation}", style="bold red"))
    if not result.violations:
        console.print(Text("every promise was kept", style="green"))
    return 1 if result.violations else 0


def _minutes(lines: list[tuple[datetime, str]]) -> list[str]:
    """What happened, under a heading for each minute; of a long run its first and last part."""
    told: list[str] = []
    minute = -1
    for at, text in lines:
        passed = (at - START).total_seconds()
        if int(passed // 60) != minute:
            minute = int(passed // 60)
            told.append(f"\nminute {minute}")
        told.append(f"  {passed % 60:6.3f}  {text[:_WIDTH]}")
    if len(told) > _LINES_MAX:
        half = _LINES_MAX // 2
        left = f"\n  … {len(told) - _LINES_MAX} lines left out …"
        told = [*told[:half], left, *told[-half:]]
    return told
