"""Later figures on other areas: told beside the trend, with what they can't say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from shapely.geometry import box
from tests.unit.reporting import samples

from gapwatch.reporting.answers import answers
from gapwatch.reporting.case import Case
from gapwatch.reporting.chart_map import map_figure
from gapwatch.reporting.charts import Canvas, drawn
from gapwatch.reporting.later import in_short
from gapwatch.reporting.parts import Paragraph
from gapwatch.reporting.section_later import WARNING, newest, section
from gapwatch.reporting.section_where import section as where
from gapwatch.reporting.wards import drawable, has_outlines, newest_areas, ward_map
from gapwatch.study import Bridge

BRIDGE = Bridge(
    geography="msoa2021", blocks="lsoa2021", up=("a",), across=("b",),
    reason="Figures after 2015 are for MSOAs",
)  # fmt: skip
MSOAS = ("E02000001", "E02000002", "E02000003")


def row(**changes: Any) -> dict[str, Any]:
    return {
        "geography": "msoa2021", "measure": "west-v-castle", "sex": "male", "period_start": 2019,
        "period_end": 2023, "worse_years": 78.0, "worse_lower95_years": 77.0,
        "worse_upper95_years": 79.0, "worse_areas": 2, "worse_misplaced_share": 0.0,
        "better_years": 83.0, "better_lower95_years": 82.0, "better_upper95_years": 84.0,
        "better_areas": 1, "better_misplaced_share": 1.25, "gap_years": 5.0, "se_years": 0.7,
        "lower95_years": 3.6, "upper95_years": 6.4, "basis": "b", "reason": "", "flags": "",
    } | changes  # fmt: skip


def case(*rows: dict[str, Any], outlines: bool = True) -> Case:
    study = samples.study()
    study = study.model_copy(
        update={"geography": study.geography.model_copy(update={"bridges": (BRIDGE,)})}
    )
    tables = samples.tables()
    life = tables["life_expectancy"]
    extra = [
        life.iloc[0].to_dict()
        | {"geography": "msoa2021", "area_code": code, "area_name": f"Riverton 00{n}",
           "sex": sex, "period_start": 2019, "period_end": 2023,
           "life_expectancy_years": 80.0 + n, "lower95_years": 79.0 + n, "upper95_years": 81.0 + n}
        for n, code in enumerate(MSOAS)
        for sex in ("male", "female")
    ]  # fmt: skip
    tables["life_expectancy"] = pd.concat([life, pd.DataFrame(extra)], ignore_index=True)
    tables["bridge"] = pd.DataFrame(
        [{"geography": "msoa2021", "area_code": code, "study_area_code": samples.CODES[0],
          "share_in_best_fit": 1.0, "zone": "west", "share_in_zone": share}
         for code, share in zip(MSOAS, (1.0, 0.6, 0.5), strict=True)]
    )  # fmt: skip
    tables["bridged_gap"] = pd.DataFrame(list(rows) or [row()])
    if outlines:
        tables["boundary"] = pd.DataFrame(
            [{"geography": "msoa2021", "area_code": code, "area_name": code, "area_km2": 1.0,
              "outline_wkt": box(1000 * n, 0, 1000 * n + 1000, 1000).wkt}
             for n, code in enumerate(MSOAS)]
        )  # fmt: skip
    return Case(study, samples.facts(), tables)


def words(found: Case) -> list[str]:
    return [block.text for block in section(found).blocks if isinstance(block, Paragraph)]


def test_without_later_figures_there_is_no_section() -> None:
    plain = Case(samples.study(), samples.facts(), samples.tables())
    assert section(plain).blocks == ()
    assert in_short(plain) == ""


def test_the_figure_its_interval_and_the_warning_stand_together() -> None:
    told = words(case())
    assert told[0] == "Figures after 2015 are for MSOAs."
    assert "was 5.0\N{NO-BREAK SPACE}years in 2019 to 2023" in told[1]
    assert "3.6 to 6.4" in told[1]
    assert WARNING in told


def test_the_newest_period_is_told_whatever_the_order_of_rows() -> None:
    old = row(period_start=2015, period_end=2019, gap_years=9.0)
    assert "in 2019 to 2023" in newest(case(), [row(), old], "male")
    assert "in 2019 to 2023" in newest(case(), [old, row()], "male")
    assert newest(case(), [row()], "female") == ""


def test_a_withheld_figure_says_why() -> None:
    hidden = row(gap_years=float("nan"), reason="G03")
    assert "is withheld: No area holds mostly residents" in newest(case(), [hidden], "male")
    assert in_short(case(hidden)) == ""


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "come to none of its own"), (0.15, "15% of its own"), (1.25, "125% of its own"),
     (float("nan"), "an unknown share of its own")],
)  # fmt: skip
def test_how_many_residents_are_misplaced_is_told(share: float, told: str) -> None:
    assert any(told in text for text in words(case(row(worse_misplaced_share=share))))


def test_the_answer_names_the_later_figure_and_that_it_cannot_be_compared() -> None:
    how_big = answers(case())[0]
    assert any("On other areas it was 5.0" in text for text in how_big.more)
    assert any("can't be compared" in text for text in how_big.more)


def test_the_map_shows_the_newest_areas_with_their_majority_zone() -> None:
    found = ward_map(case().study, case().tables, "male")
    assert found is not None
    assert found.geography == "msoa2021"
    assert (found.noun, found.areas) == ("MSOA", "2021 MSOAs")
    assert [ward.zone for ward in found.wards] == ["west", "west", ""]
    assert newest_areas(case().study, case().tables) == ("msoa2021", (2019, 2023))


def test_real_outlines_are_drawn_and_without_them_areas_without_tiles_are_not() -> None:
    with_outlines, without = case(), case(outlines=False)
    found = ward_map(with_outlines.study, with_outlines.tables, "male")
    assert found is not None
    assert has_outlines(found, with_outlines.tables)
    assert not drawable(found, without.tables)
    chart = drawn(
        lambda canvas: map_figure(
            canvas, with_outlines.study, found, with_outlines.tables["boundary"]
        )
    )
    assert chart.wide != chart.narrow
    told = [block for block in where(with_outlines, 3).blocks if getattr(block, "alt", "")]
    assert "real outlines" in told[0].alt
    assert "An MSOA counts" in where(with_outlines, 3).blocks[0].text
    assert len([b for b in where(without, 3).blocks if getattr(b, "alt", "")]) == 1


def test_outlines_of_another_vintage_are_not_used() -> None:
    other = case()
    other.tables["boundary"]["geography"] = "msoa2011"
    found = ward_map(other.study, other.tables, "male")
    assert found is not None
    assert not has_outlines(found, other.tables)


def test_a_canvas_of_a_phone_is_narrower() -> None:
    assert Canvas(narrow=True).width < Canvas(narrow=False).width
