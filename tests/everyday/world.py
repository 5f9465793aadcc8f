"""A small right world: six wards of the invented borough, as files that a study describes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from gapwatch.demo.replica.world import BANDS
from gapwatch.demo.twin import names
from gapwatch.demo.twin.counted import BASE, make
from gapwatch.demo.twin.files import (
    DEATHS_HEADER,
    LIFE_HEADER,
    PEOPLE_HEADER,
    REFERENCE_HEADER,
    SEXES,
    TOTALS_HEADER,
)
from gapwatch.demo.twin.published import WARD_WINDOWS, Published, estimate
from gapwatch.demo.twin.residents import YEARS

IntArray = npt.NDArray[np.int64]
Rows = list[list[str]]
# Three wards of each side, and two blocks of three small areas in each ward.
WARDS = (0, 2, 6, 13, 17, 19)
BLOCKS, PARTS = 2, 3
FIRST_YEAR = 2008
DEATHS, PEOPLE, LIFE, TOTALS, REFERENCE, LOOKUP, OUTLINES = (
    "deaths.csv",
    "people.csv",
    "life.csv",
    "totals.csv",
    "reference.csv",
    "lookup.csv",
    "outlines.csv",
)
_TELLS = 'kind = "file"\nnext_expected = "none"\npublisher = "nobody"\nattribution = "invented"\n'


@dataclass(frozen=True)
class World:
    """Files as rows of cells, headings first, beside the study's text; a slip changes a copy."""

    tables: dict[str, Rows]
    study: str
    sizes: IntArray = field(repr=False, default_factory=lambda: np.empty(0, dtype=np.int64))

    def copy(self) -> World:
        """One of its own, to be changed."""
        return replace(self, tables={k: [list(r) for r in v] for k, v in self.tables.items()})

    def files(self) -> dict[str, bytes]:
        """Every file by its name."""
        return {name: as_csv(rows) for name, rows in self.tables.items()}


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def block(ward: int, part: int) -> str:
    """Code of a block of a ward, by number."""
    return names.LSOA_2011.format(100 + ward * BLOCKS + part)


def ward_codes() -> list[str]:
    return [names.ward_code(n) for n in WARDS]


@lru_cache(maxsize=32)
def right(
    scenario: str, seed: int, *, decides: bool = True, size: float = 1.0, totals_to: int = 2025
) -> World:
    """The files of a draw. `size` multiplies residents and deaths; `decides`: own life tables.

    `totals_to` is the last year of the publisher's own totals.
    """
    deaths, people = _counts(scenario, seed, size)
    study = _study(decides)
    tables = {
        LIFE: _life(deaths, people),
        TOTALS: [
            row for row in _totals(deaths, people) if row[3] == "Year" or int(row[3]) <= totals_to
        ],
        REFERENCE: [
            list(REFERENCE_HEADER),
            *(
                [
                    names.ward_code(n),
                    names.WARDS[n].name,
                    *[f"{names.score(names.WARDS[n].deprivation):.2f}"] * 2,
                ]
                for n in WARDS
            ),
        ],
        OUTLINES: _outlines(),
    }
    if decides:
        tables[DEATHS] = _by_age(DEATHS_HEADER, deaths)
        tables[PEOPLE] = _by_age(PEOPLE_HEADER, people)
        tables[LOOKUP] = [
            ["LSOA11CD", "LSOA11NM", "WD19CD", "WD19NM"],
            *(
                [block(w, part), _named(w, part), names.ward_code(n), names.WARDS[n].name]
                for w, n in enumerate(WARDS)
                for part in range(BLOCKS)
            ),
        ]
    return World(tables, study)


def _counts(scenario: str, seed: int, size: float) -> tuple[IntArray, IntArray]:
    """Deaths and residents by ward, block, sex, year and band: (6, 2, 2, 25, 20)."""
    twin = make(scenario)
    published = Published(twin, seed)
    if size == 1.0:
        deaths, people = published.deaths, published.people
    else:
        people = np.rint(published.people * size).astype(np.int64)
        there = np.rint(twin.people * size).astype(np.int64)
        chance = np.repeat(twin.rates, 6, axis=0)
        deaths = np.random.default_rng(seed).binomial(there, chance).astype(np.int64)
        deaths = np.minimum(deaths, people)
    shape = (len(names.WARDS), BLOCKS, PARTS, *deaths.shape[1:])
    summed = [array.reshape(shape).sum(axis=2)[list(WARDS)] for array in (deaths, people)]
    return summed[0], summed[1]


