"""What is withheld among our own life expectancies, and whether counts add up."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.unit.gap.restricted_cases import DEATHS_SOURCE
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples

from gapwatch.contracts import COMPUTED_LIFE_EXPECTANCY, COUNT_TOTAL
from gapwatch.reporting.chapters.quality import computed as quality_own
from gapwatch.reporting.chapters.quality import section as section_quality
from gapwatch.reporting.document import Paragraph, ReportTable
from gapwatch.study import FileSource
from gapwatch.tables import canonical


def texts(found):
    return [block.text for block in found if isinstance(block, Paragraph)]


def test_without_figures_of_our_own_nothing_is_said():
    assert (
        quality_own.blocks(samples.case(samples.study(), samples.facts(), samples.tables())) == []
    )


def test_withheld_figures_are_counted_and_tabled_with_their_reason():
    paragraph, table = quality_own.blocks(computed.case())
    assert paragraph.text == "Of 3 life expectancies of our own, 1 is withheld."
    assert table.rows == (
        (
            "Harbour and Old Docks (ward, E05000003)",
            "males",
            "2019 to 2023",
            "too few deaths to be told: a figure or a difference could reveal single people",
        ),
    )
    assert table.folded


def own(rows):
    return computed.case(computed_life_expectancy=computed.made(COMPUTED_LIFE_EXPECTANCY, rows))


def test_windows_of_one_area_and_reason_share_a_row():
    rows = [
        row | {"period_start": year, "period_end": year + 4}
        for row in computed.own()
        for year in (2015, 2016, 2019)
    ]
    paragraph, table = quality_own.blocks(own(rows))
    assert paragraph.text == "Of 9 life expectancies of our own, 3 are withheld."
    assert [row[2] for row in table.rows] == ["3 windows, 2015 to 2019 up to 2019 to 2023"]


@pytest.mark.parametrize(
    ("late", "text"),
    [
        (
            1,
            (
                "Of 2 life expectancies of our own, none is withheld. 1 is provisional, and "
                "decides nothing."
            ),
        ),
        (
            2,
            (
                "Of 2 life expectancies of our own, none is withheld. 2 are provisional, and "
                "decide nothing."
            ),
        ),
    ],
)
def test_provisional_figures_are_counted(late, text):
    rows = computed.own()[:2]
    for row in rows[:late]:
        row["provisional"] = True
    assert texts(quality_own.blocks(own(rows))) == [text]


def totals(**changes):
    row = {
        "geography": "ward2011",
        "sex": "male",
        "year": 2019,
        "year_ends": "12-31",
        "base": "census2021",
        "deaths_difference_persons": 0.0,
        "population_difference_persons": 0.0,
        "publisher_deaths_difference_persons": None,
        "publisher_population_difference_share": None,
    }
    return canonical(COUNT_TOTAL, pd.DataFrame([row | changes]), "count_total")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            [
                (
                    "Deaths and residents of every kind of area add up to those of the small areas "
                    "that they are made of."
                )
            ],
        ),
        (
            {"population_difference_persons": -12.0},
            [
                (
                    "Deaths and residents of some kinds of area differ from those of the small "
                    "areas that they are made of, by up to 12 persons."
                )
            ],
        ),
        (
            {
                "publisher_deaths_difference_persons": 0.0,
                "publisher_population_difference_share": 0.0,
            },
            [
                (
                    "Deaths and residents of every kind of area add up to those of the small areas "
                    "that they are made of."
                ),
                (
                    "Deaths of all small areas add up to the publisher’s total in every year that "
                    "has one."
                ),
                "Residents of all small areas add up to the publisher’s total.",
            ],
        ),
        (
            {
                "publisher_deaths_difference_persons": -7.0,
                "publisher_population_difference_share": -0.021,
            },
            [
                (
                    "Deaths and residents of every kind of area add up to those of the small areas "
                    "that they are made of."
                ),
                "Deaths of all small areas differ from the publisher’s total by up to 7 a year.",
                "Residents of all small areas differ from the publisher’s total by up to 2%.",
            ],
        ),
    ],
)
def test_whether_counts_add_up_is_told_as_it_was_found(changes, said):
    assert quality_own.adding_up(totals(**changes)) == said


def test_nothing_is_said_of_totals_that_are_not_there():
    assert quality_own.adding_up(None) == []
    assert quality_own.adding_up(totals().iloc[:0]) == []


def test_what_we_withhold_is_not_laid_at_a_publishers_door():
    ours = section_quality.section(computed.case())
    assert not any("Withheld by its publisher" in text for text in texts(ours.blocks))
    plain = samples.case(samples.study(), samples.facts(), samples.tables())
    assert any(
        "Withheld by its publisher: St Anne" in text
        for text in texts(section_quality.section(plain).blocks)
    )
    other = computed.life_expectancy()
    other.loc[other["geography"] == "msoa2011", "life_expectancy_years"] = None
    found = section_quality.section(computed.case(life_expectancy=other))
    assert any("Withheld by its publisher: Riverton 001" in text for text in texts(found.blocks))


def test_the_table_of_the_withheld_stands_in_the_section():
    found = section_quality.section(computed.case())
    assert "table-own-withheld" in [b.id for b in found.blocks if isinstance(b, ReportTable)]


def test_restricted_deaths_are_said_to_be_checked_and_never_to_add_up():
    frame = totals(publisher_population_difference_share=0.0)
    found = quality_own.adding_up(frame, restricted=True)
    assert found == [
        "Residents of every kind of area add up to those of the small areas that they are made of.",
        quality_own.CHECKED,
        "Residents of all small areas add up to the publisher’s total.",
    ]
    assert "add up" not in quality_own.CHECKED
    assert "not shown" in quality_own.CHECKED


@pytest.mark.parametrize("restricted", [True, False])
def test_the_study_says_whether_the_totals_of_deaths_are_shown(restricted):
    case = computed.case(count_total=totals())
    source = FileSource.model_validate(DEATHS_SOURCE | {"restricted": restricted})
    study = case.study.model_copy(update={"sources": (*case.study.sources, source)})
    told = texts(quality_own.blocks(replace(case, study=study)))
    assert (quality_own.CHECKED in told) is restricted
    assert any("Deaths and residents" in text for text in told) is not restricted


RESIDENTS = "the residents of a mid-year that the year needs are not pinned."
ENDS = (
    "the estimates at the two ends of the year are on different bases, or of different small areas."
)


def years(*rows: tuple[int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["year", "year_ends", "reason"])


def test_years_that_are_left_out_are_told_with_their_reason() -> None:
    found = quality_own.left_out(
        years(
            (2011, "06-30", "Y01"),
            (2012, "06-30", ""),
            (2013, "06-30", "Y02"),
            (2014, "06-30", "Y02"),
            (2016, "06-30", "Y02"),
        )
    )
    assert [text.replace("\u00a0", " ") for text in found] == [
        "Left out of our own figures: year to June 2011, as " + RESIDENTS,
        "Left out of our own figures: years to June 2013 to 2014 and year to June 2016, as " + ENDS,
    ]


def test_nothing_is_said_of_years_that_are_all_counted() -> None:
    assert quality_own.left_out(years((2012, "12-31", ""))) == []
    assert quality_own.left_out(None) == []
