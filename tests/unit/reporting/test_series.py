"""Published figures beside our own: which decides, why they differ, what was reproduced."""

import dataclasses

import pandas as pd
import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples

from gapwatch.contracts import COMPUTED_GAP, REPRODUCTION, SERIES_COMPARISON
from gapwatch.reporting.chapters.published import section as section_series
from gapwatch.reporting.chapters.published import words as series
from gapwatch.reporting.chapters.published.words import Meeting, Reproduced
from gapwatch.reporting.document import Paragraph, ReportFigure, ReportTable
from gapwatch.tables import canonical

MEETING = Meeting(
    2004, 2008, 10.0, 7.8, 12.2, 9.6, 7.8, 11.4, -0.4, -0.15, -0.25, "census2021", 90, ""
)
VALUE = Reproduced(
    "Castle", "ward2011", "male", 2004, 2008, 80.0, 78.5, 81.5, 80.05, 0.05, True, ""
)


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def meeting(**changes):
    return dataclasses.replace(MEETING, **changes)


def value(**changes):
    return dataclasses.replace(VALUE, **changes)


def off(difference, **changes):
    return value(
        computed_years=80 + difference, difference_years=difference, agrees=False, **changes
    )


HIDDEN = {"computed_years": None, "difference_years": None, "agrees": None, "reason": "S01"}


def test_which_series_decides_is_said_for_either():
    assert series.decides(computed=True).startswith(
        "The trend and the verdict of this report rest on our own figures"
    )
    assert series.decides(computed=False).startswith(
        "The trend and the verdict of this report rest on the published figures."
    )


def test_a_base_is_named_by_its_census_or_by_its_own_name():
    assert series.base_name("census2021") == "the 2021 census"
    assert series.base_name("rebased-mid-year") == "“rebased-mid-year”"


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        (
            {},
            (
                (
                    "For 2004 to 2008 our own figures give a gap of 9.6 years and the published "
                    "ones 10.0 years: ours is 0.40 years less."
                ),
                (
                    "Of the difference, −0.15 years come from adding up the deaths and residents "
                    "of a side, where published figures have to be averaged. −0.25 years are the "
                    "rest: the base of the residents’ estimates (the 2021 census), the top age "
                    "band (90 and over) and other data."
                ),
            ),
        ),
        (
            {
                "computed_gap_years": 10.02,
                "difference_years": 0.02,
                "joining_years": None,
                "rest_years": None,
            },
            (
                (
                    "For 2004 to 2008 our own figures give a gap of 10.02 years and the published "
                    "ones 10.00 years: ours is 0.02 years more."
                ),
                (
                    "The difference cannot be split. It can come from the way areas are joined to "
                    "sides, the base of the residents’ estimates (the 2021 census), the top age "
                    "band (90 and over) and other data."
                ),
            ),
        ),
        (
            {"computed_gap_years": 10.0, "difference_years": 0.0},
            ("For 2004 to 2008 both give a gap of 10.0 years.",),
        ),
        (
            {"computed_gap_years": None, "difference_years": None, "reason": "S01"},
            (
                (
                    "For 2004 to 2008 the published figures give a gap of 10.0 years. Ours is "
                    "withheld: fewer than 5,000 person-years."
                ),
            ),
        ),
    ],
)
def test_the_newest_meeting_in_words(changes, texts):
    assert tuple(flat(text) for text in series.explained(meeting(**changes))) == texts


@pytest.mark.parametrize(
    ("found", "title"),
    [
        (
            [("male", [MEETING])],
            "Our own gap differs from the published one by 0.40 years for males",
        ),
        (
            [("male", [MEETING, meeting(difference_years=0.7)]), ("female", [MEETING])],
            (
                "Our own gap differs from the published one by at most 0.70 years for males and by "
                "0.40 years for females"
            ),
        ),
        (
            [("male", [meeting(computed_gap_years=None, difference_years=None)])],
            "Where published figures and our own meet, ours are withheld",
        ),
    ],
)
def test_the_title_says_how_far_apart_they_are(found, title):
    assert flat(series.finding(found)) == title


