"""Every branch of every sentence, and what no sentence may say."""

import dataclasses

import pytest

from gapwatch.contracts import VERDICTS, Verdict
from gapwatch.gap.trend.pace import change_between
from gapwatch.intervals import WIDTH_SE
from gapwatch.reporting.chapters.trajectory.newest import against_target, since_baseline
from gapwatch.reporting.chapters.verdict import words
from gapwatch.reporting.evidence import direction
from gapwatch.reporting.evidence.case import phrase
from gapwatch.reporting.evidence.goal import Goal
from gapwatch.reporting.evidence.rows import Estimate, Window
from gapwatch.reporting.language.phrases import no_gap
from gapwatch.study import Thresholds

RULES = Thresholds()
HALVE = Goal(0.5, 2035)
VERDICT = Verdict(
    measure="m",
    sex="male",
    is_primary=True,
    verdict="on track",
    label="on track",
    levels_down=False,
    reason_code="",
    reason_arguments="",
    windows=9,
    newest_start=2010,
    newest_end=2014,
    baseline_start=2005,
    baseline_end=2009,
    baseline_gap_years=14.1,
    target_gap_years=7.05,
    target_year=2035,
    slope_years_per_year=-0.4,
    slope_lower95_years_per_year=-0.7,
    slope_upper95_years_per_year=-0.1,
    projected_gap_years=6.0,
    projected_lower95_years=1.0,
    projected_upper95_years=11.0,
    p_target=0.84,
    p_narrowing=0.95,
    required_change_years_per_year=-0.2,
    required_change_lower95_years_per_year=-0.35,
    required_change_upper95_years_per_year=-0.05,
    first_answerable_year=None,
    first_answerable_code="",
    first_answerable_arguments="",
    closing_code="",
    covariance_code="",
    year_ends="12-31",
    change_years=None,
    change_lower95_years=None,
    change_upper95_years=None,
    slope_se_years_per_year=0.15,
    slope_p=0.01,
    fitted_gap_years=9.0,
    projected_sd_years=2.5,
    worse_slope_years_per_year=None,
    worse_slope_lower95_years_per_year=None,
    worse_slope_upper95_years_per_year=None,
    better_slope_years_per_year=None,
    better_slope_lower95_years_per_year=None,
    better_slope_upper95_years_per_year=None,
    p_target_relative=None,
    relative_baseline=1.18,
    relative_target=1.09,
    relative_verdict="on track",
    pace="years",
    years_to_target=7.4,
    years_to_target_lower95=3.2,
    years_to_target_upper95=21.0,
)


def verdict(**changes):
    if "verdict" in changes:
        changes = {"label": changes["verdict"], **changes}
    return dataclasses.replace(VERDICT, **changes)


def window(gap=8.9, half=3.6, start=2010, *, worse=80.4, better=89.3):
    def known(value, width):
        if value is None:
            return None
        low, high = (None, None) if width is None else (value - width, value + width)
        return Estimate(value, low, high)

    return Window(
        start,
        start + 4,
        1,
        known(gap, half),
        known(worse, 1),
        known(better, 1),
        None,
        None,
        "",
        (),
    )


@pytest.mark.parametrize(
    ("share", "done"),
    [(0.5, "halved"), (0.6, "cut by 40%"), (0.496, "cut by 50.4%"), (0.999, "cut by 0.1%")],
)
def test_a_cut_is_named_with_the_decimals_that_it_has(share, done):
    assert Goal(share, 2035).done == done


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_every_verdict_of_the_contract_has_a_ground():
    for name in VERDICTS:
        assert all(words.because(verdict(verdict=name, reason="none"), RULES, 2))


def test_old_figures_say_how_old():
    found = verdict(verdict="cannot calculate", reason_code="V03", reason="old")
    assert words.because(found, RULES, 12) == (
        "The newest comparable figures are for 2010 to 2014. They end 12 years before this report.",
        "Figures more than 6 years old cannot carry a verdict.",
    )


def test_another_ground_is_said_first_and_age_is_added():
    found = verdict(verdict="cannot calculate", reason_code="V02")
    assert words.because(found, RULES, 2) == ("A side of the newest window is withheld.",)
    assert len(words.because(found, RULES, 12)) == 3
    unknown = verdict(verdict="cannot calculate")
    assert words.because(unknown, RULES, 2) == ("The reason is not recorded.",)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("on track", "80% or more counts as on track."),
        ("off track", "20% or less counts as off track."),
        ("too early to tell", "Between 20% and 80% it is too early to tell."),
        ("wrong direction", "The chance that it is getting smaller is about 95%."),
    ],
)
def test_a_verdict_names_its_line(name, line):
    first, second = words.because(verdict(verdict=name), RULES, 2)
    assert flat(first) == (
        "The chance that the gap for males is 7.1 years or less in 2035 is about 84%."
    )
    assert second == line


