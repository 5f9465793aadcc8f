"""What is worth a warning by name: what is strange in the inputs, the counts and what came of them.

Each finding is a note of the gate: it stands in `validation`, in the report and in the summary.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from gapwatch.contracts import COMPUTED_LIFE_EXPECTANCY, DEATHS, LIFE_EXPECTANCY, POPULATION
from gapwatch.counting.plausibility import levels
from gapwatch.counting.plausibility.bands import bands_without_deaths
from gapwatch.counting.plausibility.published import unlike_published
from gapwatch.gap.evidence import Series
from gapwatch.quality.gate import Gate
from gapwatch.sources.repeated import same_areas
from gapwatch.sources.sanity import absent_from_blocks, exchanged_areas, men_among_oldest
from gapwatch.sources.standing import (
    areas_beside_place,
    residents_of_one_sex,
    stated_apart,
    strange_expectancy,
)
from gapwatch.sources.unlisted import unlisted
from gapwatch.study import Study, restricted_tables

Frames = dict[str, pd.DataFrame]
_MOST_TOLD = 20
_WHOLE_BLOCKS = (
    "no block lacks deaths of years in which its other years make 18 or more to be expected"
)
_OLD_WOMEN = "no more men than women of 85 and over in each area; the sexes may be exchanged there"
_TWO_SEXES = (
    "women and men are counted apart, and clearly more women grow old; the residents may be of one "
    "sex, or of all persons, twice"
)
_LIVES = (
    "life expectancy at birth is such as districts and wards of the United Kingdom have; it may be "
    "at another age, or of deaths by place of occurrence"
)
_BESIDE = (
    "the areas, weighted by residents, live within 2.5 years of their place; they may be of "
    "another age or another measure"
)
_OWN = (
    "each area has published figures of its own; one may be pasted over the other, or their "
    "publisher tells both together"
)
_STATED = (
    "the sides of the baseline are within 2.5 years, beyond chance, of what the promise states; "
    "the figures may be of another measure, or the promise misquoted"
)
_LEVELS = (
    "deaths of each area over all years are between 0.45 and 2 times those that its place's rates "
    "make to be expected; they may be counted where people died"
)
_EXCHANGED = (
    "residents and deaths of the sexes fit each other in each area; its residents' sexes may be "
    "exchanged"
)
_NEWEST = "the newest year of deaths is as full as the years before it; it may not be over"
_TOTALS = (
    "each area has its share of the place as in the publisher's totals of the years beside; blocks "
    "may lead to another area, or deaths be counted where people died"
)
_PREMATURE = (
    "men of 15 to 64 die more than women, in the place and in each area; the sexes of deaths may "
    "be exchanged"
)
_JUMPS = (
    "residents of each area, sex and age go on from one year to the next; a cell may be cut off or "
    "in another's place"
)
_CURVE = (
    "mortality of the place rises smoothly with age; two ages may be in each other's place, in the "
    "deaths or in the residents"
)
_BANDS = "each age of each sex has residents; bands may be merged"
_DEATHLESS = (
    "no age of the place lacks deaths that are to be expected there; bands may be merged, or "
    "deaths under 1 left out"
)
_UNLIKE = (
    "published life expectancies of the same area, sex and years come out within the study's "
    "tolerance_years; ages may be in each other's place, or the residents or deaths be others"
)


def note_unlisted(study: Study, inputs: Frames, gate: Gate) -> None:
    """Warn of areas of the place that the data hold and the study leaves out."""
    left_out = unlisted(study, inputs)
    if left_out:
        gate.note(
            "areas",
            "every area of the place that the data hold is an area of the study",
            [f"{area}: {area.reason or 'no reason is given'}" for area in left_out],
            checked=len(left_out) + len(study.geography.areas),
        )


def note_blocks(inputs: Frames, restricted: Collection[str], gate: Gate) -> None:
    """Warn of blocks that lack deaths of some years, and of areas in which men grow oldest."""
    checks = (
        (DEATHS.name, _WHOLE_BLOCKS, absent_from_blocks),
        (POPULATION.name, _OLD_WOMEN, men_among_oldest),
        (POPULATION.name, _TWO_SEXES, residents_of_one_sex),
    )
    for table, says, check in checks:
        if table in inputs and table not in restricted:
            found = check(inputs[table])
            if found:
                checked = inputs[table]["area_code"].nunique()
                gate.note(table, says, found[:_MOST_TOLD], checked=checked)


def note_exchanged(study: Study, inputs: Frames, made: Frames, gate: Gate) -> None:
    """Warn of areas in which men outlive women over all years, computed or published."""
    decides = study.computed is not None and study.computed.decides
    name = COMPUTED_LIFE_EXPECTANCY.name if decides else LIFE_EXPECTANCY.name
    table = (made if decides else inputs).get(name)
    if table is None or (decides and DEATHS.name in restricted_tables(study.sources)):
        return
    code = "area" if decides else "area_code"
    mine = table[
        (table["geography"] == study.geography.vintage) & table[code].isin(study.area_names)
    ]
    found = exchanged_areas(mine, code=code)
    if found:
        gate.note(
            name,
            "women live longer than men in each area over all years; the sexes may be "
            "exchanged there",
            found,
            checked=mine[code].nunique(),
        )


def note_expectancy(study: Study, inputs: Frames, found: Series, gate: Gate) -> None:
    """Warn of life expectancy that no place has, published or computed, and of a baseline apart."""
    people = inputs["population_deaths"]
    tables = [(LIFE_EXPECTANCY.name, inputs[LIFE_EXPECTANCY.name], "area_code")]
    if DEATHS.name not in restricted_tables(study.sources):
        computed = found.tables.get(COMPUTED_LIFE_EXPECTANCY.name)
        if computed is not None:
            tables.append((COMPUTED_LIFE_EXPECTANCY.name, computed, "area"))
    life = inputs[LIFE_EXPECTANCY.name]
    if LIFE_EXPECTANCY.name not in restricted_tables(study.sources):
        _note(gate, LIFE_EXPECTANCY.name, _OWN, same_areas(study, life), len(life))
    for name, table, code in tables:
        _note(gate, name, _LIVES, strange_expectancy(study, table, code=code), len(table))
        _note(gate, name, _BESIDE, areas_beside_place(study, table, people, code=code), len(table))
    gaps = found.gaps if found.baselines is None else pd.concat([found.gaps, found.baselines])
    _note(gate, "gap", _STATED, stated_apart(study, gaps), len(gaps))


def note_levels(study: Study, inputs: Frames, found: Series, gate: Gate) -> None:
    """Warn of areas, sexes and a newest year of deaths that stand out of their place."""
    if found.counted is None:
        return
    own, whole = found.counted.levels[study.geography.vintage], found.counted.borough
    published = inputs["population_deaths"]
    deaths, areas = DEATHS.name, len(own.areas)
    _note(gate, deaths, _NEWEST, levels.newest_year_short(whole), len(whole.years))
    _note(gate, deaths, _CURVE, levels.rough_curve(whole), len(whole.age_starts))
    _note(gate, POPULATION.name, _BANDS, levels.empty_bands(whole), len(whole.age_starts))
    _note(gate, deaths, _DEATHLESS, bands_without_deaths(whole), len(whole.age_starts))
    _note(gate, POPULATION.name, _JUMPS, levels.bands_jump(own), own.person_years.size)
    _note(gate, POPULATION.name, _TOTALS, levels.moved_since_totals(own, published), areas)
    if not own.restricted:
        _note(gate, deaths, _LEVELS, levels.strange_levels(own), areas)
        _note(gate, POPULATION.name, _EXCHANGED, levels.residents_exchanged(own), areas)
        both = [*levels.premature_exchanged(whole), *levels.premature_exchanged(own)]
        _note(gate, deaths, _PREMATURE, both, areas + 1)


def note_unlike(study: Study, inputs: Frames, found: Series, gate: Gate) -> None:
    """Warn of published life expectancies that our own tables don't come out at."""
    if found.counted is None or study.computed is None:
        return
    unlike, compared = unlike_published(
        found.counted,
        inputs[LIFE_EXPECTANCY.name],
        place=study.study.area_code,
        vintage=study.geography.vintage,
        tolerance=study.computed.tolerance_years,
    )
    _note(gate, LIFE_EXPECTANCY.name, _UNLIKE, unlike, compared)


def _note(gate: Gate, table: str, says: str, found: list[str], checked: int) -> None:
    if found:
        gate.note(table, says, found[:_MOST_TOLD], checked=checked)
