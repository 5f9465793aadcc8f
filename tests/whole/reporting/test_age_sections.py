"""Which ages make the gap, and what it would take: whole sections from the tables."""

import dataclasses
import re

import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples

from gapwatch.contracts import AGE_CONTRIBUTION, CUT, GAP_CHANGE
from gapwatch.reporting.chapters.ages import change as age_changes
from gapwatch.reporting.chapters.ages import section as section_ages
from gapwatch.reporting.chapters.ages.rows import newest
from gapwatch.reporting.chapters.ages.tables import contribution_table, groups_table
from gapwatch.reporting.chapters.cut import section as section_take
from gapwatch.reporting.document import Items, Paragraph, ReportFigure, ReportTable, Subheading
from gapwatch.study import Break


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def texts(section):
    return [flat(block.text) for block in section.blocks if isinstance(block, Paragraph)]


def of_kind(section, kind):
    return [block for block in section.blocks if isinstance(block, kind)]


def ages(**changes):
    return section_ages.section(computed.case(**changes), 6)


def test_a_study_without_the_tables_has_no_such_sections():
    case = samples.case(samples.study(), samples.facts(), samples.tables())
    assert section_ages.section(case, 6).blocks == ()
    assert section_take.section(case).blocks == ()
    assert section_ages.panels(case) == ()
    assert age_changes.panels(case) == ()


def test_the_ages_are_told_drawn_and_tabled_with_their_own_window():
    section = ages()
    said = texts(section)
    assert said[0] == (
        "The gap is the sum of what each age adds to it. An age adds to it when people of that age "
        "die more often in the west of the town than in Castle. It was 5.7 years for males in 2019 "
        "to 2023 and 4.0 years for females in 2019 to 2023."
    )
    assert said[1] == (
        "A window of the trend has too few deaths to tell ages apart. So these figures take five "
        "years together."
    )
    assert said[2].startswith("For males, mortality is clearly higher in the west of the town at")
    assert said[3].startswith("For females, ")
    assert "of 40 bands about 2 would" in said[4]
    figure, change = of_kind(section, ReportFigure)
    assert (figure.id, figure.number, change.id, change.number) == ("ages", 6, "change", 7)
    assert figure.title == (
        "Ages 45 to 79 clearly widen the gap for males, and ages 50 to 79 for females"
    )
    assert "males and females, West of the town v Castle, 2019 to 2023" in figure.subtitle
    assert [table.id for table in figure.tables] == ["table-ages-west-v-castle"]
    assert figure.tables[0].rows[13] == ("60 to 64", "1.19 (0.84 to 1.54)", "0.83 (0.48 to 1.18)")


def test_the_alternative_text_says_what_the_charts_show():
    figure, change = of_kind(ages(), ReportFigure)
    assert flat(figure.alt) == (
        "Dot plot of the years that each age band adds to the gap, each with a 95% interval. For "
        "males the dots run from −0.5 years at 90 and over to 1.2 years at 60 to 64. 8 of 20 are "
        "called clear. For females the dots run from −0.4 years at 90 and over to 0.8 "
        "years at 60 to 64. 6 of 20 are called clear."
    )
    assert change.alt == (
        "Dot plot of two series by age band: circles for West of the town, diamonds for Castle, "
        "each with a 95% interval. For males 0 of 20 of West of the town are called clear and 0 of "
        "20 of Castle are called clear. For females 0 of 20 of West of the town are called clear "
        "and 0 of 20 of Castle are called clear."
    )


def test_windows_as_long_as_those_of_the_trend_need_no_explanation():
    case = computed.case(gap=computed.gap(tuple(range(2004, 2024)), length=5))
    assert case.newest.years == 5
    assert not any("too few deaths" in text for text in texts(section_ages.section(case, 1)))


def test_beside_published_figures_it_is_said_that_nothing_rests_on_them():
    case = samples.case(computed.study(decides=False), computed.facts(), computed.tables())
    said = texts(section_ages.section(case, 6))
    assert "They are computed from deaths and residents. No verdict rests on them." in said
    assert not any("No verdict rests" in text for text in texts(ages()))


def test_broad_groups_add_up_to_the_gap_and_carry_no_interval():
    (table,) = [t for t in of_kind(ages(), ReportTable) if t.id == "table-age-groups"]
    assert [row[0] for row in table.rows] == [
        "Under 1",
        "1 to 14",
        "15 to 39",
        "40 to 64",
        "65 to 79",
        "80 and over",
        "All ages: the gap",
    ]
    assert not any("(" in cell for row in table.rows for cell in row)
    assert sum(float(row[1].replace("−", "-")) for row in table.rows[:-1]) == pytest.approx(
        float(table.rows[-1][1]), abs=0.3
    )


def test_there_are_no_groups_where_they_would_not_be_exact():
    rows = [row for row in computed.contributions() if row["age_start_years"] != 20]
    case = computed.case(age_contribution=computed.made(AGE_CONTRIBUTION, rows))
    found = [(sex, newest(case, computed.MEASURE, sex)) for sex in case.sexes]
    assert groups_table(case, found) is None
    assert groups_table(case, [("male", ())]) is None
    section = section_ages.section(case, 6)
    assert "table-age-groups" not in [table.id for table in of_kind(section, ReportTable)]