def test_limits_are_those_of_the_table():
    assert (MEETING.published.lower, MEETING.published.upper) == (7.8, 12.2)
    assert (MEETING.computed.lower, MEETING.computed.upper) == (7.8, 11.4)
    assert meeting(computed_lower95_years=None).computed.lower is None
    assert meeting(computed_gap_years=None).computed is None


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        (
            [],
            [
                (
                    "No published life expectancy is for an area, a sex and a period that we have "
                    "too, so none could be reproduced."
                )
            ],
        ),
        (
            [VALUE],
            [
                (
                    "The one published life expectancy for the same area, sex and period came out "
                    "the same to within 0.1 years."
                )
            ],
        ),
        (
            [VALUE] * 3,
            [
                (
                    "All 3 published life expectancies for the same area, sex and period came out "
                    "the same to within 0.1 years."
                )
            ],
        ),
        (
            [VALUE, off(0.7)],
            [
                (
                    "Of 2 published life expectancies for the same area, sex and period, 1 came "
                    "out the same to within 0.1 years."
                ),
                (
                    "1 value differs by more, at most by 0.70 years. Ours lies inside its "
                    "published 95% interval."
                ),
            ],
        ),
        (
            [off(2.7), value(**HIDDEN)],
            [
                (
                    "Of 2 published life expectancies for the same area, sex and period, none came "
                    "out the same to within 0.1 years."
                ),
                (
                    "1 value differs by more, at most by 2.70 years. Ours lies outside its "
                    "published 95% interval."
                ),
                "1 value cannot be compared, as ours is withheld: fewer than 5,000 person-years.",
            ],
        ),
        (
            [off(2.7), off(-0.7), off(0.2), value(**HIDDEN), value(**HIDDEN | {"reason": "D01"})],
            [
                (
                    "Of 5 published life expectancies for the same area, sex and period, none came "
                    "out the same to within 0.1 years."
                ),
                (
                    "3 values differ by more, at most by 2.70 years. 2 of ours lie inside the "
                    "published 95% interval."
                ),
                (
                    "2 values cannot be compared, as ours are withheld: fewer than 5,000 "
                    "person-years and too few deaths to be told: a figure or a difference could "
                    "reveal single people."
                ),
            ],
        ),
        (
            [off(0.7), off(2.2), VALUE],
            [
                (
                    "Of 3 published life expectancies for the same area, sex and period, 1 came "
                    "out the same to within 0.1 years."
                ),
                (
                    "2 values differ by more, at most by 2.20 years. 1 of ours lies inside the "
                    "published 95% interval."
                ),
            ],
        ),
        (
            [off(0.7), off(0.2), VALUE],
            [
                (
                    "Of 3 published life expectancies for the same area, sex and period, 1 came "
                    "out the same to within 0.1 years."
                ),
                (
                    "2 values differ by more, at most by 0.70 years. All of ours lie inside the "
                    "published 95% interval."
                ),
            ],
        ),
        (
            [off(2.7), off(2.2), VALUE],
            [
                (
                    "Of 3 published life expectancies for the same area, sex and period, 1 came "
                    "out the same to within 0.1 years."
                ),
                (
                    "2 values differ by more, at most by 2.70 years. None of ours lie inside the "
                    "published 95% interval."
                ),
            ],
        ),
    ],
)
def test_how_many_published_values_came_out_the_same(rows, texts):
    assert [flat(text) for text in series.reproduced(rows, 0.1)] == texts


def test_misses_stand_largest_first_and_withheld_ones_last():
    rows = [value(**HIDDEN), off(0.3, area_name="B"), VALUE, off(-2.4), off(0.3, area_name="A")]
    assert [(row.area_name, row.difference_years) for row in series.misses(rows)] == [
        ("Castle", -2.4),
        ("A", 0.3),
        ("B", 0.3),
        ("Castle", None),
    ]


def section(study=None, **changes):
    case = computed.case(**changes)
    return section_series.section(samples.case(study or case.study, case.facts, case.tables), 8)


def of_kind(found, kind):
    return [block for block in found.blocks if isinstance(block, kind)]


def test_a_study_without_the_tables_has_no_such_section():
    case = samples.case(samples.study(), samples.facts(), samples.tables())
    assert section_series.section(case, 8).blocks == ()
    assert section_series.drawn(case) == []


@pytest.mark.parametrize(
    ("decides", "filled"), [(True, "filled dots for our own"), (False, "filled dots for the pub")]
)
def test_the_first_sentence_and_the_chart_say_which_decides(decides, filled):
    found = section(computed.study(decides=decides))
    assert found.blocks[0] == Paragraph(series.decides(computed=decides))
    (figure,) = of_kind(found, ReportFigure)
    assert (figure.id, figure.number) == ("series", 8)
    assert filled in figure.alt
    assert "In 2009 to 2013 the published gap is 9.5 years, our own 8.6 years." in flat(figure.alt)
    assert (
        "males, West of the town v Castle, windows that both series have, 2004 to 2008 up to "
        in (figure.subtitle)
    )


def test_the_tables_hold_every_meeting_with_its_parts():
    found = section()
    (figure,) = of_kind(found, ReportFigure)
    assert figure.tables[0].rows[0] == (
        "2004 to 2008",
        "10.0 (7.8 to 12.2)",
        "9.6 (7.8 to 11.4)",
        "−0.40",
        "−0.15",
        "−0.25",
        "the 2021 census, 90 and over",
    )
    assert [t.id for t in of_kind(found, ReportTable)] == [
        "table-series-west-v-castle-female",
        "table-misses",
    ]


