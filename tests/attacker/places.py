"""A small invented borough whose restricted deaths change: small areas, and three kinds of areas.

Wards of 2011 are the study's own. Wards of 2024 and MSOAs cross them, so that one of each kind may
meet in a single small area (LSOA).
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from gapwatch.contracts import LOOKUP, SEXES
from gapwatch.contracts.inputs import AREA_REFERENCE, POPULATION_DEATHS
from gapwatch.study import Study
from tests.unit.counting import worlds

PLACE, BASE, BLOCK = "E09000099", "census2021", "lsoa2021"
BLOCKS = tuple(f"E010000{n:02}" for n in range(12))
WARDS = tuple(f"E0500000{n}" for n in range(4))
KINDS = ("ward2011", "ward2024", "msoa2021")
AGES = (0, 1, 5, 15, 40, 65, 75, 85)
YEARS = tuple(range(2018, 2026))
CLOSING_MONTHS = 6
_GROUPS = {
    "ward2011": [(0, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10, 11)],
    "ward2024": [(11, 0, 1), (2, 3, 4), (5, 6, 7), (8, 9, 10)],
    "msoa2021": [(0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11)],
}
_PEOPLE = np.array([11.0, 44, 130, 410, 300, 90, 50, 15])
_RATES = np.array([0.004, 0.0002, 0.0002, 0.001, 0.006, 0.022, 0.055, 0.16])


def code(kind: str, number: int) -> str:
    """Code of the area of a kind."""
    prefix = {"ward2011": "E0500000", "ward2024": "E0510000", "msoa2021": "E0200000"}[kind]
    return f"{prefix}{number}"


@cache
def members() -> dict[tuple[str, str], frozenset[int]]:
    """Small areas by kind and code of every area that may be published.

    Zones and the borough are among them, and areas of a kind that are told together.
    """
    found = {
        (kind, "+".join(code(kind, at) for at in together)): frozenset(
            block for at in together for block in groups[at]
        )
        for kind, groups in _GROUPS.items()
        for many in range(1, len(groups) + 1)
        for together in itertools.combinations(range(len(groups)), many)
    }
    found["side", "north"] = frozenset(range(6))
    found["side", "south"] = frozenset(range(6, 12))
    found["borough", PLACE] = frozenset(range(12))
    return found


def study(levels: Iterable[str] = KINDS, *, window: int = 3, **disclosure: object) -> Study:
    """North against south, and one ward against another, from an extract that is restricted."""
    source = {
        "id": "local-deaths",
        "kind": "file",
        "table": "deaths",
        "next_expected": "monthly",
        "title": "Deaths",
        "publisher": "The council",
        "licence": "Not to be passed on",
        "attribution": "The council",
        "path": "extract.csv",
        "add_up": True,
        "dates": "yyyy-mm-dd",
        "header": ["Registered"],
        "restricted": True,
        "columns": {
            "area_code": "Area",
            "area_name": "Area",
            "sex": "Sex",
            "age": "Age",
            "date": "Registered",
        },
        "constants": {"geography": BLOCK, "deaths_persons": "1"},
        "units": {"deaths_persons": "persons"},
    }
    return Study.model_validate(
        {
            "study": {"id": "invented", "place": "Invented", "area_code": PLACE, "title": "Gap"},
            "promise": {
                "text": "halve it",
                "made_by": "nobody",
                "source": "nowhere",
                "sex": "male",
                "stated_worse_years": 70,
                "stated_better_years": 80,
                "stated_gap_years": 10,
                "baseline_period": [YEARS[0], YEARS[0] + window - 1],
                "share_of_baseline": 0.5,
                "deadline_year": 2035,
            },
            "geography": {
                "vintage": "ward2011",
                "deprivation": "imd2010_average_score",
                "areas": [
                    {"code": ward, "name": f"Ward {at}", "row": 0, "column": at}
                    for at, ward in enumerate(WARDS)
                ],
            },
            "zones": {
                "north": {"name": "North", "definition": "two wards", "areas": WARDS[:2]},
                "south": {"name": "South", "definition": "two wards", "areas": WARDS[2:]},
            },
            "measures": [
                {
                    "id": "zones",
                    "title": "North v south",
                    "kind": "pooled",
                    "primary": True,
                    "worse": "north",
                    "better": "south",
                },
                {
                    "id": "wards",
                    "title": "Ward v ward",
                    "kind": "pair",
                    "worse": WARDS[0],
                    "better": WARDS[2],
                },
            ],
            "simulation": {"seed": 7, "draws": 1000},
            "sources": [
                source,
                {"id": "people", "table": "population", "next_expected": "never"},
                *(
                    {"id": f"to-{kind}", "table": "lookup", "next_expected": "never"}
                    for kind in KINDS
                ),
            ],
            "computed": {
                "decides": True,
                "bases": [BASE],
                "area_window_years": window,
                "side_window_years": [window],
                "age_starts": list(AGES),
                "levels": [
                    {"geography": kind, "paths": {BLOCK: [f"to-{kind}"]}} for kind in levels
                ],
            },
            "disclosure": {"closed_after_months": CLOSING_MONTHS, **disclosure},
        }
    )


@dataclass(frozen=True)
class Death:
    """One death: where, whom, when; from which day the extract has it, and to which."""

    block: int
    sex: int
    year: int
    month: int
    age: int
    registered: dt.date
    withdrawn: dt.date = dt.date.max

    def held(self, day: dt.date) -> bool:
        """Whether the extract of a day has it."""
        return self.registered <= day < self.withdrawn


@dataclass(frozen=True)
class History:
    """Every death ever registered; residents (blocks, bands) of either sex, alike in each year."""

    deaths: tuple[Death, ...]
    people: np.ndarray = field(default_factory=lambda: np.tile(_PEOPLE, (len(BLOCKS), 1)))

    def table(self, day: dt.date) -> np.ndarray:
        """Deaths (blocks, sexes, years, months, bands) that the extract of a day has."""
        found = np.zeros((len(BLOCKS), 2, len(YEARS) + 2, 12, len(AGES)), dtype=np.int64)
        for one in self.deaths:
            if one.held(day):
                found[one.block, one.sex, one.year - YEARS[0], one.month - 1, one.age] += 1
        return found

    def inputs(self, day: dt.date) -> dict[str, pd.DataFrame]:
        """What the study reads on a day: deaths up to the month before, and all else."""
        return {"deaths": deaths_table(self.table(day), day), **self._others}

    @property
    def _others(self) -> dict[str, pd.DataFrame]:
        ends = [*(age - 1 for age in AGES[1:]), None]
        years = range(YEARS[0], YEARS[-1] + 3)
        people = [
            {
                "geography": BLOCK,
                "area_code": block,
                "area_name": block,
                "sex": sex,
                "year": year,
                "base": BASE,
                "age_start_years": start,
                "age_end_years": end,
                "population_persons": float(self.people[at, k]),
            }
            for at, block in enumerate(BLOCKS)
            for sex in SEXES
            for year in years
            for k, (start, end) in enumerate(zip(AGES, ends, strict=True))
        ]
        lookup = [
            {
                "source": f"to-{kind}",
                "from_geography": BLOCK,
                "from_code": BLOCKS[block],
                "to_geography": kind,
                "to_code": code(kind, at),
                "weight": 1.0,
            }
            for kind, groups in _GROUPS.items()
            for at, blocks in enumerate(groups)
            for block in blocks
        ]
        reference = [
            {
                "geography": "ward2011",
                "area_code": ward,
                "area_name": ward,
                "imd2007_average_score": 40.0 - at,
                "imd2010_average_score": 40.0 - at,
                "ranking_score": None,
            }
            for at, ward in enumerate(WARDS)
        ]
        return {
            "population": worlds.typed(worlds.POPULATION, people),
            "lookup": worlds.typed(LOOKUP, lookup),
            "population_deaths": worlds.typed(POPULATION_DEATHS, []),
            "area_reference": worlds.typed(AREA_REFERENCE, reference),
            "life_expectancy": worlds.nothing_published(),
        }


def deaths_table(table: np.ndarray, day: dt.date) -> pd.DataFrame:
    """The contract's rows of every month that has ended before a day."""
    ends = [*(age - 1 for age in AGES[1:]), None]
    rows = []
    for y in range(table.shape[2]):
        year = YEARS[0] + y
        whole = day >= dt.date(year + 1, 1, 1)
        months = 12 if whole else day.month - 1 if day.year == year else 0
        if not months:
            continue
        # A whole year is told as one, which is the same to the study and shorter.
        told = (
            [("", slice(0, 12))]
            if whole
            else [(f"{m + 1:02}", slice(m, m + 1)) for m in range(months)]
        )
        for month, part in told:
            counts = table[:, :, y, part].sum(axis=2)
            rows += [
                {
                    "geography": BLOCK,
                    "area_code": block,
                    "area_name": block,
                    "sex": sex,
                    "year": year,
                    "year_ends": "12-31",
                    "month": month,
                    "cause": "",
                    "age_start_years": start,
                    "age_end_years": end,
                    "deaths_persons": float(counts[b, s, k]),
                }
                for b, block in enumerate(BLOCKS)
                for s, sex in enumerate(SEXES)
                for k, (start, end) in enumerate(zip(AGES, ends, strict=True))
            ]
    return worlds.typed(worlds.DEATHS, rows)


