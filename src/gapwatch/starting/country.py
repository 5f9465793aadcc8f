"""A study for every borough of a country, from the counts of its wards: a project a borough."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gapwatch import shipped, snapshots, tables
from gapwatch import study as study_file
from gapwatch.contracts import AREA_REFERENCE, DEATHS, POPULATION, POPULATION_DEATHS, SEXES, Table
from gapwatch.counting.counts import Counts, windows
from gapwatch.counting.national.wards import Wards
from gapwatch.demography.life_table import life_table
from gapwatch.errors import UsageError
from gapwatch.publishing import beside, told, write_files
from gapwatch.shipped import RAW, STUDY_FILE, SUITES
from gapwatch.starting.tiles import by_name
from gapwatch.starting.writing import rendered

log = logging.getLogger(__name__)
_INVENTED_BASE = "invented"
_VINTAGE, _FEWEST_WARDS, _DEADLINE_YEAR = "ward", 3, 2035
_PINNED: tuple[tuple[str, Table, str], ...] = (
    ("ward-reference", AREA_REFERENCE, "Wards and the mean deprivation score of their residents"),
    ("ward-totals", POPULATION_DEATHS, "Residents and deaths by ward and year"),
    ("ward-population", POPULATION, "Residents by ward, sex, year and age band"),
    ("ward-deaths", DEATHS, "Deaths by ward, sex, year and age band"),
)
TOO_FEW_WARDS = "fewer than three wards with residents"
NO_GAP = "the most deprived fifth lived no shorter in the baseline window"
NO_LIFE_TABLE = "no life table of a fifth in the baseline window"


@dataclass(frozen=True)
class NationalFiles:
    """What the counts were added up from: names for the pins, and a date.

    `attribution` is what the files' licences ask to be said; `pinned_on` dates the snapshots.
    """

    sources: tuple[str, ...]
    attribution: str
    pinned_on: dt.date


@dataclass(frozen=True)
class StudiesMade:
    """Study files that were written, in the order of their boroughs, and why others weren't."""

    studies: tuple[Path, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True)
class _Sides:
    most: tuple[str, ...]
    least: tuple[str, ...]
    baseline: tuple[int, int]
    worse_years: float
    better_years: float


def write_studies(
    wards: Wards, files: NationalFiles, folder: Path, *, window_years: int = 5
) -> StudiesMade:
    """Write a project for every borough into `folder`, each with a snapshot of its own counts.

    A project is folder/<code in lower case>: study, suites and a snapshot, whole or not there at
    all. One that is there already is left as it is, and must be such a project: UsageError for
    anything else in its place. Sides are the most and the least deprived fifth of the wards (one
    at least), and the promise, which nobody made, is to halve the gap between them; both are
    marked as proposals. A borough of fewer than three wards with residents, or whose most deprived
    fifth lived no shorter in the first window, has no such gap to halve and is left out.
    """
    made, left_out = [], {}
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for code in sorted(set(wards.boroughs)):
            target = folder / code.casefold()
            if target.exists():
                _require_ours(target)
                made.append(target / STUDY_FILE)
                continue
            found = _sides(wards, code, window_years)
            if isinstance(found, str):
                left_out[code] = found
                continue
            with beside(target, f".gapwatch-{code.casefold()}-") as room:
                _write(wards, code, found, files, room / "project", window_years)
                (room / "project").rename(target)
            made.append(target / STUDY_FILE)
    return StudiesMade(tuple(made), left_out)


def _require_ours(target: Path) -> None:
    if not (target / STUDY_FILE).is_file() or not (target / RAW).is_dir():
        raise UsageError(
            str(target),
            expected="a project that `gapwatch boroughs --studies` made, or nothing",
            found="something else",
            remedy="name another folder with --studies; nothing there was touched",
        )
    study_file.load(target / STUDY_FILE)


def _members(wards: Wards, code: str) -> tuple[list[int], list[str]]:
    """Numbers of a borough's wards with residents, and codes of those without."""
    mine = [at for at, of in enumerate(wards.boroughs) if of == code]
    empty = [at for at in mine if np.isnan(wards.deprivation[at])]
    return [at for at in mine if at not in empty], [wards.counts.areas[at] for at in empty]


def _sides(wards: Wards, code: str, window_years: int) -> _Sides | str:
    """The sides to propose and their first window; why there are none, where there are none."""
    mine, _ = _members(wards, code)
    if len(mine) < _FEWEST_WARDS:
        return TOO_FEW_WARDS
    areas = wards.counts.areas
    ordered = sorted(mine, key=lambda at: (-wards.deprivation[at], areas[at]))
    each = max(1, round(len(ordered) / 5))
    sides = ordered[:each], ordered[-each:]
    spans = windows(wards.counts, window_years)
    male = SEXES.index("male")
    years = []
    for side in sides:
        deaths, people = (
            one[np.array(side), male, 0].sum(axis=0) for one in (spans.deaths, spans.person_years)
        )
        years.append(float(life_table(deaths, people, wards.counts.age_starts).e[..., 0]))
    if not np.isfinite(years).all():
        return NO_LIFE_TABLE
    worse, better = (round(value, 1) for value in years)
    if better <= worse:
        return NO_GAP
    most, least = (tuple(areas[at] for at in side) for side in sides)
    return _Sides(most, least, (int(spans.start[0]), int(spans.end[0])), worse, better)


