"""From blocks to areas of any vintage, by the lookups that the study names; nobody is lost."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn

import numpy as np
import pandas as pd

from gapwatch.contracts import COUNT_TOTAL, COUNTED_YEAR, DEATHS
from gapwatch.counting.bands import UNTOLD
from gapwatch.counting.blocks import Blocks, BlockSeries, FloatArray, YearOfBlocks, read_blocks
from gapwatch.counting.count_totals import count_totals
from gapwatch.counting.counts import BoolArray, Counts, Rounded
from gapwatch.counting.disclosure.closing import Settled
from gapwatch.counting.disclosure.crossing import Crossing, Shares, crossing, shares_of
from gapwatch.counting.disclosure.protect import protect_count_totals, require_adding_up
from gapwatch.counting.disclosure.uniting import united
from gapwatch.counting.plausibility.absent import mark_absent, monthly_deaths
from gapwatch.errors import ValidationError
from gapwatch.geography.bridge import chain
from gapwatch.geography.lookups import Lookup, shown
from gapwatch.study import Computed, Level, Study, restricted_tables, rounding_steps, sparse_years
from gapwatch.tables import canonical

Frames = Mapping[str, pd.DataFrame]
BOROUGH = "borough"
_ATOM = "atom"


@dataclass(frozen=True, eq=False)
class Counted:
    """Counts of every level by its geography, the study's own among them; `borough` is one area.

    It is the level of that name where the study leads there by lookups, else the study's areas
    taken together.
    `totals` is the table `count_total`: what was summed to areas beside what the blocks hold.
    `years` is the table `counted_year`: which years of deaths are counted, and why others are not.
    `crossing` is the level that may be told of restricted deaths beside the study's own, with the
    atoms that both are made of; None where there is none.
    """

    levels: Mapping[str, Counts]
    borough: Counts
    totals: pd.DataFrame
    years: pd.DataFrame = field(default_factory=pd.DataFrame)
    crossing: Crossing | None = None


def count(study: Study, inputs: Frames, settled: Settled | None = None) -> Counted | None:
    """Deaths and residents of every level that the study asks for; None when it asks for none.

    Years of restricted deaths that are `settled` aren't held against the publisher's total again:
    it counts what came later, and they don't.

    None too when the snapshot holds neither deaths nor residents by age. Raises ValidationError
    for one without the other, for blocks that no lookup knows, for areas with deaths and no
    residents, for restricted deaths that don't add up, and as `read_blocks`; StudyError for lookups
    that don't connect. No error tells a code, an age or a count of restricted deaths.
    """
    rules = study.computed
    held = [name for name in ("deaths", "population") if name in inputs]
    if rules is None or not held:
        return None
    if len(held) == 1:
        _refuse(
            "the snapshot",
            "deaths and residents by age",
            f"{held[0]} alone",
            "pull the source that is missing, or take [computed] out of the study",
        )
    restricted = DEATHS.name in restricted_tables(study.sources)
    _require_every_cause(rules, inputs["deaths"], restricted=restricted)
    series = read_blocks(
        inputs["deaths"],
        inputs["population"],
        wanted=rules.age_starts,
        bases=rules.bases,
        sparse=sparse_years(study.sources),
        restricted=restricted,
        rounding={name: rounding_steps(study.sources, name) for name in held},
    )
    levels = {
        level.geography: replace(
            _level(rules, level, series, _paths(level, series, inputs)), restricted=restricted
        )
        for level in rules.levels
    }
    own = levels[study.geography.vintage]
    _require_study_areas(study, own)
    totals = count_totals(study, series, levels, inputs)
    if restricted:
        late = totals["year"].isin(list(settled.years if settled else ()))
        publisher = totals["publisher_deaths_difference_persons"].mask(late)
        require_adding_up(totals.assign(publisher_deaths_difference_persons=publisher))
        totals = canonical(COUNT_TOTAL, protect_count_totals(totals), COUNT_TOTAL.name)
    borough = levels.pop(BOROUGH, None) or own.groups({study.study.area_code: own.areas}, BOROUGH)
    marks = _absent(study, series, own, inputs)
    if marks is not None:
        levels[own.geography] = own = replace(own, absent=marks)
        anywhere = np.broadcast_to(marks.any(axis=0), borough.deaths.shape[:3])
        borough = replace(borough, absent=anywhere)
    beside = _crossing(study, series, inputs, levels) if restricted else None
    if beside is not None and (settled or Settled(frozenset(), {})).unites(study):
        beside = united(beside, rules.area_window_years)
    return Counted(levels, borough, totals, _years(series), beside)


def _crossing(
    study: Study, series: BlockSeries, inputs: Frames, levels: Mapping[str, Counts]
) -> Crossing | None:
    """The level that may be told beside the study's own, with the atoms of both."""
    rules, beside = study.computed, study.level_beside
    if rules is None or beside is None:
        return None
    paths = [
        _paths(level, series, inputs)
        for name in (study.geography.vintage, beside)
        for level in rules.levels
        if level.geography == name
    ]
    shares: dict[str, tuple[Shares, Shares]] = {}
    leading = {}
    for kind in paths[0]:
        both = [shares_of(each[kind]) for each in paths]
        of = {
            block: (areas, both[1][block]) for block, areas in both[0].items() if block in both[1]
        }
        names = {block: repr(each) for block, each in of.items()}
        shares |= {names[block]: each for block, each in of.items()}
        pairs = pd.DataFrame({"from_code": list(names), "to_code": list(names.values())})
        leading[kind] = Lookup("atoms", kind, _ATOM, pairs.assign(weight=1.0))
    atoms = _level(rules, Level(geography=_ATOM, paths=dict.fromkeys(leading, ())), series, leading)
    return crossing(levels[beside], levels[study.geography.vintage], atoms, shares)


