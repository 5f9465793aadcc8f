"""The invented borough as a study and its inputs: restricted deaths by ward, year and age."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from tests.unit.counting import worlds
from tests.unit.counting.invented import AGES, BOROUGH, NORTH, SOUTH, WARDS, YEARS

from gapwatch.contracts import LIFE_EXPECTANCY, SEXES
from gapwatch.contracts.inputs import AREA_REFERENCE, POPULATION_DEATHS
from gapwatch.counting.counts import Counts
from gapwatch.study import Study

Frames = dict[str, pd.DataFrame]
KIND, BASE = "ward2022", "census2021"
BASELINE = (2016, 2020)
# Published gaps of windows that we have, and of one that we haven't at the areas' length.
PUBLISHED = ((2016, 2020), (2020, 2024), (2021, 2025), (2019, 2021))
DEATHS_SOURCE = {
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
    "columns": {
        "area_code": "Ward",
        "area_name": "Ward",
        "sex": "Sex",
        "age": "Age",
        "date": "Registered",
    },
    "constants": {"geography": KIND, "deaths_persons": "1"},
    "units": {"deaths_persons": "persons"},
}


def study(*, restricted: bool = True, **computed: object) -> Study:
    """Eight wards against nine; the ward on neither side, and two wards against one another."""
    rules = {
        "decides": True,
        "bases": [BASE],
        "area_window_years": 5,
        "age_starts": AGES.tolist(),
        "levels": [{"geography": KIND, "paths": {KIND: ["nowhere"]}}],
        **computed,
    }
    return Study.model_validate(
        {
            "study": {
                "id": "invented",
                "place": "Invented",
                "area_code": BOROUGH[1],
                "title": "Gap",
            },
            "promise": {
                "text": "halve it",
                "made_by": "nobody",
                "source": "nowhere",
                "sex": "male",
                "stated_worse_years": 70,
                "stated_better_years": 80,
                "stated_gap_years": 10,
                "baseline_period": list(BASELINE),
                "share_of_baseline": 0.5,
                "deadline_year": 2035,
            },
            "geography": {
                "vintage": KIND,
                "deprivation": "imd2010_average_score",
                "areas": [
                    {"code": code, "name": f"Ward {at}", "row": 0, "column": at}
                    for at, code in enumerate(WARDS)
                ],
            },
            "zones": {
                "north": {"name": "North", "definition": "eight wards", "areas": NORTH},
                "south": {"name": "South", "definition": "nine wards", "areas": SOUTH},
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
                    "title": "One ward v a small one",
                    "kind": "pair",
                    "worse": WARDS[0],
                    "better": WARDS[-1],
                },
            ],
            "simulation": {"seed": 7, "draws": 1000},
            "sources": [
                DEATHS_SOURCE | {"restricted": restricted},
                {"id": "people", "table": "population", "next_expected": "never"},
            ],
            "computed": rules,
        }
    )


def inputs(own: Counts) -> Frames:
    """What the study reads, with the counts' own deaths and residents as those of blocks."""
    ends = [*(int(age) - 1 for age in own.age_starts[1:]), None]
    dead, alive = [], []
    cells = itertools.product(enumerate(own.areas), enumerate(SEXES), enumerate(own.years))
    for (a, code), (s, sex), (y, year) in cells:
        for k, (start, end) in enumerate(zip(own.age_starts, ends, strict=True)):
            band = {
                "geography": KIND,
                "area_code": code,
                "area_name": code,
                "sex": sex,
                "year": int(year),
                "age_start_years": int(start),
                "age_end_years": end,
            }
            count = float(own.deaths[a, s, y, k])
            dead.append(
                band | {"year_ends": "12-31", "month": "", "cause": "", "deaths_persons": count}
            )
            people = float(own.person_years[a, s, y, k])
            alive.append(band | {"base": BASE, "population_persons": people})
    return {
        "deaths": worlds.typed(worlds.DEATHS, dead),
        "population": worlds.typed(worlds.POPULATION, alive),
        "population_deaths": worlds.typed(POPULATION_DEATHS, _totals(own)),
        "area_reference": worlds.typed(
            AREA_REFERENCE,
            [
                {
                    "geography": KIND,
                    "area_code": code,
                    "area_name": code,
                    "imd2007_average_score": 40.0 - at,
                    "imd2010_average_score": 40.0 - at,
                    "ranking_score": None,
                }
                for at, code in enumerate(own.areas)
            ],
        ),
        "life_expectancy": _published(own.areas),
    }


def _totals(own: Counts) -> list[dict[str, object]]:
    places = [("borough", BOROUGH[1], slice(None))]
    places += [(KIND, code, slice(at, at + 1)) for at, code in enumerate(own.areas)]
    return [
        {
            "geography": kind,
            "area_code": code,
            "area_name": code,
            "year": int(year),
            "population_persons": int(own.person_years[which, :, at].sum()),
            "deaths_persons": int(own.deaths[which, :, at].sum()),
        }
        for kind, code, which in places
        for at, year in enumerate(YEARS)
    ]


def _published(areas: tuple[str, ...]) -> pd.DataFrame:
    chance = np.random.default_rng(3)
    rows = []
    for code, sex, (start, end) in itertools.product(areas, SEXES, PUBLISHED):
        value = float(chance.uniform(74.0, 84.0).__round__(1))
        rows.append(
            {
                **dict.fromkeys(LIFE_EXPECTANCY.names),
                "geography": KIND,
                "area_code": code,
                "area_name": code,
                "sex": sex,
                "period_start": start,
                "period_end": end,
                "life_expectancy_years": value,
                "lower95_years": value - 2,
                "upper95_years": value + 2,
            }
        )
    return worlds.typed(LIFE_EXPECTANCY, rows)
