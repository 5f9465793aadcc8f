"""Everything that a run finds out before it draws, and every table that must pass the suites.

A run and a pull both call `analyse`, so a pull pins nothing that a run would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol, TypeVar

import pandas as pd

from gapwatch import warehouse
from gapwatch.audit.disclosed import Earlier
from gapwatch.audit.readings import withheld_before
from gapwatch.contracts import (
    CHANGE,
    COMPUTED_LIFE_EXPECTANCY,
    COVERAGE,
    DEATHS,
    FINDINGS,
    GAP,
    LIFE_EXPECTANCY,
    POPULATION,
    TABLES,
    TARGET,
    VERDICT,
    VOICE,
)
from gapwatch.counting.plausibility import levels
from gapwatch.gap import assessment
from gapwatch.gap.ages import which_ages
from gapwatch.gap.bridged import bridged_gaps
from gapwatch.gap.evidence import Series, series
from gapwatch.gap.findings import findings
from gapwatch.gap.robustness import robustness
from gapwatch.gap.verdict_table import target_table, trajectory_table, verdict_table
from gapwatch.initiatives.tables import COMPARED, initiative_tables
from gapwatch.listening.tables import voice_tables
from gapwatch.priorities.tables import priorities
from gapwatch.quality import views
from gapwatch.quality.gate import Gate
from gapwatch.reporting.language.labels import with_words
from gapwatch.sources.sanity import (
    absent_from_blocks,
    exchanged_areas,
    men_among_oldest,
    require_direction,
    require_sexes,
)
from gapwatch.sources.standing import (
    areas_beside_place,
    residents_of_one_sex,
    stated_apart,
    strange_expectancy,
)
from gapwatch.sources.unlisted import unlisted
from gapwatch.study import Study, restricted_tables

Frames = dict[str, pd.DataFrame]
Result = TypeVar("Result")
NOTHING_EARLIER = Earlier()
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


class Step(Protocol):
    """How a stage is called: timed in a run, as a task in a scheduled flow."""

    def __call__(self, name: str, stage: Callable[..., Result], *inputs: object) -> Result:
        """Call the stage with its inputs and return what it returns."""
        ...


def plainly(name: str, stage: Callable[..., Result], *inputs: object) -> Result:
    """Call a stage and nothing else."""
    del name
    return stage(*inputs)


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was read, measured and judged.

    `inputs` are the tables as read, with those that are made only to be checked; `results` holds
    every table that was made of them, by name.
    """

    inputs: Frames
    series: Series
    judged: list[assessment.Judged]
    results: Frames


def analyse(
    study: Study,
    inputs: Frames,
    year: int,
    gate: Gate,
    step: Step = plainly,
    told: Earlier = NOTHING_EARLIER,
) -> Analysis:
    """Measure and judge the inputs of a snapshot; hand every table to the gate on the way.

    `inputs` are the canonical tables of a study that they fit, and `year` is that of the
    snapshot. `told` is what earlier releases from restricted deaths told, which this one keeps to.
    Raises ValidationError for tables that break their contract, and as the stages do;
    what breaks a critical expectation, the gate's findings refuse.
    """
    study = study.with_held(inputs)
    inputs = step("check", hand_over, study, inputs, gate)
    found = step("measure", series, study, inputs, told.settled)
    require_sexes_of_computed(study, found.tables)
    require_direction(found.gaps)
    note_exchanged(study, inputs, found.tables, gate)
    note_expectancy(study, inputs, found, gate)
    note_levels(study, inputs, found, gate)
    later = step("bridge", bridged_gaps, study, inputs)
    judged = step("judge", assessment.judge, found.study, found.gaps, year, found.baselines)
    doubts = step("test verdict", robustness, found, judged, year)
    ages = withheld_before(told, step("find ages", which_ages, found))
    asked = step("compare priorities", priorities, study, inputs, found.counted)
    others = {**doubts, **found.tables, **ages, **later, **asked}
    results = step("tabulate", tabulate, found, judged, others, year)
    results |= step("follow initiatives", follow, study, inputs, results, year)
    for name, frame in results.items():
        if TABLES[name] not in FINDINGS:
            gate.check(TABLES[name], frame)
    return Analysis(inputs, found, judged, results)


