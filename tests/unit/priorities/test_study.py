"""What a study may say of priorities, and how a slip in it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from gapwatch import study as study_file
from gapwatch.demo.twin import asked
from gapwatch.errors import StudyError, UnfitError
from gapwatch.project import Project
from gapwatch.study.priorities import Term, term_of


def refused(shipped: Project, folder: Path, old: str, new: str) -> StudyError:
    text = shipped.study_file.read_text(encoding="utf-8")
    assert old in text
    path = folder / "study.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        study_file.load(path)
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "where", "found"),
    [
        ('id = "private-renting"', 'id = "social-renting"', "(social-renting)", "again"),
        ('per = 100\nunit = "%"\nbetter = "neither"\n', 'per = 100\nunit = "%"\n', "better", ""),
        ('priority = "money"\ntitle', 'priority = "mony"\ntitle', ".priority", "'mony'"),
        ('source = "ward-atlas-figures"', 'source = "ward-atlas"', ".source", "'ward-atlas'"),
        ('better = "lower"', 'better = "down"', ".better", "'down'"),
        ('indicator = "smr-2009-13"', 'indicator = "no2"', "localities.indicator", "'no2'"),
        ('combine = "never"', 'combine = "mean"', ".combine", "'mean'"),
        ('"social-rented-2011"]', '"social rented"]', "numerator", "'social rented'"),
        ('refused = "P04"', 'refused = "P10"', ".refused", "P10"),
        ("rounding = 5", "rounding = -5", ".rounding", "-5"),
    ],
)
def test_a_slip_is_named(
    shipped: Project, tmp_path: Path, old: str, new: str, where: str, found: str
) -> None:
    error = refused(shipped, tmp_path, old, new)
    assert where in error.where
    assert found in error.found


def test_without_a_measure_of_all_areas_indicators_have_no_sides(
    shipped: Project, tmp_path: Path
) -> None:
    error = refused(
        shipped,
        tmp_path,
        'worse = "north"\nbetter = "south"',
        'worse = "north"\nbetter = "E05000637"',
    )
    assert "two sides hold every area" in error.expected


def test_terms_are_read_as_they_are_written() -> None:
    assert term_of("-a-1") == Term(-1.0, "a-1")
    assert term_of("100 * deaths-2013 / smr-2013") == Term(100.0, "deaths-2013", "/", "smr-2013")
    assert term_of("a*b") == Term(1.0, "a", "*", "b")
    for wrong in ("", "a b", "a / b / c", "a + b", "A"):
        with pytest.raises(UnfitError, match="a figure, or a factor"):
            term_of(wrong)


def test_localities_need_an_indicator_or_own_life_tables(shipped: Project, tmp_path: Path) -> None:
    old = '[localities]\nindicator = "smr-2009-13"\n'
    error = refused(shipped, tmp_path, old, "[localities]\n")
    assert "indicator and residents together" in error.expected


def test_the_invented_borough_asks_for_indicators_of_every_kind() -> None:
    counted = list(asked.rows())
    assert counted == list(asked.rows())
    assert len(counted) == 20
    for row in counted:
        households, overcrowded, adults, unemployed = row[2:6]
        assert 0 < overcrowded < households
        assert 0 < unemployed < adults
