"""Everything that a run finds out before it draws, and every table that must pass the suites.

A run and a pull both call `analyse`, so a pull pins nothing that a run would refuse.
"""

from __future__ import annotations

from collections.abc import Callable
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
    PROMISE,
    TABLES,
    TARGET,
    VERDICT,
    VOICE,
)
from gapwatch.gap import assessment
from gapwatch.gap.ages import which_ages
from gapwatch.gap.bridged import bridged_gaps
from gapwatch.gap.evidence import Series, series
from gapwatch.gap.findings import findings
from gapwatch.gap.promise_history import promise_versions
from gapwatch.gap.robustness import robustness
from gapwatch.gap.verdict_table import target_table, trajectory_table, verdict_table
from gapwatch.initiatives.tables import COMPARED, initiative_tables
from gapwatch.listening.tables import voice_tables
from gapwatch.noting import (
    note_blocks,
    note_exchanged,
    note_expectancy,
    note_levels,
    note_unlike,
    note_unlisted,
)
from gapwatch.priorities.tables import priorities
from gapwatch.quality import views
from gapwatch.quality.gate import Gate
from gapwatch.reporting.language.labels import with_words
from gapwatch.sources.sanity import (
    require_direction,
    require_sexes,
)
from gapwatch.study import Study, restricted_tables

Frames = dict[str, pd.DataFrame]
Result = TypeVar("Result")
NOTHING_EARLIER = Earlier()


class CallStage(Protocol):
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
    step: CallStage = plainly,
    told: Earlier = NOTHING_EARLIER,
) -> Analysis:
    """Measure and judge the inputs of a snapshot; hand every table to the gate on the way.

    `inputs` are the canonical tables of a study that they fit, and `year` is that of the
    snapshot. `told` is what earlier releases from restricted deaths told, which this one keeps to.
    Raises ValidationError for tables that break their contract, and as the stages do;
    what breaks a critical expectation, the gate's findings refuse.
    """
    study = study.with_held(inputs)
    gate.hold_to(study)
    inputs = step("check", hand_over, study, inputs, gate)
    found = step("measure", series, study, inputs, told.settled)
    require_sexes_of_computed(study, found.tables)
    require_direction(found.gaps, declared=study.geography.ranking is not None)
    note_exchanged(study, inputs, found.tables, gate)
    note_expectancy(study, inputs, found, gate)
    note_levels(study, inputs, found, gate)
    note_unlike(study, inputs, found, gate)
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
        if name == LIFE_EXPECTANCY.name and frame.empty:
            continue  # nothing is published of a place whose own life tables decide
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
    versions = promise_versions(found, year)
    if len(versions):
        results[PROMISE.name] = versions
    if any(item.against for item in judged):
        results[TARGET.name] = target_table(judged)
    results |= findings(found.study, found.inputs, results, year)
    results = {name: with_words(name, frame, found.study) for name, frame in results.items()}
    warehouse.check(results)
    return results