def follow(study: Study, inputs: Frames, results: Frames, year: int) -> Frames:
    """The tables of what is done, and of what people said; none where a study has neither."""
    told = {**inputs, **results}
    made = {
        **initiative_tables(study, told, year),
        **voice_tables(study, inputs.get(VOICE.name), told.get(COMPARED)),
    }
    warehouse.check(made)
    return made


def hand_over(study: Study, inputs: Frames, gate: Gate) -> Frames:
    """The inputs with what is made to check them, each handed to the gate."""
    seen = with_views(study, inputs)
    restricted = restricted_tables(study.sources)
    for name, frame in seen.items():
        gate.check(
            TABLES[name], frame, restricted=name in restricted, advisory=is_advisory(study, name)
        )
    note_unlisted(study, inputs, gate)
    note_blocks(inputs, restricted, gate)
    return seen


def with_views(study: Study, inputs: Frames) -> Frames:
    """The inputs, held against their contracts, and beside them coverage and change.

    Both are of the windows that are published for the study's areas. Where the study's own life
    tables decide, none need be, and one is no change.
    """
    warehouse.check(inputs, restricted_tables(study.sources))
    life = inputs["life_expectancy"]
    if not (life["geography"] == study.geography.vintage).any():
        return inputs
    views_of = {COVERAGE.name: views.coverage(study, inputs)}
    changes = views.change(study, inputs)
    if len(changes) or not is_advisory(study, CHANGE.name):
        views_of[CHANGE.name] = changes
    return {**inputs, **views_of}


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


def require_sexes_of_computed(study: Study, made: Frames) -> None:
    """Refuse deaths or residents whose sexes are exchanged; it shows in our own life tables."""
    if COMPUTED_LIFE_EXPECTANCY.name in made:
        told = DEATHS.name not in restricted_tables(study.sources)
        computed = made[COMPUTED_LIFE_EXPECTANCY.name]
        require_sexes(
            "deaths and residents",
            computed[~computed["provisional"].astype(bool)],
            code="area",
            told=told,
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
    _note(gate, POPULATION.name, _JUMPS, levels.bands_jump(own), own.person_years.size)
    _note(gate, POPULATION.name, _TOTALS, levels.moved_since_totals(own, published), areas)
    if not own.restricted:
        _note(gate, deaths, _LEVELS, levels.strange_levels(own), areas)
        _note(gate, POPULATION.name, _EXCHANGED, levels.residents_exchanged(own), areas)
        both = [*levels.premature_exchanged(whole), *levels.premature_exchanged(own)]
        _note(gate, deaths, _PREMATURE, both, areas + 1)


def _note(gate: Gate, table: str, says: str, found: list[str], checked: int) -> None:
    if found:
        gate.note(table, says, found[:_MOST_TOLD], checked=checked)


def is_advisory(study: Study, table: str) -> bool:
    """Whether what a table says is only worth a warning, since nothing of the trend rests on it.

    Where the study's own life tables decide, published windows stand beside them, no more.
    """
    decides = study.computed is not None and study.computed.decides
    return decides and table in (COVERAGE.name, CHANGE.name)


def tabulate(found: Series, judged: list[assessment.Judged], others: Frames, year: int) -> Frames:
    """Arrange what was found as tables, with words beside codes, and check their contracts."""
    results = {
        GAP.name: found.gaps,
        VERDICT.name: verdict_table(judged),
        "trajectory": trajectory_table(judged),
        **others,
    }
    if any(item.against for item in judged):
        results[TARGET.name] = target_table(judged)
    results |= findings(found.study, found.inputs, results, year)
    results = {name: with_words(name, frame, found.study) for name, frame in results.items()}
    warehouse.check(results)
    return results
