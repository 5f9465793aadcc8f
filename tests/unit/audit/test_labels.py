"""The label that a manifest tells is held against the data, as the verdict is."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch.audit.verify import release_problems
from tests.tiny import put, tiny

DOWN = b"measure,is_primary,verdict,label\nm,true,on track,levelling down\n"
PLAIN = b"measure,is_primary,verdict\nm,true,on track\n"


@pytest.mark.parametrize(
    ("table", "label", "sound"),
    [
        (DOWN, "levelling down", True),
        (DOWN, "on track", False),
        (DOWN, "", False),
        (PLAIN, "", True),  # a release of other code, which told none
        (PLAIN, "levelling down", False),
        (DOWN.replace(b"levelling down", b"splendid"), "splendid", False),
    ],
)
def test_a_label_that_is_not_that_of_the_data_is_a_problem(
    tmp_path: Path, table: bytes, label: str, sound: bool
) -> None:
    made = tiny(verdict="on track", label=label, more={"data/verdict.csv": table})
    _, problems = release_problems(put(tmp_path, made))
    assert [problem.expected for problem in problems] == [] or not sound
    assert bool(problems) != sound
    if problems:
        assert "the verdict of its data: on track" in problems[0].expected