def _named(ward: int, part: int) -> str:
    return f"{names.BOROUGH} {1 + ward:03d}{'AB'[part]}"


def _by_age(header: Sequence[str], counts: IntArray) -> Rows:
    kept = np.flatnonzero(YEARS >= FIRST_YEAR)
    return [
        [*header, *(f"Aged {band}" for band in BANDS)],
        *(
            [
                block(w, part),
                _named(w, part),
                str(YEARS[at]),
                sex,
                *map(str, counts[w, part, s, at]),
            ]
            for w in range(len(WARDS))
            for part in range(BLOCKS)
            for s, sex in enumerate(SEXES)
            for at in kept
        ),
    ]


def _life(deaths: IntArray, people: IntArray) -> Rows:
    d, p = (array.sum(axis=1) for array in (deaths, people))
    areas = [
        (names.ward_code(n), names.WARDS[n].name, "Ward", d[w], p[w]) for w, n in enumerate(WARDS)
    ]
    areas.append((names.BOROUGH_CODE, names.BOROUGH, "Borough", d.sum(axis=0), p.sum(axis=0)))
    rows = [list(LIFE_HEADER)]
    for code, name, kind, of_area, residents in areas:
        for s, sex in enumerate(SEXES):
            for first, last in WARD_WINDOWS:
                found = estimate(of_area[s], residents[s], (first, last), 85, 1)
                cells = [
                    "" if x is None else f"{x:.1f}" for x in (found.value, found.lower, found.upper)
                ]
                rows.append([code, name, kind, sex, f"{first} - {last % 100:02d}", *cells])
    return rows


def _totals(deaths: IntArray, people: IntArray) -> Rows:
    d, p = (array.sum(axis=(1, 2, 4)) for array in (deaths, people))
    d, p = (np.vstack([array, array.sum(axis=0)]) for array in (d, p))
    areas = [(names.ward_code(n), names.WARDS[n].name, "Ward") for n in WARDS]
    areas.append((names.BOROUGH_CODE, names.BOROUGH, "Borough"))
    return [
        list(TOTALS_HEADER),
        *(
            [*area, str(year), str(p[w, at]), str(d[w, at])]
            for w, area in enumerate(areas)
            for at, year in enumerate(YEARS)
        ),
    ]


