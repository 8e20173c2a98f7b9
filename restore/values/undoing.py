"""What is undone when a block ends, but not in a coroutine that was given up.

One that nobody awaits any more is closed by whoever collects garbage, at any moment, in the context
of something else. To set a context variable there would change what that goes on with. CPython 3.11
even dies of it (SIGSEGV, seen): the collection may come in the middle of another ContextVar.set,
and frees what that one works on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def undone_at_end(undo: Callable[[], object]) -> Iterator[None]:
    """Call `undo` when the block ends, whether or not by an error; leave it when it is given up."""
    try:
        yield
    except GeneratorExit:
        raise
    except BaseException:
        undo()
        raise
    undo()
