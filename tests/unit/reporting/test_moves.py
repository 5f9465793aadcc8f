"""Which side moved: with its pace on the first screen, and only what is clear in a title."""

import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples

from gapwatch import codes
from gapwatch.reporting.chapters.trajectory.section import section
from gapwatch.reporting.chapters.verdict.section import answers
from gapwatch.reporting.evidence import sides as moves
from gapwatch.reporting.evidence.rows import LimitedValue
from gapwatch.reporting.evidence.sides import SideChanges, cause, finding, who_moved

RISE, FALL = LimitedValue(0.05, 0.01, 0.09), LimitedValue(-0.3, -0.4, -0.2)
NONE = LimitedValue(0.05, -0.1, 0.2)


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


AT_A = "in A (0.05 years a year, plausibly 0.01 to 0.09)"
AT_B = "in B (0.30 years a year, plausibly 0.20 to 0.40)"
FAST = LimitedValue(0.3, 0.2, 0.4)


@pytest.mark.parametrize(
    ("worse", "better", "text"),
    [
        (
            RISE,
            NONE,
            f"Male life expectancy rose slightly {AT_A}. In B there is no clear change.",
        ),
        (NONE, FALL, f"Male life expectancy fell {AT_B}. In A there is no clear change."),
        (RISE, FAST, f"Male life expectancy rose on both sides: {AT_A} and {AT_B}."),
        (RISE, FALL, f"Male life expectancy rose slightly {AT_A} and fell {AT_B}."),
        (NONE, NONE, "The figures cannot tell which side moved."),
        (RISE, None, ""),
    ],
)
def test_who_moved_comes_with_the_pace_of_each_side(worse, better, text):
    assert flat(who_moved(SideChanges(worse, better), "A", "B", "male")) == text


@pytest.mark.parametrize(
    ("worse", "better", "narrowed", "text"),
    [
        (RISE, NONE, True, "as life expectancy rose in A, with no clear change in B"),
        (RISE, FAST, True, "as life expectancy rose faster in A than in B"),
        (RISE, FALL, True, "as life expectancy rose in A and fell in B"),
        (NONE, NONE, True, "but the figures cannot tell which side moved"),
        (NONE, FAST, True, "but all that is clear is that life expectancy rose in B"),
        (FALL, NONE, True, "but all that is clear is that life expectancy fell in A"),
        (NONE, FAST, False, "as life expectancy rose in B, with no clear change in A"),
        (FALL, NONE, False, "as life expectancy fell in A, with no clear change in B"),
        (RISE, FAST, False, "as life expectancy rose faster in B than in A"),
        (FALL, FALL, False, "as life expectancy fell faster in A than in B"),
        (FALL, FAST, False, "as life expectancy rose in B and fell in A"),
        (NONE, NONE, False, "but the figures cannot tell which side moved"),
        (RISE, None, False, ""),
    ],
)
def test_a_clear_change_names_the_side_that_it_comes_from(worse, better, narrowed, text):
    assert cause(SideChanges(worse, better), "A", "B", narrowed=narrowed) == text


@pytest.mark.parametrize(("pace", "slight"), [(0.099, True), (0.1, False), (-0.05, True)])
def test_slightly_is_below_a_tenth_of_a_year_a_year(pace, slight):
    trend = LimitedValue(pace, pace - 0.01, pace + 0.01)
    assert (moves.pace(trend)[0] == " slightly") == slight


@pytest.mark.parametrize(
    ("worse", "better", "title"),
    [
        (RISE, NONE, "Life expectancy rose in A; no clear change in B"),
        (NONE, RISE, "Life expectancy rose in B; no clear change in A"),
        (FALL, NONE, "Life expectancy fell in A; no clear change in B"),
        (NONE, FALL, "Life expectancy fell in B; no clear change in A"),
        (RISE, FALL, "Life expectancy rose in A and fell in B"),
        (FALL, RISE, "Life expectancy fell in A and rose in B"),
        (RISE, RISE, "Life expectancy rose on both sides"),
        (FALL, FALL, "Life expectancy fell on both sides"),
        (NONE, NONE, ""),
        (RISE, None, ""),
    ],
)
def test_a_title_says_what_is_clear_and_what_is_not(worse, better, title):
    assert finding(SideChanges(worse, better), "A", "B") == title


def test_trends_are_of_the_windows_that_the_verdict_rests_on():
    case = computed.case()
    found = case.moves
    # The samples' worse-off side gains 0.1 years a year; the other falls with the gap.
    assert found.worse.value == pytest.approx(0.1)
    assert found.worse.lower < 0.1 < found.worse.upper
    assert found.better.value < 0.1
    assert case.newest.gap.value - 2 < case.verdict.fitted_gap_years < case.newest.gap.value + 2


def test_two_windows_have_no_trend():
    tables = samples.tables()
    tables["verdict"] = samples.verdicts("too early to tell")
    gap = tables["gap"]
    late = gap[gap["period_end"] > 2013]
    few = samples.case(samples.study(), samples.facts(), {**tables, "gap": late})
    assert few.moves == SideChanges()
    assert few.verdict.fitted_gap_years is None


def test_the_first_screen_tells_the_pace_and_the_second_figure_what_is_clear():
    case = samples.case(
        computed.study(), computed.facts(), computed.tables(closing_code=codes.WORSE_IMPROVES)
    )
    told = flat(" ".join(answers(case)[1].more))
    assert "Male life expectancy rose in the west of the town (0.10 years a year, plausibly" in told
    titles = [block.title for block in section(case).blocks if block.kind == "figure"]
    assert titles[1].startswith("Life expectancy rose in the west of the town")
