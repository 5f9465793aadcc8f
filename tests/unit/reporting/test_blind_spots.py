"""Slips that nothing in the files would show are named in the report, with how far they move it."""

from __future__ import annotations

import pandas as pd
from tests.unit.reporting import samples

from gapwatch.reporting.chapters.quality.blind_spots import BLIND_SPOTS, blocks
from gapwatch.reporting.document import Items, Paragraph, Subheading
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import unmarked


def told(*, own: bool) -> list[str]:
    tables = {"computed_life_expectancy": pd.DataFrame()} if own else {}
    heading, lead, items = blocks(Case(samples.study(), samples.facts(), tables))
    assert isinstance(heading, Subheading)
    assert isinstance(lead, Paragraph)
    assert isinstance(items, Items)
    assert lead.paper == items.paper == "annex"
    return [lead.text, *map(unmarked, items.items)]


def test_counted_deaths_and_residents_name_five_with_years_of_the_gap() -> None:
    lead, *items = told(own=True)
    assert lead.endswith("these did:")
    assert len(items) == sum(spot.own for spot in BLIND_SPOTS)
    assert all("the gap moved by up to" in item for item in items)
    assert "1.5" in next(item for item in items if "two neighbouring years" in item)


def test_published_figures_name_the_one_that_leaves_the_gap_as_it_is() -> None:
    lead, *items = told(own=False)
    assert lead.endswith("this one did:")
    assert [item.split(",")[0] for item in items] == [
        "published life expectancy at age 5 in place of that at birth"
    ]