def _outlines() -> Rows:
    """Squares of a mile side by side."""
    rows = [["Code", "Name", "km2", "WKT"]]
    for w, n in enumerate(WARDS):
        west, south = 530_000 + 1600 * (w % 3), 180_000 + 1600 * (w // 3)
        corners = [
            (west, south),
            (west + 1600, south),
            (west + 1600, south + 1600),
            (west, south + 1600),
            (west, south),
        ]
        ring = ", ".join(f"{x} {y}" for x, y in corners)
        rows.append([names.ward_code(n), names.WARDS[n].name, "2.56", f"POLYGON (({ring}))"])
    return rows


def source(
    name: str, table: str, path: str, header: str, columns: str, units: str = "", more: str = ""
) -> str:
    told = f"units = {{ {units} }}\n" if units else ""
    return (
        f'\n[[sources]]\nid = "{name}"\n{_TELLS}title = "{name}"\ntable = "{table}"\n'
        f'path = "{path}"\nheader = [{header}]\ncolumns = {{ {columns} }}\n{told}{more}'
    )


_KINDS = 'values = { geography = { Ward = "ward2011", Borough = "borough" } }\n'
_AREA = 'area_code = "Area code", area_name = "Area name", geography = "Area type"'


def _study(decides: bool) -> str:
    listed = ",\n".join(
        f'  {{ code = "{names.ward_code(n)}", name = "{names.WARDS[n].name}", row = {w // 3}, '
        f"column = {w % 3} }}"
        for w, n in enumerate(WARDS)
    )
    codes = ward_codes()
    measures = [
        ("north-v-south", "pooled", 'worse = "north"\nbetter = "south"\nprimary = true\n'),
        ("poorest-v-richest", "pair", f'worse = "{codes[0]}"\nbetter = "{codes[5]}"\n'),
        ("slope", "slope", ""),
    ]
    told = "".join(
        f'\n[[measures]]\nid = "{name}"\ntitle = "{name}"\nkind = "{kind}"\n{rest}'
        for name, kind, rest in measures
    )
    zones = "".join(
        f'\n[zones.{name}]\nname = "{name}"\ndefinition = "three wards"\nareas = {mine}\n'.replace(
            "'", '"'
        )
        for name, mine in (("north", codes[:3]), ("south", codes[3:]))
    )
    computed = (
        f'\n[computed]\ndecides = true\nbases = ["{BASE}"]\n\n[[computed.levels]]\n'
        'geography = "ward2011"\npaths = { lsoa2011 = ["to-wards"] }\n'
    ) * decides
    return (
        f'[study]\nid = "six-wards"\nplace = "{names.BOROUGH}"\n'
        f'area_code = "{names.BOROUGH_CODE}"\ntitle = "Six wards"\ninvented = "Invented."\n\n'
        '[promise]\ntext = "halve the gap"\nmade_by = "nobody"\nsource = "invented"\n'
        'sex = "male"\nstated_worse_years = 72\nstated_better_years = 86\nstated_gap_years = 14\n'
        f"baseline_period = {[2010, 2014]}\nshare_of_baseline = 0.5\ndeadline_year = 2035\n\n"
        '[geography]\nvintage = "ward2011"\ndeprivation = "imd2010_average_score"\n'
        f'comparators = ["{names.BOROUGH_CODE}"]\nareas = [\n{listed}\n]\n'
        f"{zones}{told}{computed}\n[simulation]\nseed = 1\ndraws = 1000\n"
    ) + _sources(decides)


def _sources(decides: bool) -> str:
    life = ("life_expectancy_years", "lower95_years", "upper95_years")
    found = (
        source(
            "life",
            "life_expectancy",
            LIFE,
            '"Area code"',
            f'{_AREA}, sex = "Sex", period = "Period", '
            + ", ".join(f'{n} = "{h}"' for n, h in zip(life, LIFE_HEADER[-3:], strict=True)),
            ", ".join(f'{name} = "years"' for name in life),
            _KINDS,
        )
        + source(
            "totals",
            "population_deaths",
            TOTALS,
            '"Area code"',
            f'{_AREA}, year = "Year", population_persons = "Mid-year population", '
            'deaths_persons = "Deaths"',
            'population_persons = "persons", deaths_persons = "persons"',
            _KINDS,
        )
        + source(
            "reference",
            "area_reference",
            REFERENCE,
            '"Ward code"',
            'area_code = "Ward code", area_name = "Ward name", '
            'imd2007_average_score = "Average score 2007", '
            'imd2010_average_score = "Average score 2010"',
            'imd2007_average_score = "score", imd2010_average_score = "score"',
            'constants = { geography = "ward2011" }\n',
        )
        + source(
            "outlines",
            "boundary",
            OUTLINES,
            '"Code"',
            'area_code = "Code", area_name = "Name", area_km2 = "km2", outline_wkt = "WKT"',
            'area_km2 = "square kilometres"',
            'constants = { geography = "ward2011" }\n',
        )
    )
    if not decides:
        return found
    for name, table, path, header, base in (
        ("deaths", "deaths", DEATHS, DEATHS_HEADER, ""),
        ("residents", "population", PEOPLE, PEOPLE_HEADER, f', base = "{BASE}"'),
    ):
        keys = zip(("area_code", "area_name", "year", "sex"), header, strict=True)
        found += source(
            name,
            table,
            path,
            f'"{header[0]}"',
            ", ".join(f'{k} = "{h}"' for k, h in keys),
            f'{table}_persons = "persons"',
            f"wide = 'Aged (?P<age>.+)'\nconstants = {{ geography = \"lsoa2011\", "
            f'measure = "{table}_persons"{base} }}\n',
        )
    return found + source(
        "to-wards",
        "lookup",
        LOOKUP,
        '"LSOA11CD"',
        'from_code = "LSOA11CD", from_name = "LSOA11NM", to_code = "WD19CD", to_name = "WD19NM"',
        'weight = "share"',
        'constants = { source = "to-wards", weight = "1", from_geography = "lsoa2011", '
        'to_geography = "ward2011" }\n',
    )
