"""The demo from beginning to end, and its exit code: 0 only if every restore ended Completed."""

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError
from rich.columns import Columns
from rich.console import Console

from devhost.cli.runs_on import OURS, RunsOn
from devhost.demo import environment, following, report
from devhost.demo.app import App, NotTaken, RunningApp
from devhost.demo.asked import Asked
from devhost.demo.display import display_on
from devhost.demo.following import NotOver, Pulse
from simulated_azure import names

_LOG = "host.log"
_BETWEEN_POLLS = "The app polls Azure 5 to 10 s apart; what it does not know is not shown."
_COMPLETED, _REJECTED = "Completed", "Rejected"


def run_demo(all_asked: Sequence[Asked], console: Console, runs_on: RunsOn = OURS) -> int:
    """Start everything, restore, report, and end everything. BadStart when it cannot start."""
    begun = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="azure-vm-restore-demo-"))
    log_path, keep_log = folder / _LOG, False
    try:
        console.print("Starting Azurite, the simulated vault and the app ...")
        with environment.demo_environment(folder, log_path, runs_on) as running:
            took_s = time.monotonic() - begun
            console.print(f"Ready after {took_s:.1f} s. All of it, Azure too, is this machine.")
            for line in (
                f"Orchestrations run on {runs_on.orchestrations}.",
                f"Functions run in {runs_on.functions}.\n",
            ):
                console.print(line, soft_wrap=True, markup=False)
            app = RunningApp(running.url, running.azurite.connection_string, running.vault_url)
            try:
                code = restore(app, all_asked, console, running.ended, Pulse())
            except (NotTaken, NotOver, OSError, AzureError) as error:
                code = _broken_off(error, log_path, console)
        keep_log = code != 0
    except environment.HostDidNotStart:
        keep_log = True
        raise
    finally:
        _tidy(folder, log_path if keep_log else None)
    if keep_log:
        console.print(f"The app's log is kept: {log_path}", soft_wrap=True, markup=False)
    console.print(f"The demo took {time.monotonic() - begun:.0f} s.", style="dim")
    return code


def restore(
    app: App,
    all_asked: Sequence[Asked],
    console: Console,
    ended: Callable[[], str | None],
    pulse: Pulse,
) -> int:
    """Send the requests, follow them, and say what became of them; returns the exit code.

    Raises NotTaken and NotOver.
    """
    for asked in all_asked:
        said = app.send(asked)
        console.print(f"{asked.vm}: {asked.recovery_type}, by {said}", soft_wrap=True, markup=False)
    console.print(f"{_BETWEEN_POLLS}\n", style="dim")
    with display_on(console) as display:
        views = following.follow(app, all_asked, display, ended, pulse)
    events, calls = following.published(app, all_asked, pulse), app.calls()
    console.print()
    for asked, view in zip(all_asked, views, strict=True):
        console.print(report.verdict(asked, view, events))
    console.print(Columns([report.published(events, all_asked), report.arm_calls(calls)]))
    is_right = report.are_posts_right(all_asked, views, calls)
    posts = report.posts(all_asked, views, calls)
    console.print(posts, style="" if is_right else "bold red", markup=False)
    return _conclude(app, all_asked, views, console) if is_right else 1


def _conclude(
    app: App, all_asked: Sequence[Asked], views: Sequence[dict[str, Any]], console: Console
) -> int:
    ends = [(asked.vm, str(view["verdict"])) for asked, view in zip(all_asked, views, strict=True)]
    if all(verdict == _COMPLETED for _, verdict in ends):
        console.print("Every restore ended Completed.", style="bold green")
        return 0
    bad = [f"{vm} ended {verdict}" for vm, verdict in ends if verdict != _COMPLETED]
    console.print(f"{'; '.join(bad)}. What to do is said above, at Verdict.", style="bold red")
    if any(verdict == _REJECTED for _, verdict in ends):
        console.print(what_is_there(app.protected_vms()), markup=False)
    return 1


def what_is_there(vm_ids: Sequence[str]) -> str:
    """What can be restored in the simulated vault, for who asked for something else."""
    vms = [parts for parts in map(names.parse, vm_ids) if parts is not None]
    listed = ", ".join(f"{vm.group}/{vm.name}" for vm in vms)
    return (
        f"The simulated vault protects {listed} (simulated_azure/README.md); the requests in "
        "examples/ work there."
    )


def _broken_off(error: Exception, log_path: Path, console: Console) -> int:
    is_ours = isinstance(error, NotTaken | NotOver)
    text = str(error) if is_ours else f"The app stopped answering ({type(error).__name__})."
    console.print(text, style="bold red", soft_wrap=True, markup=False)
    console.print(environment.last_lines(log_path), soft_wrap=True, markup=False)
    return 1


def _tidy(folder: Path, log_path: Path | None) -> None:
    """Leave nothing behind but the log of what went wrong."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path != log_path:
            path.unlink(missing_ok=True)
    if log_path is None:
        shutil.rmtree(folder, ignore_errors=True)