def _write(
    wards: Wards,
    code: str,
    sides: _Sides,
    files: NationalFiles,
    folder: Path,
    window_years: int,
) -> None:
    mine, empty = _members(wards, code)
    names = {wards.counts.areas[at]: _name(wards, wards.counts.areas[at]) for at in mine}
    places = by_name(names)
    place = _name(wards, code)
    bases = tuple(dict.fromkeys(reversed(wards.counts.bases)))
    invented = set(bases) == {_INVENTED_BASE}
    study = rendered(
        "country.toml.j2",
        id=code.casefold(),
        code=code,
        place=place,
        invented=f"{place} does not exist. Its people, deaths and figures are invented."
        if invented
        else "",
        deadline=_DEADLINE_YEAR,
        worse_years=sides.worse_years,
        better_years=sides.better_years,
        gap_years=round(sides.better_years - sides.worse_years, 1),
        baseline=sides.baseline,
        wards=[
            {"code": ward, "name": names[ward], "row": places[ward][0], "column": places[ward][1]}
            for ward in names
        ],
        empty=empty,
        most=sides.most,
        least=sides.least,
        bases=bases,
        window_years=window_years,
        sources=[{"id": name, "table": table.name} for name, table, _ in _PINNED],
    )
    suites = {f"{SUITES}/{p.name}": p.read_bytes() for p in sorted(shipped.suites().glob("*.json"))}
    write_files(folder, {STUDY_FILE: study, **suites})
    _pin(folder / RAW, code, _frames(wards, mine, names), files, place)


def _name(wards: Wards, code: str) -> str:
    return wards.names.get(code) or code


def _frames(wards: Wards, mine: list[int], names: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """The tables of a borough's wards, in the shape of their contracts but for order."""
    counts = wards.counts
    codes = np.array([counts.areas[at] for at in mine], dtype=object)
    deaths, people = (one[np.array(mine)] for one in (counts.deaths, counts.person_years))
    area = {"geography": _VINTAGE, "area_code": codes, "area_name": [names[c] for c in codes]}
    reference = pd.DataFrame(
        {
            **area,
            "imd2007_average_score": np.nan,
            "imd2010_average_score": wards.deprivation[np.array(mine)],
            "ranking_score": np.nan,
        }
    )
    totals = _long({"area_code": codes, "year": counts.years}, names) | {
        "population_persons": np.rint(people.sum(axis=(1, 3))).ravel(),
        "deaths_persons": np.rint(deaths.sum(axis=(1, 3))).ravel(),
    }
    by_age = _by_age(counts, codes, names)
    residents = by_age | {"population_persons": people.ravel()}
    died = by_age | {
        "year_ends": counts.year_ends,
        "month": "",
        "cause": "",
        "deaths_persons": deaths.ravel(),
    }
    return {
        AREA_REFERENCE.name: reference,
        POPULATION_DEATHS.name: pd.DataFrame(totals),
        POPULATION.name: pd.DataFrame(residents),
        DEATHS.name: pd.DataFrame(died),
    }


def _by_age(counts: Counts, codes: np.ndarray, names: Mapping[str, str]) -> dict[str, object]:
    starts = counts.age_starts
    axes = {
        "area_code": codes,
        "sex": np.array(SEXES, dtype=object),
        "year": counts.years,
        "age_start_years": starts,
    }
    long = _long(axes, names)
    ends = dict(zip(starts.tolist(), [*(starts[1:] - 1).tolist(), None], strict=True))
    bases = dict(zip(counts.years.tolist(), counts.bases, strict=True))
    return long | {
        "age_end_years": pd.array([ends[int(a)] for a in long["age_start_years"]], dtype="Int64"),
        "base": [bases[int(year)] for year in long["year"]],
    }


def _long(axes: Mapping[str, np.ndarray], names: Mapping[str, str]) -> dict[str, np.ndarray]:
    """Columns of every combination of the axes, the last one changing fastest."""
    places = np.indices([len(axis) for axis in axes.values()]).reshape(len(axes), -1)
    columns = {name: axis[at] for (name, axis), at in zip(axes.items(), places, strict=True)}
    named = np.array([names[code] for code in columns["area_code"]], dtype=object)
    kind = np.full(len(named), _VINTAGE, dtype=object)
    return {"geography": kind, "area_name": named, **columns}


def _pin(
    raw: Path,
    code: str,
    frames: Mapping[str, pd.DataFrame],
    files: NationalFiles,
    place: str,
) -> None:
    items = []
    for name, table, title in _PINNED:
        frame = tables.canonical(table, frames[table.name], f"{table.name} of {code}")
        content = tables.to_csv(table, frame)
        years = frame.get("year")
        stored = snapshots.described(
            raw, role="data", address="", suffix="csv", content=content, restricted=False
        )
        pin = snapshots.Pin(
            id=name,
            table=table.name,
            title=f"{title} of {place}, added up from {', '.join(files.sources)}",
            publisher="the publishers of the national files",
            licence="as the national files have it",
            attribution=files.attribution,
            period="" if years is None else f"{years.min()} to {years.max()}",
            obtained="transcribed",
            obtained_on=files.pinned_on,
            objects=(stored,),
        )
        items.append((pin, (content,)))
    snapshots.write(
        raw,
        title=f"Counts of {place} from the national files",
        as_known_at=files.pinned_on,
        items=items,
        study=code.casefold(),
    )
