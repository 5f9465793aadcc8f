"""Our own figures on other areas than the study's: a map a sex where outlines are pinned."""

from __future__ import annotations

import dataclasses

import pandas as pd
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import later_samples as later

from gapwatch.gap.area_standing import area_standings
from gapwatch.reporting.chapters.areas.section import section
from gapwatch.reporting.charts import draw_all
from gapwatch.reporting.document import ReportFigure, Subheading
from gapwatch.reporting.evidence.areas import level_maps, newest_period
from gapwatch.reporting.evidence.case import Case
from gapwatch.study import Study

VALUES = {"male": (71.0, 75.0, 79.0), "female": (76.0, 80.0, 84.0)}


def study() -> Study:
    plain = computed.study()
    assert plain.computed is not None
    one = plain.computed.levels[0]
    levels = tuple(
        one.model_copy(update={"geography": name}) for name in ("ward2011", "msoa2021", "borough")
    )
    rules = plain.computed.model_copy(update={"levels": levels})
    return plain.model_copy(update={"computed": rules})


def tables(outlined: int = 3) -> dict[str, pd.DataFrame]:
    """Annual windows, with figures of three MSOAs in the newest, some of them outlined."""
    held = dict(computed.tables())
    start, end = newest_period(held, "ward2011") or (0, 0)
    rows = [
        {
            "geography": "msoa2021",
            "area": code,
            "area_name": code,
            "sex": sex,
            "period_start": period[0],
            "period_end": period[1],
            "life_expectancy_years": value + period[1] - end,
            "lower95_years": value - 0.5,
            "upper95_years": value + 0.5,
        }
        for sex, values in VALUES.items()
        for period in ((start - 1, end - 1), (start, end))
        for code, value in zip(later.MSOAS, values, strict=True)
    ]
    boundary = later.tables()["boundary"]
    mine = boundary[boundary["geography"] == "msoa2021"].head(outlined)
    decide = held["computed_life_expectancy"].rename(columns={"area": "area_code"})
    levels = pd.DataFrame(rows)
    standing = area_standings(study(), decide, {}, levels)
    return {
        **held,
        "computed_life_expectancy": levels,
        "area_standing": standing,
        "boundary": mine,
    }


def case(**changes: int) -> Case:
    return Case(study(), computed.facts(), tables(**changes))


def test_a_level_has_a_map_a_sex_of_the_window_of_the_study_s_own_areas() -> None:
    ((male, female),) = level_maps(study(), tables())
    assert (male.sex, female.sex, male.geography) == ("male", "female", "msoa2021")
    assert male.window == newest_period(tables(), "ward2011")
    for found in (male, female):
        told = {ward.code: ward.value.value for ward in found.wards if ward.value}
        assert told == dict(zip(later.MSOAS, VALUES[found.sex], strict=True))
        assert found.computed
        assert found.outlined == ()


def test_a_level_is_left_out_without_an_outline_of_each_area() -> None:
    assert level_maps(study(), tables(outlined=2)) == ()
    assert not [name for name in draw_all(case(outlined=2)) if name.startswith("level-")]


def test_published_figures_that_decide_leave_no_map_of_ours() -> None:
    beside = study()
    assert beside.computed is not None
    rules = beside.computed.model_copy(update={"decides": False})
    assert level_maps(beside.model_copy(update={"computed": rules}), tables()) == ()


def test_the_section_shows_every_level_after_the_study_s_own_areas() -> None:
    blocks = section(case(), 3).blocks
    (at,) = [n for n, b in enumerate(blocks) if isinstance(b, Subheading)]
    assert "on 2021 MSOAs" in blocks[at].text  # type: ignore[union-attr]
    figures = [block for block in blocks if isinstance(block, ReportFigure)]
    assert [figure.id for figure in figures[-2:]] == ["ranking", "level-msoa2021"]
    assert [figure.number for figure in figures] == list(range(3, 3 + len(figures)))
    last = figures[-1]
    assert last.files == ("data/computed_life_expectancy.csv",)
    (table,) = last.tables
    assert len(table.rows) == 3
    assert all(len(row) == len(table.columns) == len(table.shares) == 5 for row in table.rows)
    assert last.values_in is None
    said = " ".join(text for block in blocks[at:] for text in map(str, dataclasses.astuple(block)))
    assert "No gap and no verdict in this report is made of these areas" in said


def test_every_map_that_the_section_names_is_drawn() -> None:
    charts = draw_all(case())
    named = {block.id for block in section(case(), 3).blocks if isinstance(block, ReportFigure)}
    assert {"level-msoa2021"} <= named <= set(charts)
