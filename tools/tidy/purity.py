"""Orchestrators are pure: input and history decide everything, or a replay goes another way.

What ruff cannot say: which imports are known to be harmless, what may live in a module, that
nothing loops over a set (whose order differs from process to process).
"""

import ast
from collections.abc import Iterator

from tools.tidy.names import dotted, functions, imports, is_within
from tools.tidy.source import Finding, Source

_HARMLESS = (
    "azure.durable_functions",
    "collections.abc",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "itertools",
    "json",
    "logging",
    "math",
    "msgspec",
    "orchestrators",
    "re",
    "restore",
    "typing",
)
_NO_ORCHESTRATOR = "orchestrators/registration.py"
"""It imports what the others are in, by name, before they run."""
_BANNED_CALLS = {
    "__import__", "breakpoint", "compile", "eval", "exec", "globals", "hash", "id", "input",
    "open", "print",
}  # fmt: skip
_CLOCKS = {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"}
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_MUTABLE_CALLS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "count", "cycle"}
_SET_METHODS = {"union", "intersection", "difference", "symmetric_difference"}
_ORDER_KEEPERS = {"list", "tuple", "enumerate", "iter", "zip", "map", "filter", "reversed"}
_PLAIN_SET_OPERATORS = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)


def imports_only_what_replays(source: Source) -> Iterator[Finding]:
    """Orchestrators import from a short list of modules that know no world outside."""
    if source.room != "orchestrators" or str(source.path) == _NO_ORCHESTRATOR:
        return
    for one in imports(source.tree):
        if not any(is_within(one.name, harmless) for harmless in _HARMLESS):
            yield source.finding(one.node, f"imports {one.name}, which is not known to replay")


def calls_nothing_that_differs(source: Source) -> Iterator[Finding]:
    """No clock, file, print, hash or id: each may answer differently in the next replay."""
    if source.room != "orchestrators":
        return
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func) or ""
        owner, _, last = name.rpartition(".")
        is_clock = last in _CLOCKS and owner.rpartition(".")[2] in {"datetime", "date"}
        if name in _BANNED_CALLS or is_clock:
            yield source.finding(node, f"calls {name}(), which may differ in a replay")


def has_no_async(source: Source) -> Iterator[Finding]:
    """The Durable SDK drives generators; a coroutine would never be resumed."""
    if source.room != "orchestrators":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield source.finding(node, "is async; an orchestrator is a plain generator")


def keeps_no_state(source: Source) -> Iterator[Finding]:
    """What a module remembers differs between workers; what never changes may stay."""
    if source.room != "orchestrators":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Global):
            yield source.finding(node, "has a global, which differs between workers")
    for statement in source.tree.body:
        if isinstance(statement, ast.AugAssign | ast.For | ast.While | ast.With):
            yield source.finding(statement, "computes at import; put it into a function")
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            continue
        if statement.value is not None and _is_mutable(statement.value):
            yield source.finding(statement, "keeps something mutable in the module")


def loops_over_no_set(source: Source) -> Iterator[Finding]:
    """The order of a set of texts differs from process to process; sort it first."""
    if source.room != "orchestrators":
        return
    scopes: list[ast.AST] = [source.tree, *functions(source.tree)]
    for scope in scopes:
        known = _names_of_sets(scope)
        for node in ast.walk(scope) if scope is not source.tree else source.tree.body:
            for loop in _iterated(node):
                if _is_set(loop, known):
                    yield source.finding(
                        loop, "goes through a set, whose order may differ: sorted()"
                    )


def listens_in_one_generation(source: Source) -> Iterator[Finding]:
    """An event that arrives while an instance continues as new can be lost; listen elsewhere."""
    if source.room != "orchestrators":
        return
    called = {
        node.func.attr: node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    if {"continue_as_new", "wait_for_external_event"} <= called.keys():
        where = called["wait_for_external_event"]
        yield source.finding(where, "listens for an event in a file that continues as new")


def _is_mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return (dotted(value.func) or "").rpartition(".")[2] in _MUTABLE_CALLS
    return isinstance(value, _MUTABLE)


def _names_of_sets(scope: ast.AST) -> set[str]:
    named: set[str] = set()
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if _is_set(value, named):
            named |= {target.id for target in targets if isinstance(target, ast.Name)}
    return named


def _iterated(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.For | ast.comprehension):
        yield node.iter
    elif isinstance(node, ast.Starred | ast.YieldFrom):
        yield node.value
    elif isinstance(node, ast.Call):
        name = dotted(node.func) or ""
        if name in _ORDER_KEEPERS or name.endswith(("task_all", "task_any", ".join")):
            yield from node.args


def _is_set(value: ast.expr, known: set[str]) -> bool:
    if isinstance(value, ast.Set | ast.SetComp):
        return True
    if isinstance(value, ast.Name):
        return value.id in known
    if isinstance(value, ast.BinOp) and isinstance(value.op, _PLAIN_SET_OPERATORS):
        return _is_set(value.left, known) or _is_set(value.right, known)
    if not isinstance(value, ast.Call):
        return False
    if isinstance(value.func, ast.Attribute) and value.func.attr in _SET_METHODS:
        return _is_set(value.func.value, known)
    return dotted(value.func) in {"set", "frozenset"}
