"""How long and how well introduced code is."""

import ast
from collections.abc import Iterator

from tools.tidy.names import functions
from tools.tidy.source import Finding, Source

MODULE_LINES_MAX = 250
TEST_LINES_MAX = 400
FUNCTION_LINES_MAX = 50
ORCHESTRATOR_LINES_MAX = 60
FUNCTIONS_ADVISED = 12


def modules_parse(source: Source) -> Iterator[Finding]:
    """Python 3.11 reads it: the oldest that the app runs on."""
    if (error := source.syntax_error) is not None:
        yield source.finding(error.lineno or 1, f"is not Python 3.11: {error.msg}")


def modules_are_short(source: Source) -> Iterator[Finding]:
    """A module is one idea; past 250 lines it is several, and past 400 so is a test's."""
    lines_max = TEST_LINES_MAX if source.room == "tests" else MODULE_LINES_MAX
    if len(source.lines) > lines_max:
        yield source.finding(1, f"has {len(source.lines)} lines; {lines_max} at most")


def functions_are_short(source: Source) -> Iterator[Finding]:
    """A function fits on a screen. What is defined inside another counts for itself."""
    is_orchestrator = source.room == "orchestrators"
    lines_max = ORCHESTRATOR_LINES_MAX if is_orchestrator else FUNCTION_LINES_MAX
    for function in functions(source.tree):
        lines = _own_lines(function)
        if lines > lines_max:
            yield source.finding(
                function, f"{function.name} has {lines} lines; {lines_max} at most"
            )


def modules_say_what_they_are_for(source: Source) -> Iterator[Finding]:
    """A docstring says what lives here. An empty __init__.py has nothing to say."""
    is_empty = not source.text.strip() and source.path.name == "__init__.py"
    if not is_empty and not (ast.get_docstring(source.tree) or "").strip():
        yield source.finding(1, "has no module docstring")


def advice(source: Source) -> Iterator[Finding]:
    """What fails nothing but wants a second thought."""
    count = sum(1 for _ in functions(source.tree))
    if source.is_shipped and count > FUNCTIONS_ADVISED:
        yield source.finding(1, f"has {count} functions; {FUNCTIONS_ADVISED} are enough")


def _own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    inner = [
        node
        for node in ast.walk(function)
        if node is not function and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    covered = {line for node in inner for line in range(_first_line(node), _last_line(node) + 1)}
    return sum(line not in covered for line in range(function.lineno, _last_line(function) + 1))


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _last_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert node.end_lineno is not None, "the parser knows where a function ends"
    return node.end_lineno