def ordinary(seed: int, last: dt.date = dt.date(2027, 12, 1)) -> History:
    """Deaths as they come, each registered within the month; the last ward is small and healthy."""
    chance = np.random.default_rng(seed)
    scale = np.ones(len(BLOCKS))
    scale[9:] = 0.62
    people = np.round(_PEOPLE * scale[:, None])
    level = np.array([1.3] * 3 + [1.1] * 3 + [0.9] * 3 + [0.5] * 3)
    deaths: list[Death] = []
    for year in range(YEARS[0], last.year + 1):
        for month in range(1, 13):
            if dt.date(year, month, 28) >= last:
                break
            drawn = chance.poisson(
                np.broadcast_to(
                    (people * _RATES * level[:, None] / 12)[:, None], (len(BLOCKS), 2, len(AGES))
                )
            )
            for block, sex, age in np.argwhere(drawn > 0):
                day = dt.date(year, month, 28)
                one = Death(int(block), int(sex), year, month, int(age), day)
                deaths += [one] * int(drawn[block, sex, age])
    return History(tuple(deaths), people)


def changed(
    base: History, more: Iterable[Death] = (), gone: Mapping[int, dt.date] | None = None
) -> History:
    """The history with more deaths, and some withdrawn from a day on, by their place in it."""
    kept = [
        Death(**{**vars(one), "withdrawn": gone[at]}) if gone and at in gone else one
        for at, one in enumerate(base.deaths)
    ]
    return History((*kept, *more), base.people)