def test_target_met_names_both_conditions():
    assert words.because(verdict(verdict="target met"), RULES, 2)[1] == (
        "It counts as met when that chance is 80% or more, and 95% or more for the newest year "
        "observed."
    )


def test_a_chance_just_under_a_line_does_not_print_as_the_line():
    assert "79.7%" in words.chance(verdict(p_target=0.797), RULES)
    assert "20.3%" in words.chance(verdict(p_target=0.203), RULES)
    assert "10.2%" in direction.narrowing(verdict(p_narrowing=0.102), RULES)


def test_a_chance_that_one_decimal_would_print_as_the_line_is_just_over_or_under_it():
    assert "about 80.0%" not in words.chance(verdict(p_target=0.80001), RULES)
    assert "just over 80%" in words.chance(verdict(p_target=0.80001), RULES)
    assert "just under 80%" in words.chance(verdict(p_target=0.79999), RULES)


def test_the_other_sexs_chance_names_its_own_target():
    found = verdict(sex="female", target_gap_years=5.7)
    assert flat(words.other_chance(found, RULES)) == (
        "For females it is about 84%, for a target of 5.7 years."
    )
    assert words.other_chance(verdict(p_target=None), RULES) == ""
    assert words.other_chance(verdict(target_gap_years=None), RULES) == ""


def test_missing_chances_are_said():
    assert "cannot be calculated" in words.chance(verdict(p_target=None), RULES)
    assert "cannot be calculated" in direction.narrowing(verdict(p_narrowing=None), RULES)


def test_the_size_of_the_gap_comes_with_its_uncertainty():
    short, sure = words.gap_size(window(), "", "male")
    assert flat(short) == "The gap for males was 8.9 years in 2010 to 2014."
    assert flat(sure) == "It could plausibly have been anywhere from 5.3 to 12.5 years."


def test_a_gap_that_may_be_nothing_says_so():
    assert (
        "These figures also fit no gap at all." in words.gap_size(window(1.0, 2.0), "", "male")[1]
    )
    assert "no gap at all" not in words.gap_size(window(3.0, 2.0), "", "male")[1]
    assert "also fit no gap" in words.other_sex(window(1.0, 2.0), "female", "")
    assert "no gap" not in words.other_sex(window(3.0, 2.0), "female", "")
    assert [bool(no_gap(*ends)) for ends in ((-1, 1), (0, 1), (-1, 0), (0.1, 1))] == [
        True,
        True,
        True,
        False,
    ]


def test_a_gap_without_interval_says_that_it_is_not_known_how_sure():
    assert words.gap_size(window(half=None), "", "male")[1] == "How sure that is, is not known."


def test_a_withheld_gap_gives_its_reason_and_no_number():
    short, sure = words.gap_size(window(None), "a side is withheld", "male")
    assert short == "The gap for males cannot be given for 2010 to 2014: a side is withheld."
    assert sure == ""
    assert "the reason is not recorded" in words.withheld("The gap", "2014", "")


def test_both_ends_are_told_apart_or_left_out():
    text = flat(words.both_ends(window(), "male", "the north", "Castle"))
    assert text == (
        "Male life expectancy at birth was 80.4 years in the north and 89.3 years in Castle."
    )
    assert words.both_ends(window(worse=None), "male", "a", "b") == ""
    assert "80.42" in words.both_ends(window(worse=80.42, better=80.44), "male", "a", "b")


def test_the_other_sex_has_a_sentence_in_every_case():
    assert flat(words.other_sex(window(), "female", "")) == (
        "For females the gap was 8.9 years (plausibly 5.3 to 12.5)."
    )
    assert words.other_sex(None, "female", "") == "For females there is no comparable figure."
    assert flat(words.other_sex(window(half=None), "female", "")) == (
        "For females the gap was 8.9 years."
    )
    assert "cannot be given" in words.other_sex(window(None), "female", "withheld")