def test_withheld_ages_are_told_and_not_drawn():
    hidden = {
        "contribution_years": None,
        "lower95_years": None,
        "upper95_years": None,
        "gap_years": None,
        "reason": "D01",
    }
    every = computed.made(AGE_CONTRIBUTION, computed.contributions(**hidden))
    section = ages(age_contribution=every, gap_change=None)
    assert of_kind(section, ReportFigure) == []
    assert sum("the ages cannot be given: too few deaths" in text for text in texts(section)) == 2
    rows = computed.contributions()
    rows[33] |= hidden
    case = computed.case(age_contribution=computed.made(AGE_CONTRIBUTION, rows))
    table = contribution_table(case, case.measure)
    assert sum("withheld: too few deaths" in cell for row in table.rows for cell in row) == 1


def test_another_measures_ages_are_pointed_at():
    rows = computed.contributions() + computed.contributions(measure="extremes")
    section = ages(age_contribution=computed.made(AGE_CONTRIBUTION, rows))
    pointer = "The ages of every other measure are in data/age_contribution.csv."
    assert pointer in texts(section)
    assert pointer not in texts(ages())
    assert "table-ages-extremes" not in [table.id for table in of_kind(section, ReportTable)]


def test_an_age_that_one_sex_lacks_is_not_available():
    rows = [r for r in computed.contributions() if (r["sex"], r["age_start_years"]) != ("male", 0)]
    case = computed.case(age_contribution=computed.made(AGE_CONTRIBUTION, rows))
    table = contribution_table(case, case.measure)
    assert table.rows[0][1] == "not available"
    assert contribution_table(case, case.study.measures[1]) is None


FALLS = {
    "better_slope_years_per_year": -0.1,
    "better_slope_lower95_years_per_year": -0.15,
    "better_slope_upper95_years_per_year": -0.05,
}
STILL = {
    f"{side}_slope_{limit}years_per_year": value
    for side in ("worse", "better")
    for limit, value in (("", 0.0), ("lower95_", -0.1), ("upper95_", 0.1))
}


def told(**verdict):
    """The section with trends of the sides as they are given."""
    tables = computed.tables(**verdict)
    return section_ages.section(samples.case(computed.study(), computed.facts(), tables), 3)


def test_both_ends_are_told_a_sex_and_levelling_down_is_named():
    section = told(**FALLS)
    said = [text for text in texts(section) if text.startswith(("Males.", "Females."))]
    assert len(said) == 2
    assert said[0] == (
        "Males. Between 2004 to 2008 and 2019 to 2023 the figure for the gap became 2.1 years "
        "smaller: the worse-off side took 1.2 years off it, and the better-off side took 0.9 years "
        "off it. Life expectancy rose in the west of the town, by the trend through all windows. "
        "Between these two windows its own change took 1.2 years off the gap (plausibly 0.7 to "
        "1.7). Life expectancy fell in Castle, by the trend through all windows. Between these two "
        "windows its own change took 0.9 years off the gap (plausibly 0.4 to 1.4). Part of the "
        "narrowing is Castle getting worse. That part is levelling down and no success."
    )
    change = of_kind(section, ReportFigure)[1]
    assert change.title.startswith("Males and females: partly levelling down: life expectancy")


def test_nothing_rises_falls_or_levels_down_within_chance():
    # What two windows leave open or are sure of makes no difference to it.
    said = " ".join(text for text in texts(told(**STILL)) if text.startswith("Males."))
    assert said.count("no change is clear by the trend through all windows") == 2
    assert not re.search(r"\b(rose|fell|narrowed|widened|levelling)\b", said)


def test_it_is_said_that_two_windows_are_less_than_a_trend():
    assert "can leave open what the trend is sure of." in " ".join(texts(ages()))


def test_the_totals_stand_in_one_table_and_withheld_ones_say_why():
    (totals,) = [t for t in of_kind(ages(), ReportTable) if t.id == "table-change"]
    assert totals.rows[0] == (
        "West of the town v Castle, males",
        "2004 to 2008 and 2019 to 2023",
        "−1.2 (−1.7 to −0.7)",
        "−0.9 (−1.4 to −0.4)",
    )
    gone = dict.fromkeys(
        (
            "change_years",
            "lower95_years",
            "upper95_years",
            "side_total_years",
            "side_lower95_years",
            "side_upper95_years",
        ),
    ) | {"reason": "S01"}
    rows = [row | (gone if row["side"] == "better" else {}) for row in computed.changes()]
    section = ages(gap_change=computed.made(GAP_CHANGE, rows))
    (totals,) = [t for t in of_kind(section, ReportTable) if t.id == "table-change"]
    assert totals.rows[0][3] == "withheld: fewer than 5,000 person-years"
    assert of_kind(section, ReportFigure)[1].tables[0].rows[0][2].startswith("withheld")
    every = ages(gap_change=computed.made(GAP_CHANGE, [row | gone for row in rows]))
    assert [figure.id for figure in of_kind(every, ReportFigure)] == ["ages"]
    worse = [row for row in computed.changes() if row["side"] == "worse"]
    section = ages(gap_change=computed.made(GAP_CHANGE, worse))
    (totals,) = [t for t in of_kind(section, ReportTable) if t.id == "table-change"]
    assert totals.rows[0][3] == "not available"
    assert of_kind(section, ReportFigure)[1].tables[0].rows[0][2] == "not available"


