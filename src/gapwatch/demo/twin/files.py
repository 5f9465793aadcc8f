"""The invented borough's files, as a statistics office lays out such files: CSV on its site."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np

from gapwatch.demo.replica.world import BANDS
from gapwatch.demo.twin import asked, done, names
from gapwatch.demo.twin.borough import PER_WARD, borough
from gapwatch.demo.twin.published import IntArray, Published
from gapwatch.demo.twin.residents import FIRST_YEAR, LAST_YEAR, YEARS

SEXES = ("Females", "Males")
DEATHS, PEOPLE, LIFE, TOTALS, REFERENCE, ASKED = (
    "deaths/lsoa2011",
    "population/lsoa2011",
    "lifeexpectancy/wards",
    "wards/deathsandpopulation",
    "wards/deprivation",
    "wards/priorities",
)
NAMES = {
    DEATHS: f"deathslsoa2011from{FIRST_YEAR}to{LAST_YEAR}.csv",
    PEOPLE: f"populationlsoa2011from{FIRST_YEAR}to{LAST_YEAR}.csv",
    LIFE: "lifeexpectancywards2001to2014.csv",
    TOTALS: f"deathsandpopulationwards{FIRST_YEAR}to{LAST_YEAR}.csv",
    REFERENCE: "deprivationwards.csv",
    ASKED: f"prioritieswards{asked.YEAR}.csv",
}
DEATHS_HEADER = ("LSOA 2011 code", "LSOA 2011 name", "Year of registration", "Sex")
PEOPLE_HEADER = ("LSOA 2011 code", "LSOA 2011 name", "Mid-year", "Sex")
LIFE_HEADER = (
    "Area code",
    "Area name",
    "Area type",
    "Sex",
    "Period",
    "Life expectancy at birth",
    "Lower 95% limit",
    "Upper 95% limit",
)
TOTALS_HEADER = ("Area code", "Area name", "Area type", "Year", "Mid-year population", "Deaths")
REFERENCE_HEADER = ("Ward code", "Ward name", "Average score 2007", "Average score 2010")


def files(published: Published) -> dict[str, dict[str, bytes]]:
    """Every file by its landing page and its name."""
    made = {
        DEATHS: _by_age(DEATHS_HEADER, published.deaths),
        PEOPLE: _by_age(PEOPLE_HEADER, published.people),
        LIFE: _life(published),
        TOTALS: _totals(published),
        REFERENCE: _reference(),
        ASKED: _csv(asked.HEADER, asked.rows()),
    }
    # Residents by ward, year and single year of age, both sexes.
    people = published.twin.published
    wards = people.reshape(len(names.WARDS), PER_WARD, *people.shape[1:]).sum(axis=(1, 2))
    return {
        **{page: {NAMES[page]: content} for page, content in made.items()},
        **done.files(wards, published.seed),
    }


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode()


def _by_age(header: Sequence[str], counts: IntArray) -> bytes:
    """A row an area, sex and year, a column an age band; zeros are written, as they are counts."""
    return _csv(
        (*header, *(f"Aged {band}" for band in BANDS)),
        (
            (lsoa.code, f"{names.BOROUGH} {number:03d}A", year, sex, *of_year)
            for number, (lsoa, of_area) in enumerate(
                zip(borough().lsoas11, counts.tolist(), strict=True), 1
            )
            for sex, of_sex in zip(SEXES, of_area, strict=True)
            for year, of_year in zip(YEARS.tolist(), of_sex, strict=True)
        ),
    )


def _life(published: Published) -> bytes:
    return _csv(
        LIFE_HEADER,
        (
            (
                f.code,
                f.name,
                f.kind,
                f.sex,
                f"{f.first} - {f.last % 100:02d}",
                *(
                    "" if x is None else f"{x:.1f}"
                    for x in (f.found.value, f.found.lower, f.found.upper)
                ),
            )
            for f in published.ward_figures()
        ),
    )


def _totals(published: Published) -> bytes:
    """Wards and the borough; the borough's are the publisher's own totals of the same counts."""
    deaths, people = (array.sum(axis=(1, 3)) for array in published.wards)
    areas = [(ward.code, ward.name, "Ward") for ward in borough().wards]
    areas.append((names.BOROUGH_CODE, names.BOROUGH, "Borough"))
    people, deaths = (np.vstack([array, array.sum(axis=0)]) for array in (people, deaths))
    return _csv(
        TOTALS_HEADER,
        (
            (*area, int(year), int(people[number, at]), int(deaths[number, at]))
            for number, area in enumerate(areas)
            for at, year in enumerate(YEARS)
        ),
    )


def _reference() -> bytes:
    """Scores of both years are the same: the borough's deprivation stands still."""
    return _csv(
        REFERENCE_HEADER,
        (
            (ward.code, ward.name, *[f"{names.score(plan.deprivation):.2f}"] * 2)
            for ward, plan in zip(borough().wards, names.WARDS, strict=True)
        ),
    )