def test_no_direction_is_named_when_the_interval_holds_zero():
    unclear = verdict(slope_upper95_years_per_year=0.4)
    short, how = direction.direction(unclear, window(start=2002), window(), "in Castle")
    assert short == "We cannot tell."
    assert "0.7 years smaller or 0.4 years bigger" in flat(how)
    for banned in ("rose", "fell", "narrowed", "widened"):
        assert banned not in short + how


def test_a_slope_limit_of_exactly_zero_is_not_a_direction():
    for low, high in ((-0.4, 0.0), (0.0, 0.4)):
        found = verdict(slope_lower95_years_per_year=low, slope_upper95_years_per_year=high)
        short, how = direction.direction(found, window(start=2002), window(), "in Castle")
        assert short == "We cannot tell."
        assert "no different" in how


def test_a_clear_direction_is_named_with_its_pace():
    short, how = direction.direction(verdict(), window(start=2002), window(), "in Castle")
    assert short == "The gap for males narrowed between 2002 to 2006 and 2010 to 2014."
    assert flat(how) == "The change is about 0.4 years a year (plausibly 0.1 to 0.7)."
    wider = verdict(
        slope_years_per_year=0.4, slope_lower95_years_per_year=0.1, slope_upper95_years_per_year=0.7
    )
    assert direction.direction(wider, window(start=2002), window(), "in Castle")[0].startswith(
        "The gap for males widened"
    )


def test_too_few_figures_have_no_direction():
    for changes in ({"slope_years_per_year": None}, {"slope_lower95_years_per_year": None}):
        assert (
            direction.direction(verdict(**changes), window(), window(), "in Castle")[0]
            == "We cannot tell."
        )
    assert direction.direction(verdict(), None, None, "in Castle")[0] == "We cannot tell."


def difference(before, after):
    """The change of the gap from one window to the other, as the verdict has it."""
    held = [w.gap for w in (before, after)]
    if None in held or any(gap.lower is None for gap in held):
        return None
    return change_between(
        *((w.start, w.end) for w in (before, after)),
        gaps=tuple(gap.value for gap in held),
        errors=tuple((gap.upper - gap.lower) / WIDTH_SE for gap in held),
    )


def test_a_change_since_the_baseline_that_chance_could_make_is_called_that():
    before, after = window(14.1, 4.6, 2005), window(8.9, 3.6)
    text = flat(since_baseline(before, after, difference(before, after)))
    assert "14.1 years in 2005 to 2009, the baseline, and 8.9 years in 2010 to 2014" in text
    assert "could be chance" in text


def test_a_change_since_the_baseline_beyond_chance_is_called_that():
    before, after = window(14.1, 1.0, 2005), window(8.9, 1.0)
    text = since_baseline(before, after, difference(before, after))
    assert "more than sampling error alone would explain" in text
    assert "chance" not in text


def test_a_change_without_interval_or_without_change_says_only_the_figures():
    before, after = window(14.1, None, 2005), window(8.9)
    assert since_baseline(before, after, None).endswith("2010 to 2014.")
    assert "both in" in since_baseline(window(8.9, start=2005), after, None)
    assert since_baseline(window(None), after, None) == ""


def test_the_newest_figure_never_prints_equal_to_a_target_it_differs_from():
    def told(value, half=0.01):
        return flat(against_target(window(value, half).gap, 6.0, 2035))

    assert "At 6.04 years it is above the target of 6.00 years for 2035. One figure" in told(6.04)
    assert "below the target of 6.0 years for 2035. One figure" in told(5.2)
    assert told(6.0) == "That figure equals the target for 2035."
    assert "for 2035. One figure" in told(6.04, None)


def test_a_figure_whose_interval_holds_the_target_says_that_the_true_gap_may_be_on_its_other_side():
    def told(value):
        return against_target(window(value, 2.0).gap, 6.0, 2035)

    assert ", but the true gap may already have been at it. One figure" in told(7.0)
    assert ", but the true gap may still have been above it. One figure" in told(5.0)
    assert "true gap" not in told(9.0)


def test_what_is_needed():
    assert flat(words.needed(verdict())) == (
        "To keep the promise, the gap for males must be 7.1 years or less in 2035."
    )
    assert "baseline gap is missing" in words.needed(verdict(target_gap_years=None))


def test_a_described_side_gets_an_article_and_a_name_does_not():
    assert phrase("North of the borough") == "the north of the borough"
    assert phrase("Knightsbridge and Belgravia") == "Knightsbridge and Belgravia"