def test_no_change_is_told_across_a_break():
    study = computed.study()
    broken = study.geography.model_copy(
        update={"breaks": (Break(first_period=(2012, 2012), reason="Another base."),)}
    )
    study = study.model_copy(update={"geography": broken})
    case = samples.case(study, computed.facts(), computed.tables())
    assert age_changes.panels(case) == ()
    assert age_changes.blocks(case, 7) == [
        Subheading("Which side made the gap change"),
        Paragraph(
            "The baseline and the newest window stand on two sides of a break, so what changed "
            "between them cannot be told by side."
        ),
    ]
    before = study.geography.model_copy(
        update={"breaks": (Break(first_period=(2004, 2004), reason="Another base."),)}
    )
    case = samples.case(
        study.model_copy(update={"geography": before}), computed.facts(), computed.tables()
    )
    assert len(age_changes.panels(case)) == 2


def take(**changes):
    return section_take.section(computed.case(**changes))


def test_what_it_would_take_is_arithmetic_and_says_so_first():
    said = texts(take())
    assert said[0].startswith("This is arithmetic on the death rates of one window. It is no ")
    assert "no forecast and no plan" in said[0]
    assert said[1] == (
        "Suppose that at some ages the same share of all deaths in the west of the town were "
        "avoided, and that nothing changed in Castle. Which share would bring the gap to its "
        "target?"
    )


def test_every_cut_is_told_widest_ages_first():
    section = take()
    assert flat(of_kind(section, Subheading)[0].text) == (
        "Males: 8.1 years in 2019 to 2023, and a target of 5.0 years"
    )
    assert [flat(text) for text in of_kind(section, Items)[0].items] == [
        "About 27% fewer deaths of males at all ages. That is about 62 deaths a year.",
        "About 41% fewer deaths of males at ages under 75. That is about 45 deaths a year.",
        (
            "Not reachable at ages 15 to 39 alone: even without any death of males at ages 15 to "
            "39, the gap would stay above 5.0 years."
        ),
    ]
    assert texts(section)[2] == "The gap itself is uncertain, and so are the cuts."


def test_the_interval_of_the_gap_is_told_where_it_is_known():
    rows = [row | {"period_start": 2023, "period_end": 2023} for row in computed.cuts()]
    assert (
        "plausibly be anywhere from 6.5 to 10.0 years, so the cuts are as uncertain."
        in (texts(take(cut=computed.made(CUT, rows)))[2])
    )


def test_no_cut_is_needed_when_the_gap_is_there():
    rows = computed.cuts(cut_share=0.0, deaths_a_year=0.0, reason="", gap_years=4.0)
    section = take(cut=computed.made(CUT, rows))
    assert of_kind(section, Items) == []
    assert texts(section)[2:] == ["No cut is needed: the gap is at the target already."] * 2
    assert {row[5:] for row in of_kind(section, ReportTable)[0].rows} == {("none", "0")}


def test_the_table_holds_every_measure_and_sex():
    rows = computed.cuts() + computed.cuts(
        measure="extremes", reason="G01", cut_share=None, deaths_a_year=None
    )
    (table,) = of_kind(take(cut=computed.made(CUT, rows)), ReportTable)
    assert table.rows[0] == (
        "West of the town v Castle, males",
        "2019 to 2023",
        "All ages",
        "8.1",
        "5.0",
        "27%",
        "62",
    )
    assert table.rows[2][5:] == ("not reachable", "–")
    assert table.rows[6][5:] == ("withheld: a value of the group is withheld or missing", "–")
    assert table.folded


def test_a_cut_of_few_deaths_is_not_rounded_to_none():
    rows = computed.cuts(cut_share=0.2, deaths_a_year=0.4, reason="")
    (table,) = of_kind(take(cut=computed.made(CUT, rows)), ReportTable)
    assert {row[6] for row in table.rows} == {"less than 1"}
    rows = computed.cuts(cut_share=0.2, deaths_a_year=None, reason="")
    (table,) = of_kind(take(cut=computed.made(CUT, rows)), ReportTable)
    assert {row[6] for row in table.rows} == {"withheld"}


def test_a_provisional_window_is_no_ground_for_a_cut():
    rows = [row | {"period_start": 2024, "period_end": 2024} for row in computed.cuts()]
    assert take(cut=computed.made(CUT, rows)).blocks == ()


def test_the_sections_of_a_case_are_the_same_whatever_the_order_of_the_rows():
    mixed = {
        name: computed.tables()[name].sample(frac=1, random_state=3)
        for name in ("age_contribution", "gap_change", "cut")
    }
    assert dataclasses.asdict(take(**mixed)) == dataclasses.asdict(take())
    assert dataclasses.asdict(ages(**mixed)) == dataclasses.asdict(ages())