def _years(series: BlockSeries) -> pd.DataFrame:
    rows = [{**vars(use), "year_ends": series.year_ends} for use in series.uses]
    return canonical(COUNTED_YEAR, pd.DataFrame(rows), COUNTED_YEAR.name)


def _require_every_cause(rules: Computed, deaths: pd.DataFrame, *, restricted: bool) -> None:
    if (deaths["cause"] != "").any() and not rules.every_cause:
        _refuse(
            "deaths, column cause",
            "deaths of all causes, or word that none is left out",
            UNTOLD if restricted else f"{deaths['cause'].nunique()} causes, which may not be all",
            "if the source holds every death, say every_cause = true in the study's "
            "[computed]; else take its column of causes out",
        )


def _level(
    rules: Computed, level: Level, series: BlockSeries, paths: Mapping[str, Lookup]
) -> Counts:
    codes = tuple(sorted({code for path in paths.values() for code in path.to_codes}))
    shape = (len(codes), 2, len(series.years), len(series.age_starts))
    deaths, people, shared = np.zeros(shape), np.zeros(shape), np.zeros(len(codes))
    by_rounding = [
        {name: np.zeros(shape) for name in ("variance", "bias")} if any(held) else None
        for held in zip(
            *((year.deaths.rounded, year.residents.rounded) for year in series.years), strict=True
        )
    ]
    for at, year in enumerate(series.years):
        deaths[:, :, at], _ = _carried(level, year, year.deaths, paths, codes)
        people[:, :, at], moved = _carried(level, year, year.residents, paths, codes)
        # Deaths and residents on blocks of two kinds make other atoms where one of them was split.
        if level.geography != _ATOM:
            _require_people(level, year, codes, deaths[:, :, at], people[:, :, at])
        people[:, :, at] *= year.deaths.part
        for blocks, into in zip((year.deaths, year.residents), by_rounding, strict=True):
            if blocks.rounded is None or into is None:
                continue
            for name, total in into.items():
                errors = replace(blocks, counts=getattr(blocks.rounded, name))
                # Shares of a block carry at most their share of its error.
                total[:, :, at], _ = _carried(level, year, errors, paths, codes)
        shared += moved / len(series.years)
    return Counts(
        geography=level.geography,
        areas=codes,
        years=np.array([year.year for year in series.years], dtype=np.int64),
        bases=tuple(year.base for year in series.years),
        age_starts=series.age_starts,
        deaths=deaths,
        person_years=people,
        provisional=np.array([_provisional(rules, year) for year in series.years], dtype=bool),
        reassigned=shared,
        year_ends=series.year_ends,
        deaths_rounded=None if by_rounding[0] is None else Rounded(**by_rounding[0]),
        residents_rounded=None if by_rounding[1] is None else Rounded(**by_rounding[1]),
    )


def _provisional(rules: Computed, year: YearOfBlocks) -> bool:
    late = rules.provisional_from is not None and year.year >= rules.provisional_from
    return late or year.deaths.part < 1.0


def _paths(level: Level, series: BlockSeries, inputs: Frames) -> dict[str, Lookup]:
    """The lookup from each kind of block that is in use to the level."""
    kinds = dict.fromkeys(
        blocks.geography for year in series.years for blocks in (year.deaths, year.residents)
    )
    rows = inputs.get("lookup")
    lookups = (
        {} if rows is None else {str(k): part for k, part in rows.groupby("source", sort=True)}
    )
    residents = _mean_residents(series)
    paths = {}
    for kind in kinds:
        if kind == level.geography:
            paths[kind] = _itself(series, kind)
            continue
        if kind not in level.paths:
            _refuse(
                f"the study, computed.levels, {level.geography}",
                f"a path from {kind}",
                f"paths from {', '.join(level.paths)}",
                f"name the lookups from {kind}",
            )
        paths[kind] = chain(
            lookups,
            f"{kind} to {level.geography}",
            kind,
            level.paths[kind],
            level.geography,
            residents,
        )
    return paths


