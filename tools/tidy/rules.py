"""Every rule there is, and which files it is for."""

from collections.abc import Iterator

from tools.tidy import places, purity, shape, texts
from tools.tidy.source import Finding, Rule, Source

CODE: tuple[Rule, ...] = (
    purity.imports_only_what_replays,
    purity.calls_nothing_that_differs,
    purity.has_no_async,
    purity.keeps_no_state,
    purity.loops_over_no_set,
    purity.listens_in_one_generation,
    places.app_is_a_table_of_contents,
    places.environment_is_read_in_four_places,
    places.heavy_imports_wait_for_their_use,
    places.statuses_leave_by_one_door,
    places.names_say_what_is_inside,
    places.imports_are_absolute,
    places.function_files_keep_their_annotations,
    places.prints_are_for_the_command_line,
    shape.modules_are_short,
    shape.functions_are_short,
    shape.modules_say_what_they_are_for,
)
TEXT: tuple[Rule, ...] = (texts.names_no_machine_path, texts.names_no_registry)
ALL = (shape.modules_parse, *CODE, *TEXT)


def check(rule: Rule, sources: list[Source]) -> Iterator[Finding]:
    """Yield what breaks one rule; rules about code see Python files only."""
    for source in sources:
        if rule in TEXT or (source.is_python and _can_be_read(rule, source)):
            yield from rule(source)


def _can_be_read(rule: Rule, source: Source) -> bool:
    """A file that does not parse breaks one rule, not all of them."""
    return rule is shape.modules_parse or source.syntax_error is None
