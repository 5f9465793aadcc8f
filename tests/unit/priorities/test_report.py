"""What the report says of residents' priorities: each sentence, and no more than the figures."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from tests.unit.reporting import samples

from gapwatch.priorities.codes import FLAGS as FLAG_CODES
from gapwatch.priorities.codes import READINGS, REASONS
from gapwatch.reporting.chapters.priorities import section as chapter
from gapwatch.reporting.chapters.priorities import tables, words
from gapwatch.reporting.chapters.priorities.drawn import parts
from gapwatch.reporting.chapters.priorities.rows import (
    ComparisonRow,
    Lined,
    Missing,
    compared,
    in_a_sentence,
    lined,
    places,
    steps,
)
from gapwatch.reporting.document import Entries, Paragraph, ReportFigure, ReportTable, Subheading
from gapwatch.reporting.evidence.case import Case
from gapwatch.study import Study

Frames = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def case(study: Study, inputs: Frames, made: Frames) -> Case:
    return Case(study, samples.old_facts(), {**inputs, **made})


@pytest.fixture(scope="module")
def row(case: Case) -> ComparisonRow:
    (found,) = (one for one in compared(case)["money"] if one.indicator == "unemployed")
    return found


@pytest.fixture(scope="module")
def texts(case: Case) -> list[str]:
    blocks = chapter.section(case, 1).blocks
    return [block.text for block in blocks if isinstance(block, Paragraph)]


def test_there_are_seven_blocks_in_the_order_of_the_study(case: Case, study: Study) -> None:
    blocks = chapter.section(case, 1).blocks
    heads = [block.text for block in blocks if isinstance(block, Subheading)]
    assert heads[:7] == [one.name for one in study.priorities]
    assert heads[7:] == ["Does it line up with the gap?", "Where effort would count most"]


def test_refused_indicators_are_rows_of_the_table_and_gaps_a_list_below_it(case: Case) -> None:
    tables_ = [b for b in chapter.section(case, 1).blocks if isinstance(b, ReportTable)]
    crime = next(table for table in tables_ if table.id == "table-priority-crime")
    told = {cells[0].partition(",")[0]: cells for cells in crime.rows}
    assert told["All recorded offences"][2:5] == ("66.7", "311.2", "not compared")
    assert "(P02)" in told["All recorded offences"][-1]
    assert told["Burglary in a dwelling"][4] == "ratio 0.92 (0.83 to 1.02)"
    assert "Feeling safe after dark" not in told
    lists = [b for b in chapter.section(case, 1).blocks if isinstance(b, Entries)]
    lacking = {entry.term: entry.text for held in lists for entry in held.entries}
    assert {held.label for held in lists} == {"Not published for small areas"}
    assert lacking["Feeling safe after dark"].startswith("The finest: ")
    assert len(crime.rows) + sum(name in told for name in lacking) == len(told)


def test_newest_figures_stand_first_and_refused_ones_last(case: Case) -> None:
    for rows in compared(case).values():
        kept = [one.last_day for one in rows if not one.reason]
        assert kept == sorted(kept, reverse=True)
        assert [bool(one.reason) for one in rows] == sorted(bool(one.reason) for one in rows)


def test_no_generated_sentence_names_a_cause(texts: list[str], case: Case) -> None:
    figures = [b for b in chapter.section(case, 1).blocks if isinstance(b, ReportFigure)]
    said = [*texts, *(part for f in figures for part in (f.title, f.subtitle, f.alt, *f.notes))]
    assert len(said) > 30
    for text in said:
        assert not re.search(r"\b(because|drives?|driven|causes?|due to|leads? to)\b", text), text


def test_the_age_of_the_figures_is_said(texts: list[str]) -> None:
    assert (
        "The newest of these figures are from 2015, 11 years before this release; the oldest reach "
        "back to 2009. They describe that time, not today." in texts
    )


def test_what_moves_together_can_not_be_told_apart(texts: list[str]) -> None:
    assert (
        "These 14 indicators move together: 85% of what they vary by lies along one axis, and 20 "
        "wards can't show which of them matters." in texts
    )
    assert any(text.startswith("Over 20 wards, 14 of 22 indicators") for text in texts)
    assert words.NOT_A_CAUSE in texts
    assert words.SAME_DEATHS in texts


def test_where_indicators_do_not_move_together_it_is_said_too(case: Case) -> None:
    rows = [replace(one, axis_share=0.41) for one in lined(case)]
    said = words.lines_up(case, rows)
    assert any("41% of what these 14 indicators vary by over 20 wards" in text for text in said)
    assert not any("which of them matters" in text for text in said)
    just = [replace(one, axis_share=0.6001) for one in lined(case)]
    assert any("just over 60% of what they vary by" in text for text in words.lines_up(case, just))


def test_nothing_lines_up_is_said_with_the_number_of_areas(case: Case) -> None:
    rows = [
        replace(one, reading="no-sign", axis_share=None) for one in lined(case) if one.q is not None
    ]
    said = words.lines_up(case, rows)
    assert said[0] == (
        "Over 20 wards, none of 22 indicators for which one way is better lines up with male "
        "life expectancy of 2010 to 2014 beyond chance."
    )
    assert words.lines_up(case, []) == []


def test_an_indicator_that_lines_up_the_other_way_is_named(case: Case) -> None:
    rows: list[Lined] = [
        replace(one, reading="reversed") if one.indicator == "no2" else one for one in lined(case)
    ]
    assert any(
        text == "The other way round over 20 wards, better where lives are shorter: nitrogen "
        "dioxide, annual mean."
        for text in words.lines_up(case, rows)
    )


GAP = Missing("money", 1, "People who lack", "the region", "nobody")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        (
            [{}],
            (
                "The only indicator for which one way is better is worse in the north of the "
                "borough: unemployed, of those economically active."
            ),
        ),
        ([{}], "At most 5% of the ways to divide the wards differ as much."),
        ([{"split_share": 0.06}], "More than 5% of the ways to divide the wards differ as much."),
        ([{}, {}], "2 of 2 indicators for which one way is better are worse in the north of the"),
        ([{}, {"flags": "no-sign"}], "1 of 2 indicators for which one way is better is worse in"),
        (
            [{}, {"indicator": "gcse-points"}],
            (
                "2 of 2 indicators for which one way is better are worse in the north of the "
                "borough: unemployed, of those economically active; and GCSE points, capped "
                "average."
            ),
        ),
        ([{}, {}], "On each of them at most 5% of the ways to divide the wards differ as much."),
        (
            [{"split_share": 0.2}, {"split_share": 0.2}],
            "On none of them at most 5% of the ways to divide the wards differ as much.",
        ),
        (
            [{"flags": "reversed"}],
            (
                "Reversed: the north of the borough is better off than the rest of the borough on "
                "unemployed, of those economically active."
            ),
        ),
        (
            [{"flags": "no-sign"}],
            "No sign of a difference: unemployed, of those economically active.",
        ),
        (
            [{"better": "neither", "flags": "context-only"}],
            (
                "One indicator describes who lives here or how; neither way is better: "
                "unemployed, of those economically active."
            ),
        ),
        (
            [{"reason": "P04"}],
            (
                "Not compared: unemployed, of those economically active (it comes from a survey "
                "whose number of respondents isn't published)."
            ),
        ),
        (
            [
                {"reason": "P02"},
                {"reason": "P02", "indicator": "gcse-points"},
                {"reason": "P06", "indicator": "lone-parents"},
            ],
            (
                "Not compared: unemployed, of those economically active; and GCSE points, capped "
                "average (it counts people or events that its denominator doesn't). Not compared: "
            ),
        ),
        ([], "Nothing is published about it for small areas that could be compared."),
        ([], "Not published for small areas: people who lack."),
    ],
)
def test_each_sentence_of_a_block(
    case: Case, row: ComparisonRow, changes: list[dict[str, object]], wanted: str
) -> None:
    rows = [replace(row, **change) for change in changes]  # type: ignore[arg-type]
    assert any(text.startswith(wanted) for text in words.block(case, rows, [GAP]))


def test_every_code_has_words(case: Case, row: ComparisonRow) -> None:
    assert set(words.REASONS) == set(REASONS)
    assert set(words.FLAGS) == set(FLAG_CODES)
    assert set(tables.READINGS) == set(READINGS)
    assert words.reason("P77") == "reason P77"


def test_where_effort_would_count_most_says_how_sure_it_is(texts: list[str]) -> None:
    assert (
        "The largest figure is that of Westbourne: 34.9\N{NO-BREAK SPACE}deaths a year (26.5 to "
        "43.3). That no other ward's excess is larger has a probability of over 95%." in texts
    )
    assert (
        "Together the north of the borough has an excess of 74.5\N{NO-BREAK SPACE}deaths a year "
        "(48.9 to 100.1)." in texts
    )
    assert any(text.startswith("Persons, 2009 to 2013, from published") for text in texts)


def test_the_largest_is_named_only_where_that_can_be_said(case: Case) -> None:
    first = places(case)["persons"][0]
    assert words.largest(case, first) == (
        "The largest excess of deaths is in Westbourne: 34.9 a year"
    )
    assert words.largest(case, replace(first, p_largest=0.94)) == (
        "Which ward has the largest excess of deaths can't be said; the largest figure is 34.9 a "
        "year, in Westbourne"
    )


def test_without_an_excess_beyond_chance_no_place_is_named(case: Case) -> None:
    rows = [replace(one, excess_lower95_a_year=-1.0) for one in places(case)["persons"]]
    said = words.localities(case, "persons", rows, steps(case, "persons", "area"), None)
    assert said[-1] == "No ward has more deaths than that beyond chance."
    assert len(said) == 2


def test_a_sampled_share_of_splits_is_said_to_be_one(case: Case, row: ComparisonRow) -> None:
    sampled = replace(row, splits=20_000, split_basis="seeded", areas=44)
    said = words.reading(case, [sampled])
    assert "of 20,000 ways to divide 44 wards into sides of these sizes, drawn at random," in said
    assert "of all 125,970 ways to divide 20 wards" in words.reading(case, [row])


def test_a_study_without_priorities_has_no_section(case: Case, inputs: Frames) -> None:
    bare = Case(case.study.model_copy(update={"priorities": ()}), case.facts, dict(inputs))
    assert chapter.section(bare, 1).blocks == ()
    assert chapter.drawn(bare) == []


def test_blocks_are_shared_out_over_few_figures_without_being_cut(case: Case) -> None:
    found = chapter.drawn(case)
    assert [len([r for b in part for r in b.rows]) for part in found] == [16, 19]
    assert all(len(part) >= 1 for part in parts(found[0], most=3))
    figures = [b for b in chapter.section(case, 5).blocks if isinstance(b, ReportFigure)]
    assert [f.number for f in figures] == [5, 6, 7]


def test_titles_stand_in_a_sentence() -> None:
    assert in_a_sentence("Child poverty") == "child poverty"
    assert in_a_sentence("GCSE points") == "GCSE points"
    assert in_a_sentence("Housing Benefit claims") == "Housing Benefit claims"
    assert in_a_sentence("Residents who claim Housing Benefit").startswith("residents who")
    assert in_a_sentence("Wellbeing") == "wellbeing"


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ([{}], "The only indicator for which one way is better is worse in the north of the"),
        ([{"flags": "reversed"}], "The only indicator for which one way is better is better in"),
        (
            [{"flags": "no-sign"}],
            "The only indicator for which one way is better shows no sign of a difference",
        ),
        (
            [{}, {}, {"flags": "reversed"}],
            (
                "2 of 3 indicators for which one way is better are worse in the north of the "
                "borough, 1 better"
            ),
        ),
        ([{"better": "neither"}] * 2, "2 indicators for which neither way is better"),
    ],
)
def test_no_title_of_a_chart_reads_as_if_indicators_improved(
    case: Case, row: ComparisonRow, changes: list[dict[str, object]], title: str
) -> None:
    rows = [replace(row, **change) for change in changes]  # type: ignore[arg-type]
    assert chapter._finding(case, rows).startswith(title)