def _itself(series: BlockSeries, kind: str) -> Lookup:
    """Blocks that are the areas themselves: each leads to itself, whole."""
    every = itertools.chain.from_iterable((year.deaths, year.residents) for year in series.years)
    codes = sorted({code for blocks in every if blocks.geography == kind for code in blocks.codes})
    pairs = pd.DataFrame({"from_code": codes, "to_code": codes, "weight": 1.0})
    return Lookup(kind, kind, kind, pairs)


def _mean_residents(series: BlockSeries) -> dict[str, pd.Series]:
    """Mean residents by code of each kind of block: what a turned lookup shares out by.

    For restricted deaths those of the first year of each kind: another year would move all deaths.
    """
    totals: dict[str, list[pd.Series]] = {}
    for year in series.years:
        blocks = year.residents
        if year.deaths.restricted and blocks.geography in totals:
            continue
        people = pd.Series(blocks.counts.sum(axis=(1, 2)), index=list(blocks.codes))
        totals.setdefault(blocks.geography, []).append(people)
    return {kind: pd.concat(parts, axis=1).mean(axis=1) for kind, parts in totals.items()}


def _carried(
    level: Level,
    year: YearOfBlocks,
    blocks: Blocks,
    paths: Mapping[str, Lookup],
    codes: tuple[str, ...],
) -> tuple[FloatArray, FloatArray]:
    """Counts (A, 2, K) of the areas, and the share (A,) of each that came from shared blocks."""
    path = paths[blocks.geography]
    strange = set(blocks.codes) - path.from_codes
    lost = path.from_codes - set(blocks.codes)
    where = f"{blocks.geography} to {level.geography}, year {year.year}"
    if strange:
        _refuse(
            where,
            "blocks that the lookup knows",
            UNTOLD if blocks.restricted else f"others: {shown(strange)}",
            "check their vintage; a block of neither vintage has no area",
        )
    if lost and not blocks.sparse:
        _refuse(
            where,
            "counts of each block",
            UNTOLD if blocks.restricted else f"none for {shown(lost)}",
            "complete the file; a block that isn't there is not empty",
        )
    place = {code: at for at, code in enumerate(blocks.codes)}
    area = {code: at for at, code in enumerate(codes)}
    pairs = path.pairs[path.pairs["from_code"].isin(place)]
    source = pairs["from_code"].map(place).to_numpy(dtype=np.int64)
    target = pairs["to_code"].map(area).to_numpy(dtype=np.int64)
    weight = pairs["weight"].to_numpy(dtype=np.float64)
    carried = np.zeros((len(codes), *blocks.counts.shape[1:]))
    np.add.at(carried, target, blocks.counts[source] * weight[:, None, None])
    part = np.zeros(len(codes))
    split = weight < 1.0
    np.add.at(part, target[split], (blocks.counts[source].sum(axis=(1, 2)) * weight)[split])
    total = carried.sum(axis=(1, 2))
    return carried, np.divide(part, total, out=np.zeros_like(part), where=total > 0)


def _require_people(
    level: Level, year: YearOfBlocks, codes: tuple[str, ...], deaths: FloatArray, people: FloatArray
) -> None:
    """Deaths where nobody lives are a fault of one of the two files."""
    ghosts = [
        code
        for code, dead, alive in zip(
            codes, deaths.sum(axis=(1, 2)), people.sum(axis=(1, 2)), strict=True
        )
        if dead > 0 and alive <= 0
    ]
    if ghosts:
        _refuse(
            f"{level.geography}, year {year.year}",
            "residents where there are deaths",
            UNTOLD if year.deaths.restricted else f"deaths and no residents in {shown(ghosts)}",
            "check that deaths and residents are of one vintage and one place",
        )


def _require_study_areas(study: Study, own: Counts) -> None:
    wanted, found = set(study.area_names), set(own.areas)
    if wanted != found:
        _refuse(
            f"counts of {own.geography}",
            "the study's areas and no others",
            f"nothing for {shown(wanted - found)}"
            if wanted - found
            else UNTOLD
            if own.restricted
            else f"also {shown(found - wanted)}",
            "check that the lookups lead to the study's own vintage, and that "
            "geography.areas lists each area",
        )


def _absent(study: Study, series: BlockSeries, own: Counts, inputs: Frames) -> BoolArray | None:
    """Where deaths of the study's areas that are to be expected aren't there (`mark_absent`)."""
    rules = study.computed
    if rules is None:
        raise ValueError("study: expected a [computed] part, found none")
    level = next(level for level in rules.levels if level.geography == own.geography)
    pairs = {kind: path.pairs for kind, path in _paths(level, series, inputs).items()}
    used = inputs["deaths"][inputs["deaths"]["geography"].isin(list(pairs))]
    return mark_absent(own, monthly_deaths(used, own, pairs), study.accepted)


def _refuse(where: str, expected: str, found: str, remedy: str) -> NoReturn:
    raise ValidationError(where, expected=expected, found=found, remedy=remedy)
