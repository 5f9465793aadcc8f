"""Small invented places: eight blocks, four wards, eight years, two bases of residents.

A world is made of the oracle's rows; the tables that the study reads are written from them. From
2005 deaths stand on the blocks of 2021, in which one block of 2011 is split and three are merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from tests.oracles import counting as oracle

from gapwatch.contracts import DEATHS, LIFE_EXPECTANCY, LOOKUP, POPULATION, Table
from gapwatch.contracts.inputs import AREA_REFERENCE, POPULATION_DEATHS
from gapwatch.study import Measure, Study
from gapwatch.tables import canonical

PLACE = "E09000099"
OLD = tuple(f"E0100000{n}" for n in range(1, 9))
NEW = ("E01100001", "E01100002", OLD[1], "E01100003", *OLD[5:])
WARDS = tuple(f"E0500000{n}" for n in range(1, 5))
LATER = tuple(f"E0510000{n}" for n in range(1, 4))
IN_WARD = dict(zip(OLD, (0, 0, 1, 1, 1, 2, 2, 3), strict=True))
BECAME = {OLD[0]: {NEW[0]: 0.6, NEW[1]: 0.4}, **{code: {NEW[3]: 1.0} for code in OLD[2:5]}}
IN_LATER = dict(zip(NEW, (0, 1, 0, 1, 1, 2, 2), strict=True))
YEARS = tuple(range(2001, 2009))
MOVED = 2005
STARTS = (0, 1, 5, 15, 30, 45, 60, 75, 85, 90)
FINER = (0, 1, 2, 5, 10, 15, 20, 30, 45, 60, 70, 75, 85, 90)
WORSE, BETTER = "low", "high"
LEVELS = (
    {
        "geography": "ward2011",
        "paths": {
            "lsoa2011": ["lsoa2011-to-ward2011"],
            "lsoa2021": ["lsoa2011-to-lsoa2021", "lsoa2011-to-ward2011"],
        },
    },
    {
        "geography": "ward2022",
        "paths": {
            "lsoa2011": ["lsoa2011-to-lsoa2021", "lsoa2021-to-ward2022"],
            "lsoa2021": ["lsoa2021-to-ward2022"],
        },
    },
)
Pairs = list[tuple[str, str, float]]


@dataclass(frozen=True)
class World:
    """Deaths, residents and lookups as the oracle takes them."""

    deaths: tuple[oracle.Row, ...]
    people: tuple[oracle.Row, ...]
    lookups: Mapping[str, tuple[str, str, Pairs]]
    bases: tuple[str, ...] = ("census2021", "census2011")
    wanted: tuple[int, ...] = STARTS
    published: pd.DataFrame | None = None
    months: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def kept(self) -> tuple[list[oracle.Row], dict[int, str]]:
        """Residents of the preferred base, and the base of each year that has deaths too."""
        rows, bases = oracle.preferred(self.people, self.bases)
        dead = {row.year for row in self.deaths}
        bases = {year: base for year, base in bases.items() if year in dead}
        return [row for row in rows if row.year in bases], bases

    @cached_property
    def starts(self) -> list[int]:
        return oracle.shared_starts(self.wanted, [*self.deaths, *self.kept[0]])

    @property
    def parts(self) -> dict[int, Fraction]:
        return {year: Fraction(months, 12) for year, months in self.months.items()}

    def ways(self, level: str) -> dict[str, oracle.Shares]:
        """How blocks of either kind lead to a level, by the oracle."""
        step = {name: oracle.shares(pairs) for name, (_, _, pairs) in self.lookups.items()}
        if level == "ward2022":
            later = step["lsoa2021-to-ward2022"]
            return {"lsoa2021": later, "lsoa2011": oracle.then(step["lsoa2011-to-lsoa2021"], later)}
        persons = oracle.mean_residents(self.kept[0], "lsoa2011")
        back = oracle.turned(step["lsoa2011-to-lsoa2021"], persons)
        home = step["lsoa2011-to-ward2011"]
        return {"lsoa2011": home, "lsoa2021": oracle.then(back, home)}

    def counts(self, level: str = "ward2011") -> tuple[oracle.Table, oracle.Table]:
        """Deaths and residents by area of a level, sex, year and band, by the oracle."""
        if level not in self._counts:
            ways, starts, (people, bases) = self.ways(level), self.starts, self.kept
            dead = [row for row in self.deaths if row.year in bases]
            self._counts[level] = (
                oracle.carried(dead, ways, starts),
                oracle.carried(people, ways, starts),
            )
        return self._counts[level]

    @cached_property
    def _counts(self) -> dict[str, tuple[oracle.Table, oracle.Table]]:
        return {}

    def side(
        self, areas: Sequence[str], sex: str, window: tuple[int, int], level: str = "ward2011"
    ) -> oracle.Side:
        deaths, people = self.counts(level)
        return oracle.side(
            deaths,
            people,
            areas=areas,
            sex=sex,
            window=window,
            starts=self.starts,
            parts=self.parts,
        )

    def inputs(self) -> dict[str, pd.DataFrame]:
        """The tables that the study reads."""
        return dict(self._inputs)

    @cached_property
    def _inputs(self) -> dict[str, pd.DataFrame]:
        found = {
            "deaths": deaths_table(self.deaths, self.months),
            "population": population_table(self.people),
            "lookup": self.lookup_table(),
            "population_deaths": self._totals(),
            "area_reference": _reference(),
        }
        published = nothing_published() if self.published is None else self.published
        return {**found, "life_expectancy": published}

    def lookup_table(self) -> pd.DataFrame:
        rows = [
            {
                "source": name,
                "from_geography": start,
                "from_code": code,
                "to_geography": end,
                "to_code": into,
                "weight": weight,
            }
            for name, (start, end, pairs) in self.lookups.items()
            for code, into, weight in pairs
        ]
        return typed(LOOKUP, rows)

    def _totals(self) -> pd.DataFrame:
        people, bases = self.kept
        rows = [
            {
                "geography": "borough",
                "area_code": PLACE,
                "area_name": "Invented",
                "year": year,
                "population_persons": round(sum(r.count for r in people if r.year == year)),
                "deaths_persons": round(sum(r.count for r in self.deaths if r.year == year)),
            }
            for year in bases
        ]
        rows += [
            {
                "geography": "ward2011",
                "area_code": code,
                "area_name": f"Ward {code}",
                "year": YEARS[0] - 1,
                "population_persons": 6000 + 500 * at,
                "deaths_persons": 50,
            }
            for at, code in enumerate(WARDS)
        ]
        return typed(POPULATION_DEATHS, rows)


def deaths_table(
    rows: Iterable[oracle.Row], months: Mapping[int, int] | None = None
) -> pd.DataFrame:
    """The contract's rows; a year in `months` is told by month, each count in its first one."""
    told = []
    for row in rows:
        cell = {
            "geography": row.kind,
            "area_code": row.code,
            "area_name": row.code,
            "sex": row.sex,
            "year": row.year,
            "cause": "",
            "age_start_years": row.start,
            "age_end_years": row.end,
        }
        number = (months or {}).get(row.year, 0)
        for month in range(1, number + 1):
            count = row.count if month == 1 else 0
            told.append(
                {**cell, "year_ends": "12-31", "month": f"{month:02d}", "deaths_persons": count}
            )
        if not number:
            told.append({**cell, "year_ends": "12-31", "month": "", "deaths_persons": row.count})
    return typed(DEATHS, told)


