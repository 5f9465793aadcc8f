"""The promise as a ratio: said with its own figures, and only where it has a verdict."""

from __future__ import annotations

import pytest
from tests.unit.reporting import samples as s

from gapwatch.codes import COVARIANCE_WIDENED
from gapwatch.reporting.chapters.measures import section
from gapwatch.reporting.chapters.trajectory.section import section as trajectory_section


def paragraphs(build, **changes: object) -> str:
    case = s.case(s.study(), s.facts(), s.tables("on track", **changes))
    return " ".join(block.text for block in build(case).blocks if block.kind == "paragraph")


def test_a_ratio_with_the_same_verdict_says_so() -> None:
    text = paragraphs(section)
    assert "As a ratio of the two sides the same promise is to go from 1.130 to 1.065." in text
    assert "The verdict is the same." in text


def test_a_ratio_with_another_verdict_names_it() -> None:
    text = paragraphs(section, relative_verdict="too early to tell")
    assert "The verdict is then “too early to tell”." in text


@pytest.mark.parametrize(
    "missing",
    [{"relative_verdict": ""}, {"relative_baseline": None}, {"relative_target": None}],
)
def test_nothing_is_said_of_a_ratio_that_has_no_verdict(missing: dict[str, object]) -> None:
    assert "As a ratio" not in paragraphs(section, **missing)


def test_a_repaired_covariance_is_said() -> None:
    told = paragraphs(trajectory_section, covariance_code=COVARIANCE_WIDENED)
    assert "Some windows repeat what others already say" in told
    assert "repeat" not in paragraphs(trajectory_section)


def test_the_publication_of_the_deciding_figure_is_named() -> None:
    assert "The figure centred on 2030 is published about 2034." in paragraphs(trajectory_section)
