"""What the report says of how restricted deaths were protected, and what it cost."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.attacker.places import study
from tests.unit.reporting import samples

from gapwatch.reporting.chapters.quality import disclosure as quality_disclosure
from gapwatch.reporting.evidence.case import Case


def case(*, second: tuple[str, str] = ("E1", "E2"), **disclosure: object) -> Case:
    frame = pd.DataFrame(
        {
            "geography": ["ward2011", "ward2024", "ward2024"],
            "area": ["E0", *second],
            "period_end": [2024, 2025, 2025],
            "reason": ["", "", "D01"],
            "life_expectancy_years": [80.0, 81.0, None],
            "deaths_persons": [40.0, None, None],
        }
    )
    return Case(study(**disclosure), samples.facts(), {"computed_life_expectancy": frame})


def test_the_report_says_what_was_done_and_what_is_missing() -> None:
    told = quality_disclosure.sentences(case())
    assert "read once: figures of years up to 2025 stay as they are for good" in told[0]
    assert "never taken into account" in told[1]
    assert "1 of these 3 life expectancies and 2 of their numbers of deaths" in told[2]
    assert told[3].startswith("Of 2024 wards 1 of 2 life expectancies are given")
    assert told[4].startswith("No life expectancy is given for 2021 MSOAs: these areas cross")
    assert "can't be known" in told[5]


def test_areas_that_are_told_together_are_counted() -> None:
    told = quality_disclosure.sentences(case(second=("E1+E2+E3", "E4")))
    assert told[4] == (
        "Three of these areas are put together with others, as 1 larger area, because some of them "
        "overlap an area of the study by too few people."
    )
    assert "put together" not in " ".join(quality_disclosure.sentences(case()))


def test_the_study_chooses_the_level_that_is_told_beside_its_own() -> None:
    told = quality_disclosure.sentences(case(also=""))
    assert told[3].startswith("No life expectancy is given for 2024 wards and 2021 MSOAs")
    assert study(also="msoa2021").level_beside == "msoa2021"


@pytest.mark.parametrize(
    ("months", "when"),
    [
        (6, "deaths of 2026 enter from July 2027 on"),
        (1, "from February 2027 on"),
        (12, "from January 2028 on"),
        (30, "from July 2029 on"),
    ],
)
def test_the_report_says_when_the_next_year_enters(months: int, when: str) -> None:
    assert when in quality_disclosure.sentences(case(closed_after_months=months))[0]


def test_nothing_is_said_without_figures_of_our_own() -> None:
    one = Case(study(), samples.facts(), {})
    assert quality_disclosure.sentences(one) == []
