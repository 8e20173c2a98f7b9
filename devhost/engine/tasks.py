"""The smallest task that can be awaited: done or not, failed or not, and who wants to know.

Continuations run at once and in the order they were added, because the engine's replay is
synchronous too. Results are not kept: only the SDK looks at them.
"""

from collections.abc import Callable, Sequence


class Task:
    """Something the engine waits for; `label` says what, for a reader of the log."""

    def __init__(self, label: str, *, durable: bool = True) -> None:
        self.label = label
        self.durable = durable
        """False for a wait for an event, which only a client can end."""
        self.done = False
        self.failed = False
        self._listeners: list[Callable[[], None]] = []

    def finish(self, *, failed: bool = False) -> None:
        """End the task and run who waits for it; a second end is ignored."""
        if self.done:
            return
        self.done, self.failed = True, failed
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()

    def then(self, listener: Callable[[], None]) -> None:
        """Call when done, at once if it already is."""
        if self.done:
            listener()
        else:
            self._listeners.append(listener)


def ended(label: str, *, failed: bool = False) -> Task:
    task = Task(label)
    task.finish(failed=failed)
    return task


def when_any(children: Sequence[Task]) -> Task:
    """Done with the first of its own children, however that one ends."""
    task = _compound("any of", children)
    for child in children:
        child.then(task.finish)
    return task


def when_all(children: Sequence[Task]) -> Task:
    """Done when every child is, failed ones included: it never fails fast."""
    task = _compound("all of", children)

    def look() -> None:
        if all(child.done for child in children):
            task.finish()

    for child in children:
        child.then(look)
    if not children:
        task.finish()
    return task


def _compound(words: str, children: Sequence[Task]) -> Task:
    label = f"{words} [" + ", ".join(child.label for child in children) + "]"
    return Task(label, durable=any(child.durable and not child.done for child in children))
