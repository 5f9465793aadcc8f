"""Where there is no verdict a report helps: what is needed, who has it, how to ask for it."""

import pandas as pd
import pytest
from tests.conftest import ROOT
from tests.unit.reporting import samples

from gapwatch.gap.spread import spreads
from gapwatch.reporting.build import build_report
from gapwatch.reporting.chapters.needed.section import earliest, section, who_has_it
from gapwatch.reporting.document import Items
from gapwatch.reporting.language.country import ENGLAND, offices_of


def case(verdict="cannot calculate", code="E06000001", invented="", **changes):
    study = samples.study()
    heading = study.study.model_copy(update={"area_code": code, "invented": invented})
    study = study.model_copy(update={"study": heading})
    tables = samples.tables(verdict, reason_code="V03", **changes)
    return samples.case(study, samples.old_facts(), tables)


def words(found):
    texts = []
    for block in section(found).blocks:
        texts += block.items if isinstance(block, Items) else [getattr(block, "text", "")]
    return " ".join(texts).replace("\N{NO-BREAK SPACE}", " ")


def test_it_comes_first_and_only_without_a_verdict():
    found = case()
    report = build_report(found.study, found.facts, found.tables)
    assert report.sections[0].id == "needed"
    assert section(case("off track")).blocks == ()


def test_englands_offices_are_named_in_england_alone():
    assert "Office for National Statistics (ONS)" in words(case())
    assert "director of public health" in words(case())
    for elsewhere in (case(code="S12000036"), case(invented="Invented figures.")):
        told = words(elsewhere)
        for name in ("England", "ONS", "Office for National", "LSOA", "director"):
            assert name not in told
        assert len(who_has_it(elsewhere)) == 2


def test_no_other_module_names_them():
    names = ("(ONS)", "Office for National Statistics", "director of public health")
    folder = ROOT / "src" / "gapwatch" / "reporting"
    held = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if any(name in path.read_text(encoding="utf-8") for name in names)
    }
    assert held == {"language/country.py"}
    assert offices_of(case().study) == ENGLAND


def test_the_letter_asks_for_all_that_a_verdict_needs():
    told = words(case())
    for part in (
        "Subject: Deaths by lower layer super output area (LSOA), sex and age in Riverton",
        "from 2004 to the newest that is complete",
        "residents of Riverton (E06000001):",
        "of usual residence",
        "under 1, 1 to 4, 5 to 9",
        "noughts given or said to be left out",
        "cut the gap between the west and the east of Riverton",
    ):
        assert part.lower() in told.lower()


@pytest.mark.parametrize(
    ("year", "text"),
    [
        (2026, "A verdict is possible from 2026 on, in the first report made with such figures."),
        (None, "No figure to come would bring a verdict by itself"),
    ],
)
def test_the_earliest_year_is_that_of_the_table(year, text):
    assert text in earliest(case(earliest_verdict_year=year))


def life(values, geography="msoa2021", start=2016, sex="male", half=2.5):
    return pd.DataFrame(
        [
            {
                "geography": geography,
                "area_code": f"E0200000{place}",
                "area_name": f"Riverton 00{place}",
                "sex": sex,
                "period_start": start,
                "period_end": start + 4,
                "life_expectancy_years": value,
                "lower95_years": None if value is None else value - half,
                "upper95_years": None if value is None else value + half,
            }
            for place, value in enumerate(values, 1)
        ]
    )


def test_the_spread_is_of_the_newest_figures_of_each_kind():
    table = spreads(
        pd.concat([life([70.0, 90.0, 99.0], start=2009), life([84.0, None, 77.3, 96.3])])
    )
    (row,) = table.to_dict("records")
    assert (row["period_start"], row["areas"]) == (2016, 3)
    assert (row["lowest_name"], row["highest_name"]) == ("Riverton 003", "Riverton 004")
    assert row["spread_years"] == pytest.approx(19.0)
    assert spreads(life([84.0, 77.3])).empty


def elsewhere(figures):
    found = case()
    tables = {**found.tables, "life_expectancy": figures, "spread": spreads(figures)}
    return words(type(found)(found.study, found.facts, tables))


def test_what_is_seen_elsewhere_is_told_with_why_it_differs():
    told = elsewhere(life([84.0, 77.3, 96.3]))
    assert (
        "19.0 years for males in 2016 to 2020, on 2021 MSOAs (middle layer super output areas: "
        "statistical areas of about 8,000 people): from 77.3 years in Riverton 002 (plausibly 74.8 "
        "to 79.8) to 96.3 in Riverton 003 (plausibly 93.8 to 98.8), of 3 areas with a figure. "
        "These areas are not the wards of the promise"
    ) in told
    assert "The figures hold 2020, a year of the pandemic." in told
    assert "The figures hold 2020 and 2021, years of" in elsewhere(life([84.0, 77, 96], start=2018))
    assert "pandemic" not in elsewhere(life([84.0, 77.3, 96.3], start=2010))


def test_a_spread_is_said_to_be_widened_by_chance_and_not_made_by_it():
    told = elsewhere(life([84.0, 77.3, 96.3]))
    assert "never smaller than the gap between two areas that were named beforehand" in told
    assert "chance widens it" in told
    assert "chance alone" not in told


def test_areas_without_a_figure_and_without_limits_are_told_as_such():
    told = elsewhere(life([84.0, None, 77.3, 96.3]))
    assert "of 3 areas with a figure; 1 more is withheld." in told
    assert "; 2 more are withheld." in elsewhere(life([84.0, None, 77.3, None, 96.3]))
    bare = elsewhere(life([84.0, 77.3, 96.3]).assign(upper95_years=None))
    assert "from 77.3 years in Riverton 002 to 96.3 in Riverton 003, of 3 areas" in bare