def population_table(rows: Iterable[oracle.Row]) -> pd.DataFrame:
    told = [
        {
            "geography": row.kind,
            "area_code": row.code,
            "area_name": row.code,
            "sex": row.sex,
            "year": row.year,
            "base": row.base,
            "age_start_years": row.start,
            "age_end_years": row.end,
            "population_persons": row.count,
        }
        for row in rows
    ]
    return typed(POPULATION, told)


TYPES = {"integer": "Int64", "number": "float64", "text": "str"}


def typed(table: Table, rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Rows as `canonical` leaves them, without asking each cell again in every test."""
    frame = pd.DataFrame(rows, columns=list(table.names))
    kinds = {column.name: TYPES[column.kind] for column in table.columns}
    return frame.astype(kinds).sort_values(list(table.key), kind="stable", ignore_index=True)


@cache
def nothing_published() -> pd.DataFrame:
    return canonical(LIFE_EXPECTANCY, pd.DataFrame(columns=list(LIFE_EXPECTANCY.names)), "nothing")


def published_table(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Rows with geography, area_code, sex, window and value; the interval is 3 years to each side
    unless it is given."""
    told = []
    for row in rows:
        value = row["life_expectancy_years"]
        given = {} if value is None else {"lower95_years": value - 3, "upper95_years": value + 3}
        blank = dict.fromkeys(LIFE_EXPECTANCY.names)
        told.append({**blank, "area_name": f"Ward {row['area_code']}", **given, **row})
    return canonical(LIFE_EXPECTANCY, pd.DataFrame(told), "published")


@cache
def _reference() -> pd.DataFrame:
    rows = [
        {
            "geography": "ward2011",
            "area_code": code,
            "area_name": f"Ward {code}",
            "imd2007_average_score": 40.0 - 8 * at,
            "imd2010_average_score": 40.0 - 8 * at,
            "ranking_score": None,
        }
        for at, code in enumerate(WARDS)
    ]
    return canonical(AREA_REFERENCE, pd.DataFrame(rows), "area_reference")


def bands(starts: Sequence[int], top: int) -> list[tuple[int, int | None]]:
    """First and last ages, the last one open from `top` on."""
    kept = [age for age in starts if age <= top]
    return [*((a, b - 1) for a, b in pairwise(kept)), (kept[-1], None)]


def world(seed: int = 1, *, shared: bool = False, size: float = 1.0) -> World:
    """A world from a seed. With `shared` a block of 2011 lies in two wards, and merged blocks do.

    Deaths have a top band of 85 until 2004 and of 90 after; residents are in finer bands, on the
    base of 2011 until 2005 and of 2021 from 2005 on, so that 2005 has both.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    level = rng.uniform(1.1, 1.6, len(OLD))
    level[5:] = rng.uniform(0.5, 0.8, 3)
    of_old = dict(zip(OLD, level, strict=True))
    of_new = {
        code: np.mean([of_old[old] for old in OLD if code in BECAME.get(old, {old: 1.0})])
        for code in NEW
    }
    deaths, people = [], []
    for year in YEARS:
        early = year < MOVED
        kind, of = ("lsoa2011", of_old) if early else ("lsoa2021", of_new)
        pace = 1 - 0.02 * (year - YEARS[0])
        deaths += _deaths(rng, kind, of, year, 85 if early else 90, pace * size)
        if year <= MOVED:
            people += _people(rng, "lsoa2011", OLD, year, "census2011", size)
        if year >= MOVED:
            people += _people(rng, "lsoa2021", NEW, year, "census2021", size)
    return World(tuple(deaths), tuple(people), lookups(shared=shared))


def lookups(*, shared: bool) -> dict[str, tuple[str, str, Pairs]]:
    home = [(code, WARDS[at], 1.0) for code, at in IN_WARD.items()]
    if shared:
        # The third of the merged blocks is in another ward; the eighth is in two.
        home[4] = (OLD[4], WARDS[2], 1.0)
        home[7:] = [(OLD[7], WARDS[2], 0.3), (OLD[7], WARDS[3], 0.7)]
    became = [
        (code, into, weight)
        for code in OLD
        for into, weight in BECAME.get(code, {code: 1.0}).items()
    ]
    later = [(code, LATER[at], 1.0) for code, at in IN_LATER.items()]
    return {
        "lsoa2011-to-ward2011": ("lsoa2011", "ward2011", home),
        "lsoa2011-to-lsoa2021": ("lsoa2011", "lsoa2021", became),
        "lsoa2021-to-ward2022": ("lsoa2021", "ward2022", later),
    }


def _rate(start: int, end: int | None, level: float) -> float:
    middle = (start + (end if end is not None else start + 8)) / 2
    rate = 0.004 if start == 0 else 4e-5 * np.exp(0.092 * middle)
    return float(rate * level)


def _persons(start: int, end: int | None, size: float) -> float:
    """Residents that a block is expected to have in a band."""
    years = (end - start + 1) if end is not None else 12
    return size * years * 25.0 * float(np.interp(start, [0, 60, 95], [1.0, 0.8, 0.25]))


def _deaths(
    rng: np.random.Generator, kind: str, of: Mapping[str, float], year: int, top: int, size: float
) -> list[oracle.Row]:
    return [
        oracle.Row(
            kind,
            code,
            sex,
            year,
            start,
            end,
            int(
                rng.poisson(
                    _rate(start, end, level)
                    * _persons(start, end, size)
                    * (1.0 if sex == "male" else 0.8)
                )
            ),
        )
        for code, level in of.items()
        for sex in oracle.SEXES
        for start, end in bands(STARTS, top)
    ]


def _people(
    rng: np.random.Generator, kind: str, codes: Iterable[str], year: int, base: str, size: float
) -> list[oracle.Row]:
    return [
        oracle.Row(
            kind,
            code,
            sex,
            year,
            start,
            end,
            int(rng.poisson(_persons(start, end, size))) + 1,
            base,
        )
        for code in codes
        for sex in oracle.SEXES
        for start, end in bands(FINER, 90)
    ]


def without(world: World, table: str, **cell: object) -> World:
    """The world without the rows of `deaths` or `people` that have these values."""
    rows = getattr(world, table)
    kept = tuple(r for r in rows if any(getattr(r, name) != value for name, value in cell.items()))
    return replace(world, **{table: kept})


def on_one_base(world: World) -> World:
    """The world in which every year stands on one base: no break."""
    return replace(
        world,
        bases=("census2011",),
        people=tuple(row._replace(base="census2011") for row in world.kept[0]),
    )


def study(world: World | None = None, **computed: object) -> Study:
    """The study of these places; `computed` changes its part of that name."""
    rules = {
        "bases": list(world.bases if world else ("census2021", "census2011")),
        "levels": LEVELS[:1],
        "age_starts": list(STARTS),
        "area_window_years": 3,
        **computed,
    }
    sides = {"worse": WORSE, "better": BETTER}
    return Study.model_validate(
        {
            "study": {"id": "invented", "place": "Invented", "area_code": PLACE, "title": "A gap"},
            "promise": {
                "text": "halve it",
                "made_by": "nobody",
                "source": "nowhere",
                "sex": "male",
                "stated_worse_years": 70,
                "stated_better_years": 80,
                "stated_gap_years": 10,
                "baseline_period": [2005, 2007],
                "share_of_baseline": 0.5,
                "deadline_year": 2030,
            },
            "geography": {
                "vintage": "ward2011",
                "deprivation": "imd2010_average_score",
                "areas": [
                    {"code": code, "name": f"Ward {code}", "row": 0, "column": at}
                    for at, code in enumerate(WARDS)
                ],
            },
            "zones": {
                WORSE: {"name": "Low", "definition": "two wards", "areas": WARDS[:2]},
                BETTER: {"name": "High", "definition": "two wards", "areas": WARDS[2:]},
            },
            "measures": [
                {"id": "zones", "title": "Low v high", "kind": "pooled", "primary": True, **sides},
                {
                    "id": "wards",
                    "title": "One ward v another",
                    "kind": "pair",
                    "worse": WARDS[0],
                    "better": WARDS[3],
                },
            ],
            "simulation": {"seed": 7, "draws": 1000},
            # Blocks, and so people, are drawn anew in 2005: no place would do that.
            "accepted": [
                {
                    "rule": rule,
                    "geography": geography,
                    "area_code": code,
                    "sex": sex,
                    "year": year,
                    "reason": "invented",
                }
                for rule in ("residents-change", "deaths-change", "life-expectancy-change")
                for geography, code in (("borough", PLACE), *(("ward2011", ward) for ward in WARDS))
                for sex in ("female", "male")
                for year in YEARS
            ],
            "sources": [
                {"id": name, "table": table, "next_expected": "never"}
                for name, table in (
                    ("deaths", "deaths"),
                    ("people", "population"),
                    ("lsoa2011-to-ward2011", "lookup"),
                    ("lsoa2011-to-lsoa2021", "lookup"),
                    ("lsoa2021-to-ward2022", "lookup"),
                )
            ],
            "computed": rules,
        }
    )


def with_promised(base: Study, start: int, end: int) -> Study:
    """The study of a promise whose baseline is of these years."""
    promise = base.promise.model_copy(update={"baseline_period": (start, end)})
    return base.model_copy(update={"promise": promise})


def with_baseline(base: Study, start: int, end: int) -> Study:
    """The same, and every measure says these years itself: no other window takes their place."""
    named = tuple(m.model_copy(update={"baseline_period": (start, end)}) for m in base.measures)
    return with_promised(base, start, end).model_copy(update={"measures": named})


def with_slope(base: Study) -> Study:
    """The study with a measure that takes all areas."""
    slope = Measure(id="slope", title="Slope", kind="slope")
    return base.model_copy(update={"measures": (*base.measures, slope)})
