"""Years of the pandemic are named below the verdict, with what leaving them out would say."""

import pandas as pd
import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples
from tests.unit.reporting.test_doubts import choice

from gapwatch.reporting.chapters.trajectory import words as trajectory_words
from gapwatch.reporting.chapters.verdict.pandemic import sentences, without
from gapwatch.reporting.chapters.verdict.section import banner
from gapwatch.reporting.evidence.rows import touched

WITHOUT = "without windows that include 2020 or 2021"
MADE = choice("as calculated", "on track")


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (choice(WITHOUT, "on track"), "Without them the verdict would be the same."),
        (choice(WITHOUT, "off track"), "Without them the verdict would be “off track”."),
        (choice(WITHOUT, "cannot calculate"), "Without them there would be no verdict."),
    ],
)
def test_leaving_them_out_is_told_with_what_it_would_say(row, text):
    assert without([MADE, row], 6) == text
    assert without([MADE, row], 1) == text.replace("them", "it")
    assert without([MADE], 6) == ""


def case(*rows, **verdict):
    tables = computed.tables(**({"verdict": "on track"} | verdict))
    held = [
        vars(row)
        | {"choice_code": row.what.code, "choice_arguments": row.what.written}
        | {"measure": computed.MEASURE, "sex": "male", "position": place}
        for place, row in enumerate(rows, 1)
    ]
    if held:
        tables["sensitivity"] = pd.DataFrame(held)
    return samples.case(computed.study(), computed.facts(), tables)


def test_figures_that_hold_such_a_year_are_counted():
    assert sentences(case()) == ("2 of 20 figures hold a year of the pandemic (2020 or 2021).",)
    assert [(window.start, window.end) for window in touched(case().comparable)] == [
        (2020, 2020),
        (2021, 2021),
    ]


def test_it_is_said_right_below_the_verdict():
    rows = (MADE, choice(WITHOUT, "too early to tell"))
    assert banner(case(*rows)).because == (
        (
            "2 of 20 figures hold a year of the pandemic (2020 or 2021). Without them the verdict "
            "would be “too early to tell”."
        ),
    )


@pytest.mark.parametrize(("name", "told"), [("on track", False), ("off track", True)])
def test_a_window_that_decides_the_verdict_is_named_first_of_all(name, told):
    found = banner(case(MADE, choice("without 2023", name)))
    line = "One window decides this for males: without 2023 the verdict would be “off track”."
    assert found.headline.startswith(line) == told
    assert ("One window decides" in found.headline) == told


def test_of_several_such_windows_the_newest_is_named():
    rows = (MADE, choice("without 2022", "off track"), choice("without 2023", "too early to tell"))
    assert banner(case(*rows)).headline.startswith(
        "One window decides this for males: without 2023 the verdict would be “too early to tell”, "
        "and 1 other window would change it too."
    )


def test_the_newest_is_said_to_be_among_them():
    tables = computed.tables(verdict="on track")
    tables["gap"] = computed.gap(tuple(range(2004, 2024)), length=5)
    found = samples.case(computed.study(), computed.facts(), tables)
    assert sentences(found)[0].startswith("4 of 16 figures hold")
    assert sentences(found)[0].endswith(", the newest among them.")


def test_without_a_verdict_only_the_years_are_told_and_without_such_years_nothing():
    rows = (MADE, choice(WITHOUT, "off track"), choice("without 2023", "off track"))
    assert sentences(case(*rows, verdict="cannot calculate")) == sentences(case())
    before = samples.case(samples.study(), samples.facts(), samples.tables("on track"))
    assert sentences(before) == ()
    assert "light band" not in trajectory_words.alt(before)


def test_the_chart_says_in_words_what_its_band_marks():
    assert "A light band marks the 2 windows that include 2020 or 2021." in (
        trajectory_words.alt(case())
    )
    assert "Light band: windows that include 2020 or 2021, years of the pandemic." in (
        trajectory_words.notes(case())
    )
