"""Figures whose deaths are still coming in: shown apart, named, and never the newest."""

import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples

from gapwatch.reporting.chapters import measures as section_measures
from gapwatch.reporting.chapters.quality import section as section_quality
from gapwatch.reporting.chapters.trajectory import section as section_trajectory
from gapwatch.reporting.chapters.trajectory import words as trajectory_words
from gapwatch.reporting.chapters.trajectory.chart import gap_figure
from gapwatch.reporting.chapters.trajectory.chart_sides import ends_figure
from gapwatch.reporting.chapters.trajectory.tables import windows_table
from gapwatch.reporting.chapters.verdict import section as answers
from gapwatch.reporting.document import Items
from gapwatch.reporting.drawing.canvas import Canvas
from gapwatch.reporting.evidence.provisional import provisional
from gapwatch.reporting.evidence.rows import last_segment, newest_segment, trajectory


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def case():
    return computed.case()


def test_the_newest_window_is_the_newest_settled_one(case):
    assert case.windows[-1].end == 2024
    assert case.newest.end == 2023
    assert [window.end for window in case.provisional] == [2024]
    assert last_segment(case.windows)[-1].end == 2023
    assert newest_segment(case.windows)[-1].end == 2023
    assert case.provisional_of("extremes", "male") == set()


def test_a_withheld_provisional_window_is_not_told_as_the_newest_missing_one():
    gap = computed.gap()
    late = gap["period_end"] == 2024
    gap.loc[late, ["gap_years", "lower95_years", "upper95_years"]] = None
    gap.loc[late, "reason"] = "S01"
    found = computed.case(gap=gap)
    assert found.withheld_since == ()
    assert "cannot be given for 2024" not in str(answers.answers(found))
    assert "The figure for 2024 is provisional" in str(answers.answers(found))


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        ((), ""),
        (
            (2024,),
            (
                "The figure for 2024 (6.6 years) is provisional: deaths are still coming in, or "
                "part of the time is missing. It decides nothing."
            ),
        ),
        (
            (2023, 2024),
            (
                "The figures for 2023 (8.2 years) and 2024 (6.6 years) are provisional: deaths are "
                "still coming in, or part of the time is missing. They decide nothing."
            ),
        ),
    ],
)
def test_provisional_figures_are_named_so(case, ends, text):
    found = tuple(window for window in case.windows if window.end in ends)
    assert flat(provisional(found)) == text


def test_the_answer_and_the_chart_say_that_nothing_rests_on_it(case):
    how_big = answers.answers(case)[0]
    assert how_big.short.replace("\N{NO-BREAK SPACE}", " ") == (
        "In Riverton, male life expectancy at birth was 8.2 years lower in the west of the town "
        "than in Castle in 2023 (plausibly 6.5 to 10.0 years)."
    )
    assert any("is provisional" in text for text in how_big.more)
    assert any(
        "no trend and no verdict rests on it" in note for note in trajectory_words.notes(case)
    )
    assert "An open dot, marked as provisional, is 6.6 in 2024." in trajectory_words.alt(case)
    assert "20 comparable one-year windows run from" in trajectory_words.alt(case)


def test_the_table_of_windows_marks_it(case):
    rows = windows_table(case).rows
    assert (rows[-1][0], rows[-1][-1]) == ("2024", "no, provisional")
    assert {row[-1] for row in rows[:-1]} == {"yes"}


def test_other_measures_take_their_newest_settled_window(case):
    table = section_measures.section(case).blocks[1]
    assert table.rows[0][1].startswith("8.2 ")
    assert table.note.startswith("Newest: 2023, but 2019 to 2023 for “Lowest v highest”.")


def test_its_code_is_explained(case):
    *_, codes = [b for b in section_quality.section(case).blocks if isinstance(b, Items)]
    assert any(
        text.startswith("Q05: provisional: deaths of the window are still coming in")
        for text in codes.items
    )
    assert any(text.startswith("D01: too few deaths to be told") for text in codes.items)


def labels(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def faces(figure):
    return [line.get_markerfacecolor() for line in figure.axes[0].lines if line.get_marker() == "o"]


@pytest.mark.parametrize("narrow", [False, True])
def test_the_chart_of_the_gap_draws_it_open_dashed_and_labelled(case, narrow):
    path = trajectory(case.tables, computed.MEASURE, "male")

    def drawn(windows):
        return gap_figure(
            Canvas(narrow=narrow), windows, path, case.verdict, case.facts.as_known_at, old=False
        )

    with_it = drawn(case.windows)
    assert "Provisional" in labels(with_it)
    assert "Newest 8.2" in labels(with_it)
    assert faces(with_it).count("white") == 1
    without = drawn(case.windows[:-1])
    assert "Provisional" not in labels(without)
    assert "white" not in faces(without)


@pytest.mark.parametrize("narrow", [False, True])
def test_the_chart_of_both_ends_draws_it_apart_from_the_line(case, narrow):
    figure = ends_figure(Canvas(narrow=narrow), case.windows, "West", "Castle")
    assert labels(figure).count("Provisional") == 1
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"]
    assert {len(line.get_xdata()) for line in lines} == {20}
    assert any("86.1" in text for text in labels(figure))


@pytest.mark.parametrize("narrow", [False, True])
def test_a_band_marks_the_windows_of_the_pandemic_and_only_them(case, narrow):
    path = trajectory(case.tables, computed.MEASURE, "male")

    def named(windows):
        figure = gap_figure(
            Canvas(narrow=narrow), windows, path, case.verdict, case.facts.as_known_at, old=False
        )
        return [text for text in labels(figure) if text.startswith("includes")]

    assert [text.split() for text in named(case.windows)] == [["includes", "2020", "or", "2021"]]
    assert named(tuple(window for window in case.windows if window.end < 2020)) == []


def test_only_our_own_figures_are_said_to_hold_nothing_provisional(case):
    def said(found):
        return [b.text for b in section_trajectory.section(found).blocks if b.kind == "paragraph"]

    settled = computed.case(gap=computed.gap(tuple(range(2004, 2024))))
    assert "No figure here is provisional." in said(settled)
    assert "No figure here is provisional." not in said(case)
    published = samples.case(samples.study(), samples.facts(), samples.tables())
    assert "No figure here is provisional." not in said(published)


def test_published_windows_are_never_provisional():
    case = samples.case(samples.study(), samples.facts(), samples.tables())
    assert case.provisional == ()
    assert provisional(case.provisional) == ""
