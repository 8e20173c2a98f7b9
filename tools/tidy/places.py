"""What may happen where: the environment, heavy imports, prints, the table of contents."""

import ast
from collections.abc import Iterator

from tools.tidy.names import dotted, imports, is_within
from tools.tidy.source import NOT_SHIPPED, SHIPPED, Finding, Source

_READS_ENVIRONMENT = {
    "function_app.py",
    *(f"{room}/connection.py" for room in ("arm", "notifications", "storage")),
}
_ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.putenv"}
_HEAVY = ("aiohttp", "azure.core", "azure.identity", "azure.storage", "requests")
_CONTENTS = ("triggers", "orchestrators", "activities", "restore.settings")
_REGISTERING = {"register_functions", "register_blueprint"}
_COLLECTING = {"gc.disable", "gc.freeze", "gc.enable"}
_VAGUE = {"azure", "common", "helper", "helpers", "misc", "util", "utilities", "utils"}
_SDKS = ("azure.functions", "azure.durable_functions")
_PRINTING = ("devhost/__main__.py", "devhost/cli", "devhost/demo", "tools/", "tests/")


def app_is_a_table_of_contents(source: Source) -> Iterator[Finding]:
    """function_app.py: imports, settings from the environment, the app, one line per blueprint; and
    around them no garbage collection."""
    if str(source.path) != "function_app.py":
        return
    for statement in source.tree.body[1:]:
        if not _is_contents(statement):
            yield source.finding(statement, "is logic; the table of contents has none")
    for one in imports(source.tree):
        is_ours = any(is_within(one.name, room) for room in (*SHIPPED, *NOT_SHIPPED))
        if is_ours and not any(is_within(one.name, allowed) for allowed in _CONTENTS):
            yield source.finding(
                one.node, f"imports {one.name}: not a trigger, orchestrator, activity"
            )


def environment_is_read_in_four_places(source: Source) -> Iterator[Finding]:
    """Settings come in as arguments everywhere else, so that one place reports what is wrong."""
    if not source.is_shipped or str(source.path) in _READS_ENVIRONMENT:
        return
    for one in imports(source.tree):
        if one.name in _ENVIRONMENT:
            yield source.finding(one.node, f"imports {one.name}")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and dotted(node) in _ENVIRONMENT:
            yield source.finding(node, f"reads {dotted(node)}")


def heavy_imports_wait_for_their_use(source: Source) -> Iterator[Finding]:
    """Importing function_app must cost little more than the two Functions SDKs themselves."""
    if not source.is_shipped:
        return
    for one in imports(source.tree):
        if one.is_at_top and any(is_within(one.name, heavy) for heavy in _HEAVY):
            yield source.finding(one.node, f"imports {one.name} at import; do it on first use")


def statuses_leave_by_one_door(source: Source) -> Iterator[Finding]:
    """A custom status that is too large ends its orchestration: one place holds it to its bound."""
    if source.room != "orchestrators" or str(source.path) == "orchestrators/display.py":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "set_custom_status":
            yield source.finding(node, "sets a custom status; use orchestrators.display")


def names_say_what_is_inside(source: Source) -> Iterator[Finding]:
    """No file or folder is called by a word that any code would fit under."""
    for part in source.path.with_suffix("").parts:
        if source.is_python and part.lower() in _VAGUE:
            yield source.finding(1, f"is called {part}, which says nothing")


def imports_are_absolute(source: Source) -> Iterator[Finding]:
    """One name for one module, wherever it is imported."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            yield source.finding(node, "imports relatively")


def function_files_keep_their_annotations(source: Source) -> Iterator[Finding]:
    """The SDK reads a function's annotations as types; the future import makes them texts."""
    names = [one.name for one in imports(source.tree)]
    if not any(is_within(name, sdk) for name in names for sdk in _SDKS):
        return
    for one in imports(source.tree):
        if one.name == "__future__.annotations":
            yield source.finding(
                one.node, "turns annotations into texts, which the SDK reads as types"
            )


def prints_are_for_the_command_line(source: Source) -> Iterator[Finding]:
    """What is deployed logs; only devhost's command line prints."""
    if str(source.path).startswith(_PRINTING):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func) in {"print", "sys.stdout.write"}:
            yield source.finding(node, "prints; use the module's logger")


def _is_contents(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return True
    if isinstance(statement, ast.Assign):
        return isinstance(statement.value, ast.Call) and not _has_logic(statement.value)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        if dotted(called) in _COLLECTING:
            return True
        is_registering = isinstance(called, ast.Attribute) and called.attr in _REGISTERING
        return is_registering and not _has_logic(statement.value)
    return False


def _has_logic(value: ast.expr) -> bool:
    logic = (ast.IfExp, ast.BoolOp, ast.Lambda, ast.comprehension, ast.Compare, ast.NamedExpr)
    return any(isinstance(node, logic) for node in ast.walk(value))
