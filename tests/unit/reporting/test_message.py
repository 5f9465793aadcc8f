"""Five lines, each true and whole when it is quoted alone, in every case that there is."""

import dataclasses

import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import doubtful, samples
from tests.unit.reporting.test_doubts import choice

from gapwatch import codes
from gapwatch.contracts import VERDICTS
from gapwatch.reporting.build import build_report
from gapwatch.reporting.chapters.verdict.message import message
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.direction import direction


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def case(verdict="too early to tell", tables=None, study=None, **changes):
    return samples.case(
        study or samples.study(), samples.facts(), tables or samples.tables(verdict, **changes)
    )


def with_gap(value, half):
    """The newest gap of males, in the place of the samples' own."""
    tables = samples.tables()
    gap = tables["gap"]
    mine = (gap["period_start"] == samples.NEWEST[0]) & (gap["sex"] == "male")
    low, high = (None, None) if half is None else (value - half, value + half)
    gap.loc[mine, ["gap_years", "lower95_years", "upper95_years"]] = [value, low, high]
    return case(tables=tables)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_line_says_something_and_names_what_it_is_about(verdict):
    found = message(case(verdict))
    for name, line in dataclasses.asdict(found).items():
        assert line.endswith("."), name
        assert "Riverton" in line, name
    for line in (found.size, found.direction, found.chance):
        assert "male" in line


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_line_stands_once_on_the_first_screen(verdict):
    made = case(verdict)
    report = build_report(made.study, made.facts, made.tables)
    shown = [
        report.banner.headline,
        *report.banner.because,
        *(text for answer in report.answers for text in (answer.short, *answer.more)),
    ]
    for line in dataclasses.asdict(report.message).values():
        assert " ".join(shown).count(line) == 1


LOWER = "in the west of the town than in Castle in 2011 to 2015"


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (8.9, 3.6, f"was 8.9 years lower {LOWER} (plausibly 5.3 to 12.5 years)."),
        (
            1.0,
            2.0,
            (
                f"{LOWER} (plausibly anything from 1.0 years higher to 3.0 years lower, so there "
                "may be no gap at all)."
            ),
        ),
        (-4.0, 2.0, f"was 4.0 years higher {LOWER} (plausibly 2.0 to 6.0 years)."),
        (8.9, None, f"{LOWER}; how sure that is, is not known."),
    ],
)
def test_the_size_comes_with_its_range(value, half, text):
    assert flat(message(with_gap(value, half)).size).endswith(text)


def test_without_any_figure_no_size_is_named():
    tables = samples.tables(
        "cannot calculate", reason_code="V01", reason_arguments="usable=0 withheld=9 needed=3"
    )
    tables["gap"] = tables["gap"].assign(gap_years=None, reason="S01")
    found = message(case(tables=tables))
    assert found.size == ("In Riverton, no comparable figure tells how big the gap for males is.")


def test_a_clear_direction_names_the_side_that_it_comes_from():
    clear = {
        "slope_years_per_year": 0.3,
        "slope_lower95_years_per_year": 0.2,
        "slope_upper95_years_per_year": 0.4,
        "worse_slope_years_per_year": -0.1,
        "worse_slope_lower95_years_per_year": -0.3,
        "worse_slope_upper95_years_per_year": 0.1,
        "better_slope_years_per_year": 0.2,
        "better_slope_lower95_years_per_year": 0.1,
        "better_slope_upper95_years_per_year": 0.3,
    }
    assert flat(message(case("wrong direction", **clear)).direction) == (
        "In Riverton, the gap for males widened by about 0.3 years a year (plausibly 0.2 to 0.4) "
        "between 2004 to 2008 and 2011 to 2015, as life expectancy rose in Castle, with no clear "
        "change in the west of the town."
    )


def test_a_change_that_may_be_none_is_a_range_for_the_average_and_not_two_outcomes():
    unclear = {
        "slope_years_per_year": -0.1,
        "slope_lower95_years_per_year": -0.6,
        "slope_upper95_years_per_year": 0.4,
    }
    found = case("too early to tell", **unclear)
    spread = "on average it may have become anything from 0.6 years smaller to 0.4 years bigger"
    assert flat(message(found).direction) == (
        "In Riverton, no change of the gap for males is clear between 2004 to 2008 and 2011 to "
        f"2015: {spread} a year."
    )
    assert flat(direction(found.verdict, *found.comparable[:2], "in Castle")[1]).endswith(
        f". O{spread[1:]} a year."
    )


def test_the_chance_is_said_in_words_and_figures_of_what_and_by_when():
    assert flat(message(case("on track", p_target=0.84)).chance) == (
        "It is likely (about 84%) that the gap for males in Riverton will be 5.0 years or less in "
        "2030, the target, if it goes on changing as it has."
    )


def test_without_a_verdict_no_line_gives_a_chance():
    found = message(case("cannot calculate", reason_code="V02"))
    assert not any("%" in line for line in dataclasses.asdict(found).values())
    assert found.caveat == (
        "There is no verdict for males in Riverton: a side of the newest window is withheld."
    )


def computed_case(verdict, *rows, **tables) -> Case:
    held = [
        dataclasses.asdict(row)
        | {"choice_code": row.what.code, "choice_arguments": row.what.written}
        | {"measure": computed.MEASURE, "sex": "male", "position": place}
        for place, row in enumerate(rows, 1)
    ]
    made = computed.tables(verdict=verdict)
    if held:
        made["sensitivity"] = doubtful.pd.DataFrame(held)
    return samples.case(computed.study(), computed.facts(), {**made, **tables})


def test_another_choice_is_the_caveat_only_where_its_verdict_is_of_another_kind():
    made = choice("as calculated", "on track")
    kinder = computed_case("on track", made, choice("with the stated baseline", "target met"))
    assert message(kinder).caveat.startswith("The projection for Riverton knows past figures alone")
    other = computed_case("on track", made, choice("with the stated baseline", "off track"))
    assert "depends on choices that could be made otherwise" in message(other).caveat
    assert "“off track”" in message(other).caveat


def test_a_best_estimate_of_levelling_down_takes_the_colour_and_is_the_caveat():
    found = computed_case(
        "on track",
        gap_change=computed.made(computed.GAP_CHANGE, computed.changes(-0.1, -2.0)),
    )
    assert found.verdict.label == codes.ON_TRACK
    report = build_report(found.study, found.facts, found.tables)
    assert flat(report.message.caveat) == (
        "By best estimate nearly all of the narrowing for males is shorter lives in Castle, though "
        "no fall there is clear: it may be levelling down."
    )
    assert report.banner.tone == "open"
