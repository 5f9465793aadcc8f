"""Later figures on other areas: told beside the trend, with what they can't say."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from tests.unit.reporting import later_samples as later
from tests.unit.reporting import samples

from gapwatch.reporting.chapters.bridged.section import (
    WARNING,
    fit,
    newest,
    no_answer,
    pandemic,
    section,
    sources,
    weights,
)
from gapwatch.reporting.chapters.bridged.tables import share
from gapwatch.reporting.chapters.verdict.section import answers
from gapwatch.reporting.document import Paragraph, ReportFigure, ReportTable
from gapwatch.reporting.evidence.bridged import in_short
from gapwatch.reporting.evidence.case import Case
from gapwatch.study import FingertipsSource

NAN = float("nan")


def flat(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def words(found: Case) -> list[str]:
    return [flat(b.text) for b in section(found, 3).blocks if isinstance(b, Paragraph)]


def tables_of(found: Case) -> dict[str, ReportTable]:
    blocks = section(found, 3).blocks
    figures = [t for b in blocks if isinstance(b, ReportFigure) for t in b.tables]
    return {t.id: t for t in (*(b for b in blocks if isinstance(b, ReportTable)), *figures)}


def test_without_later_figures_there_is_no_section() -> None:
    plain = samples.case(samples.study(), samples.facts(), samples.tables())
    assert section(plain, 3).blocks == ()
    assert in_short(plain) == ""


def test_the_warning_stands_before_the_figures() -> None:
    told = words(later.case())
    assert told[:2] == ["Figures after 2015 are for MSOAs.", WARNING]
    assert "was 5.0 years in 2019 to 2023 (95% interval 3.6 to 6.4)" in told[3]


def test_why_these_periods_cannot_answer_the_promise_is_said_with_the_studys_own_words() -> None:
    found, one = later.case(), [later.row()]
    assert flat(no_answer(found, one)) == (
        "This period can't answer the promise either. The target of 5.0 years is half of a gap "
        "measured on wards in 2004 to 2008. No such figure exists on these areas."
    )
    two = [*one, later.row(period_start=2015, period_end=2019)]
    assert no_answer(found, two).startswith("These two periods can't answer")
    assert no_answer(found, [*one, later.row(period_start=2004, period_end=2008)]) == ""
    other = samples.study(share_of_baseline=0.6)
    assert "is 60% of a gap" in no_answer(samples.case(other, found.facts, found.tables), one)
    no_target = found.tables | samples.tables(target_gap_years=None)
    assert no_answer(samples.case(found.study, found.facts, no_target), one) == ""


def test_the_newest_period_is_told_whatever_the_order_of_rows() -> None:
    old = later.row(period_start=2015, period_end=2019, gap_years=9.0)
    assert "in 2019 to 2023" in newest(later.case(), [later.row(), old], "male")
    assert "in 2019 to 2023" in newest(later.case(), [old, later.row()], "male")
    assert newest(later.case(), [later.row()], "female") == ""


@pytest.mark.parametrize(
    ("lower", "upper", "told", "shown"),
    [
        (0.1, 5.3, False, "0.1 to 5.3"),
        (-0.3, 5.3, True, "−0.3 to 5.3"),
        (-0.04, 4.62, True, "just below 0 to 4.6"),
        (0.04, 4.62, False, "just above 0 to 4.6"),
    ],
)
def test_an_interval_that_holds_zero_says_so_and_shows_its_side_of_zero(
    lower: float, upper: float, told: bool, shown: str
) -> None:
    row = later.row(lower95_years=lower, upper95_years=upper)
    text = newest(later.case(row), [row], "male")
    assert ("These figures also fit no gap at all." in text) == told
    assert shown in text
    assert ("fit no gap at all" in in_short(later.case(row))) == told
    table = tables_of(later.case(row))["table-later-msoa2021-west-v-castle-male"]
    assert shown in table.rows[0][1]


def test_a_withheld_figure_says_why_and_names_the_area_where_it_is_known() -> None:
    hidden = later.row(gap_years=NAN, reason="G03")
    assert "is withheld for 2019 to 2023: No area holds mostly residents" in newest(
        later.case(), [hidden], "male"
    )
    assert in_short(later.case(hidden)) == ""
    missing = later.row(gap_years=NAN, worse_years=NAN, reason="G01")
    found = later.case(missing)
    life = found.tables["life_expectancy"]
    life.loc[life["area_code"] == later.MSOAS[1], "life_expectancy_years"] = None
    named = "no value for Riverton 002 (E02000002)"
    assert sentence_of(newest(found, [missing], "male")).endswith(f"{named}.")
    cells = tables_of(found)["table-later-msoa2021-west-v-castle-male"].rows[0]
    assert cells[1] == f"withheld: {named}"
    assert cells[2] == "withheld"
    assert "a value of the group is withheld" in newest(
        later.case(missing), [missing], "male"
    ).replace("A value", "a value")


def sentence_of(text: str) -> str:
    return text.replace("No value", "no value")


def test_periods_with_a_pandemic_year_are_named_with_their_flag() -> None:
    assert pandemic([later.row(flags="Q03")]) == ""
    assert pandemic([later.row()]) == (
        "A year of the pandemic (2020 or 2021) lies in 2019 to 2023. This period carries the flag "
        "Q04."
    )
    two = [later.row(), later.row(period_start=2018, period_end=2022)]
    assert "lies in 2018 to 2022 and 2019 to 2023. These periods carry" in pandemic(two)
    table = tables_of(later.case())["table-later-msoa2021-west-v-castle-male"]
    assert table.columns[-1].label == "Flags"
    assert table.rows[0][-1] == "Q04"
    assert "Q04: a pandemic year in the window." in table.note


def test_both_kinds_of_misplaced_residents_are_told_beside_the_names_of_the_areas() -> None:
    told = words(later.case())
    assert (
        "2 MSOAs count for the west of the town: Riverton 001 and 002. Of the residents of the "
        "west of the town, 10% live in MSOAs that count elsewhere. Of the residents of the MSOAs "
        "that count for the west of the town, none live outside it." in told
    )
    assert any(text.startswith("1 MSOA counts for Castle: Riverton 003.") for text in told)
    assert any("covers chance" in text or "cover chance" in text for text in told)
    empty = later.case()
    empty.tables["bridge_side"]["counts"] = False
    assert fit(empty, later.row(), "worse", "west") == "No MSOA counts for the west of the town."


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "none"),
        (1.0, "100%"),
        (0.153, "15%"),
        (0.999, "more than 99%"),
        (0.001, "less than 1%"),
        (NAN, "not known"),
    ],
)
def test_a_share_is_printed_so_that_none_and_all_are_exact(value: float, told: str) -> None:
    assert share(value) == told


def test_every_side_and_every_area_of_it_stands_in_a_table() -> None:
    found = tables_of(later.case())
    assert found["table-sides-msoa2021"].rows == (
        ("West of the town", "2", "10%", "none"),
        ("Castle", "1", "none", "40%"),
    )
    assert found["table-side-areas-msoa2021"].rows == (
        ("Riverton 001", "E02000001", "West of the town", "100%", "yes"),
        ("Riverton 002", "E02000002", "West of the town", "60%", "yes"),
        ("Riverton 003", "E02000003", "West of the town", "40%", "no"),
        ("Riverton 003", "E02000003", "Castle", "60%", "yes"),
    )
    assert found["table-areas-msoa2021"].columns[0].label == "MSOA"


def test_each_measure_and_sex_has_a_table_of_its_own_and_only_the_headlines_is_open() -> None:
    found = tables_of(later.case(later.row(), later.row(sex="female")))
    gaps = [table for name, table in found.items() if name.startswith("table-later")]
    assert [table.folded for table in gaps] == [False, True]
    assert [column.label for column in gaps[0].columns[:2]] == ["Period", "Gap"]
    assert gaps[0].rows[0][:2] == ("2019 to 2023", "5.0 (3.6 to 6.4)")


def test_by_what_the_areas_are_weighted_is_said() -> None:
    found = later.case()
    blocks = "by how many LSOAs they are made of, as no residents are pinned"
    assert blocks in weights(found, later.BRIDGE, [later.row()])
    found.tables["population"] = pd.DataFrame(
        {"geography": ["lsoa2021", "lsoa2021", "ward2011"], "year": [2022, 2021, 2013]}
    )
    assert weights(found, later.BRIDGE, [later.row()]) == (
        "The MSOAs of a side are weighted by all their residents of 2021 and 2022, in every "
        "period alike."
    )


def test_the_source_and_its_whole_licence_stand_with_the_figures() -> None:
    found = later.case()
    assert sources(found, "msoa2021") == []
    source = FingertipsSource.model_validate(
        {
            "id": "msoas",
            "kind": "fingertips",
            "table": "life_expectancy",
            "next_expected": "May.",
            "title": "By MSOA",
            "publisher": "P",
            "attribution": "A",
            "indicator": 1,
            "area_types": [{"id": 3, "geography": "msoa2021", "expected_areas": 3}],
            "parent_code": "E06000001",
        }
    )
    study = found.study.model_copy(update={"sources": (*found.study.sources, source)})
    pin = dataclasses.replace(
        found.facts.pins[0],
        id="msoas",
        title="By MSOA",
        publisher="P",
        licence="Open licence. Ask first",
    )
    with_pin = samples.case(study, samples.facts(pins=(pin,)), found.tables)
    assert sources(with_pin, "msoa2021") == [
        "Source: P. By MSOA. Licence: Open licence. Ask first."
    ]
    assert sources(with_pin, "msoa2011") == []


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        (5.0, "That is not a fall from 8.6"),
        (9.9, "That is not a rise from 8.6"),
        (8.6, "That is not a standstill at 8.6"),
    ],
)
def test_the_answer_names_the_sex_warns_first_and_denies_a_change(gap: float, told: str) -> None:
    text = flat(answers(later.case(later.row(gap_years=gap)))[0].more[-1])
    assert text.startswith("Later figures can't be compared with these. For 2019 to 2023 life ")
    assert "2021 MSOAs (middle layer super output areas: statistical areas of about 8,000" in text
    assert f"For males it gives a gap of {gap} years (plausibly 3.6 to 6.4)." in text
    assert told in text
    assert text.endswith("See “Later figures on other areas”.")


def test_without_a_comparable_figure_nothing_is_denied() -> None:
    found = later.case()
    found.tables["gap"] = found.tables["gap"].iloc[:0]
    assert "That is not" not in in_short(found)


def test_the_maps_of_the_other_areas_stand_in_this_section_and_name_what_the_lines_hold() -> None:
    blocks = section(later.case(), 6).blocks
    figures = [block for block in blocks if isinstance(block, ReportFigure)]
    assert [(f.id, f.number) for f in figures] == [("map-msoa2021", 6)]
    (first,) = figures
    assert "The numbers are those in the names of the MSOAs." in first.notes
    assert first.notes[-1] == (
        "Bold line: the 2 MSOAs that count for the west of the town. Dashed line: the 1 MSOA that "
        "counts for Castle."
    )
    assert "A bold line for West of the town holds Riverton 001 and 002." in first.alt
    assert "Every MSOA stands below with its name and its values." in first.alt
    assert first.values_in is None
    assert [table.id for table in first.tables] == ["table-areas-msoa2021"]
    without = section(later.case(outlines=False), 6).blocks
    assert not [block for block in without if isinstance(block, ReportFigure)]
    assert without[-1].id == "table-areas-msoa2021"  # type: ignore[union-attr]


def test_a_line_that_holds_nothing_says_so() -> None:
    found = later.case()
    found.tables["bridge_side"]["counts"] = False
    figure = next(b for b in section(found, 6).blocks if isinstance(b, ReportFigure))
    assert "Bold line: none, as no MSOA counts for the west of the town." in figure.notes[-1]
