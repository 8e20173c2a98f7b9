"""The parts of a verdict's text end like sentences, and are bounded each by itself."""

import pytest

from restore.messages.job_details import JobTask
from restore.messages.model import JobError, JobSnapshot
from restore.result import verdict_texts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "."), ("x", "x."), ("x.", "x."), ("x!", "x!"), ("x?", "x?"), ("x…", "x…"),
        (" a \n b ", "a b."), ("x" * 599, "x" * 599 + "."), ("x" * 600, "x" * 600 + "."),
        ("x" * 601, "x" * 600 + "…"),
    ],
)  # fmt: skip
def test_a_text_becomes_one_sentence_of_at_most_six_hundred_characters(
    text: str, told: str
) -> None:
    assert verdict_texts.full(text) == told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (JobError(), "Azure's error: no text."),
        (JobError(code=0), "Azure's error 0: no text."),
        (JobError(title="A", recommendations=("B", "")), "Azure's error: A. B."),
        (JobError(title="t" * 601), f"Azure's error: {'t' * 600}…"),
        (
            JobError(title="t" * 599, text="x" * 599, recommendations=("r" * 297,)),
            f"Azure's error: {'t' * 599}. {'x' * 599}. {'r' * 297}.",
        ),
        (
            JobError(title="t" * 599, text="x" * 599, recommendations=("r" * 298,)),
            f"Azure's error: {'t' * 599}. {'x' * 599}. {'r' * 298}…",
        ),
    ],
)
def test_an_error_of_azures_is_told_in_fifteen_hundred_characters(
    error: JobError, told: str
) -> None:
    assert verdict_texts.said(error) == told


@pytest.mark.parametrize(
    ("names", "told"),
    [("", ""), ("a", "Failed: 'a'."), ("abc", "Failed: 'a', 'b', 'c'."),
     ("abcd", "Failed: 'a', 'b', 'c'.")],
)  # fmt: skip
def test_three_tasks_that_failed_are_named(names: str, told: str) -> None:
    tasks = tuple(JobTask(name=name, status="Failed") for name in names)
    assert verdict_texts.failed_tasks(JobSnapshot(job_id="j", status="Failed", tasks=tasks)) == told


@pytest.mark.parametrize(
    ("names", "is_replaced", "told"),
    [
        (("a", "b"), True, " Until then they cost money: a, b."),
        ((), True, " Until then they cost money."),
        (("a", "b"), False, " Before the restore it had a, b."),
        ((), False, ""),
    ],
)
def test_disks_are_named_as_far_as_they_are_known(
    names: tuple[str, ...], is_replaced: bool, told: str
) -> None:
    assert verdict_texts.of_disks(names, is_replaced=is_replaced) == told