def test_one_meeting_is_told_and_tabled_but_not_drawn():
    rows = [row for row in computed.meetings() if row["period_start"] == 2004]
    rows[1] |= {
        "computed_gap_years": None,
        "computed_se_years": None,
        "difference_years": None,
        "joining_years": None,
        "rest_years": None,
        "reason": "S01",
    }
    found = section(series_comparison=computed.made(SERIES_COMPARISON, rows))
    assert of_kind(found, ReportFigure) == []
    table = of_kind(found, ReportTable)[0]
    assert table.rows[0][2] == "withheld: fewer than 5,000 person-years"
    assert table.rows[0][3:6] == ("not available",) * 3


def test_every_miss_is_tabled_with_the_reasons_of_the_withheld():
    found = section(series_comparison=None)
    (table,) = of_kind(found, ReportTable)
    assert table.rows == (
        ("Castle (2011 ward)", "males, 2004 to 2008", "80.0 (78.5 to 81.5)", "77.6", "−2.40"),
        ("Hillside (2011 ward)", "males, 2004 to 2008", "79.0 (77.5 to 80.5)", "79.7", "+0.70"),
        (
            "St Anne's (2011 ward)",
            "males, 2004 to 2008",
            "81.0 (79.5 to 82.5)",
            "withheld: fewer than 5,000 person-years",
            "–",
        ),
    )
    assert not table.folded


def test_a_miss_never_prints_as_the_tolerance_itself():
    rows = [
        row
        | (
            {"computed_years": 76.1004, "difference_years": 0.1004, "agrees": False}
            if row["area_name"] == "Upper Mill"
            else {}
        )
        for row in computed.reproduced()
    ]
    (table,) = of_kind(
        section(series_comparison=None, reproduction=computed.made(REPRODUCTION, rows)), ReportTable
    )
    assert table.rows[2] == (
        "Upper Mill (2011 ward)",
        "males, 2004 to 2008",
        "76.0 (74.5 to 77.5)",
        "76.1",
        "just beyond +0.10",
    )


def test_of_many_misses_the_worst_ten_are_shown_and_no_miss_makes_no_table():
    rows = [
        row | {"period_start": year, "period_end": year + 4}
        for row in computed.reproduced()
        for year in range(2001, 2006)
    ]
    (table,) = of_kind(
        section(series_comparison=None, reproduction=computed.made(REPRODUCTION, rows)), ReportTable
    )
    assert len(table.rows) == 10
    assert "the first 10" in table.caption
    assert "data/reproduction.csv" in table.note
    same = [row for row in computed.reproduced() if row["agrees"]]
    found = section(series_comparison=None, reproduction=computed.made(REPRODUCTION, same))
    assert of_kind(found, ReportTable) == []


@pytest.mark.parametrize(
    ("geography", "name"),
    [("ward2011", "2011 ward"), ("msoa2021", "2021 MSOA"), ("borough", "borough")],
)
def test_one_area_of_a_kind(geography, name):
    assert section_series.kind_of(geography) == name


def test_no_published_value_in_common_is_said():
    empty = pd.DataFrame(columns=list(REPRODUCTION.names))
    found = section(series_comparison=None, reproduction=empty)
    assert any("none could be reproduced" in block.text for block in of_kind(found, Paragraph))


OWN = {
    "measure": computed.MEASURE,
    "sex": "male",
    "kind": "pooled",
    "geography": "ward2011",
    "segment": 1,
    "year_ends": "12-31",
    "gap_years": 8.26,
    "se_years": 0.94,
    "lower95_years": 6.41,
    "upper95_years": 10.11,
    "basis_code": "life_tables",
    "basis": "deaths and residents",
    "reason": "",
}


def test_our_newest_gap_is_told_beside_published_figures_that_decide():
    """The newest of all is provisional, so the one before it is told."""
    rows = [
        OWN | {"period_start": last - 4, "period_end": last, "flags": flags}
        for last, flags in ((2024, ""), (2025, "Q04"), (2026, "Q04 Q05"))
    ]
    frame = pd.DataFrame(rows).reindex(columns=list(COMPUTED_GAP.names))
    tables = computed.tables() | {"computed_gap": canonical(COMPUTED_GAP, frame, "computed_gap")}
    case = samples.case(computed.study(decides=False), computed.facts(), tables)
    texts = [
        flat(block.text)
        for block in section_series.section(case, 5).blocks
        if isinstance(block, Paragraph)
    ]
    assert texts[1] == (
        "For males our own newest gap, for 2021 to 2025, is 8.3 years (plausibly 6.4 to 10.1). No "
        "trend and no verdict in this report rests on it."
    )
    assert not any("females our own newest" in text for text in texts)


def test_our_newest_gap_is_the_trends_own_where_it_decides():
    case = samples.case(computed.study(), computed.facts(), computed.tables())
    texts = [
        block.text
        for block in section_series.section(case, 5).blocks
        if isinstance(block, Paragraph)
    ]
    assert not any("our own newest gap" in text for text in texts)
