"""The whole job, in order. Each stage is a function of a module named after it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import pandas as pd

from gapwatch import publishing, snapshots, tables, warehouse
from gapwatch import study as study_file
from gapwatch.audit.closed import closed_inputs, with_lengths
from gapwatch.audit.disclosed import (
    RECORD,
    Earlier,
    Record,
    earlier,
)
from gapwatch.audit.figures import figures
from gapwatch.audit.lineage import lineage
from gapwatch.audit.manifest import Identity, basis_of, identify, manifest, seal
from gapwatch.audit.provenance import Claims, Provenance, believing, input_files, provenance
from gapwatch.audit.readings import require_no_other_reading, require_same, withheld_before
from gapwatch.audit.since import Since, since
from gapwatch.audit.verify import MANIFEST, SEAL
from gapwatch.contracts import (
    BRIDGED_GAP,
    DEATHS,
    EXTRA_INPUTS,
    INPUTS,
    LIFE_EXPECTANCY,
    OUTPUTS,
    POPULATION,
    TABLES,
    VALIDATION,
)
from gapwatch.gap import assessment
from gapwatch.gap.ages import which_ages
from gapwatch.gap.bridged import bridged_gaps
from gapwatch.gap.judged_tables import trajectory_table, verdict_table
from gapwatch.gap.robustness import robustness
from gapwatch.gap.series import Series, series
from gapwatch.project import Project
from gapwatch.quality import views
from gapwatch.quality.checker import Checker
from gapwatch.quality.gate import Gate
from gapwatch.reporting import render
from gapwatch.reporting.facts import release_facts
from gapwatch.reporting.model import Report, build_report
from gapwatch.reporting.numbers import sentence
from gapwatch.snapshots import Snapshot
from gapwatch.sources.pinned import load_inputs
from gapwatch.study import Study, restricted_tables

log = logging.getLogger(__name__)
Frames = dict[str, pd.DataFrame]
OF_BLOCKS = (DEATHS, POPULATION)
Result = TypeVar("Result")


class Step(Protocol):
    """How a stage is called: timed here, as a task in a scheduled flow."""

    def __call__(self, name: str, stage: Callable[..., Result], *inputs: object) -> Result:
        """Call the stage with its inputs and return what it returns."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: the release, where it is, and what it says."""

    release: str
    snapshot: str
    path: Path
    verdict: str
    sentence: str
    warnings: tuple[str, ...]


def timed(name: str, stage: Callable[..., Result], *inputs: object) -> Result:
    """Call a stage and log how long it took."""
    started = time.perf_counter()
    log.info("%s ...", name)
    result = stage(*inputs)
    log.info("%s: %.2f s", name, time.perf_counter() - started)
    return result


def run(
    project: Project, *, snapshot_id: str | None = None, out: Path | None = None,
    known_at: dt.date | None = None, claims: Claims | None = None,
    step: Step = timed, checker: Checker | None = None,
) -> Outcome:  # fmt: skip
    """Make the release of a snapshot: read, check, measure, judge, draw, write, publish.

    Nothing is published unless every critical expectation holds. Validation runs in a process of
    its own meanwhile, so `validate` only waits for it; `checker` is that process when it runs
    already. `known_at` takes the newest snapshot of that date or earlier; `claims` is what a
    release that is made again says of its making.
    """
    study, study_sha256 = step("read study", study_file.load, project.study_file)
    snapshot = step("read snapshot", chosen_snapshot, project, study, snapshot_id, known_at)
    with (
        publishing.workspace(out or project.reports, project.curated) as place,
        Gate(project.expectations, place.checks, checker) as gate,
    ):
        made_from, identity = step("take provenance", take_provenance, project, place, study,
                                   study_sha256, snapshot, claims)  # fmt: skip
        told = step("read disclosures", earlier, place.out, study, identity, claims is not None)
        inputs, record = step("load", load, project, study, snapshot, gate, told)
        year = snapshot.as_known_at.year
        found = step("measure", series, study, inputs, told.settled)
        later = step("bridge", bridged_gaps, study, inputs)
        judged = step("judge", assessment.judge, found.study, found.gaps, year, found.baselines)
        doubts = step("test verdict", robustness, found, judged, year)
        ages = withheld_before(told, step("find ages", which_ages, found))
        step("hold against earlier", hold, project, place, study, told, record, found, ages)
        before = step("compare", compare, project, identity, study, snapshot, found, judged, later)
        moved = {} if before is None or before.moved.empty else {"revision": before.moved}
        others = {**doubts, **found.tables, **ages, **later, **moved}
        results = step("tabulate", tabulate, found, judged, others, gate)
        facts = release_facts(identity, study, snapshot, made_from, before)
        shown = {**found.inputs, **results}
        charts = step("draw", render.draw, found.study, shown, facts)
        results["validation"] = step("validate", validate, gate)
        report = build_report(found.study, facts, {**shown, **results})
        files = step("render", render.render, report, charts)
        files |= {**exports(study, {**inputs, **results}, snapshot), **input_files(project)}
        files |= {RECORD: with_lengths(record, found.lengths).content()} if record else {}
        answer = {"verdict": report.verdict, "sentence": report.sentence}
        files[MANIFEST] = manifest(identity, study, snapshot, made_from, answer=answer, files=files)
        files[SEAL] = seal(files[MANIFEST])
        path = step("publish", publish, place, study, identity, files, {**inputs, **results})
    return outcome(identity.release, snapshot, path, report, results["validation"])


def chosen_snapshot(
    project: Project, study: Study, snapshot_id: str | None, known_at: dt.date | None
) -> Snapshot:
    """The snapshot that was named, or the newest that the study may use, as known by a date."""
    return snapshots.load(project.raw, snapshot_id, study=study.study.id, known_at=known_at)


def take_provenance(
    project: Project, place: publishing.Workspace, study: Study, study_sha256: str,
    snapshot: Snapshot, claims: Claims | None,
) -> tuple[Provenance, Identity]:  # fmt: skip
    """What the release is made from, the release that it follows, and its name."""
    own = believing(provenance(project, study_sha256), claims)
    basis = basis_of(study, snapshot, own)
    follows = lineage(place.out, study.study.id, basis, snapshot.as_known_at)
    return believing(own, follows.claims), identify(study, snapshot, basis, follows.previous)


def load(
    project: Project, study: Study, snapshot: Snapshot, gate: Gate, told: Earlier
) -> tuple[Frames, Record | None]:
    """Read the snapshot's tables, hold them against their contracts, hand them to the gate.

    Restricted deaths are those of closed years, of which the record says where each is read.
    """
    every = load_inputs(project.raw, snapshot, study)
    inputs, record = closed_inputs(project.raw, study, snapshot, every, told)
    warehouse.check(inputs)
    published = inputs["life_expectancy"]["geography"] == study.geography.vintage
    if published.any():  # nothing need be, where the study's own life tables decide
        inputs["coverage"] = views.coverage(study, inputs)
        inputs["change"] = views.change(study, inputs)
    restricted = restricted_tables(study.sources)
    for name, frame in inputs.items():
        gate.check(TABLES[name], frame, restricted=name in restricted)
    return inputs, record


def hold(
    project: Project, place: publishing.Workspace, study: Study, told: Earlier,
    record: Record | None, found: Series, ages: Frames,
) -> None:  # fmt: skip
    """Refuse a second reading of restricted deaths that an earlier release told."""
    if record is None:
        return
    tables = {**found.tables, "gap": found.gaps, **ages}
    if not told.again:
        require_no_other_reading(place.out, project.raw, study, record, tables)
    require_same(told, tables)


def compare(
    project: Project, identity: Identity, study: Study, snapshot: Snapshot, found: Series,
    judged: list[assessment.Judged], later: Frames,
) -> Since | None:  # fmt: skip
    """What moved since the release before; None where there is none."""
    if identity.previous is None:
        return None
    now = figures(found.gaps, verdict_table(judged), later.get("bridged_gap"))
    return since(identity.previous.folder, project.raw, study, snapshot, now)


def tabulate(found: Series, judged: list[assessment.Judged], others: Frames, gate: Gate) -> Frames:
    """Arrange what was found as tables, hold them against their contracts and the gate."""
    results = {
        "gap": found.gaps,
        "verdict": verdict_table(judged),
        "trajectory": trajectory_table(judged),
        **others,
    }
    warehouse.check(results)
    for name, frame in results.items():
        gate.check(TABLES[name], frame)
    return results


def validate(gate: Gate) -> pd.DataFrame:
    """Wait for the gate; stop here when a critical expectation fails."""
    return tables.canonical(VALIDATION, gate.findings(), "validation")


def exports(study: Study, frames: Frames, snapshot: Snapshot) -> dict[str, bytes]:
    """Every table as sorted CSV, with its CSVW metadata and the licences of its pins.

    Counts of small blocks by age stay in the snapshot: no number of the report is one of them. So
    does every table that holds anything restricted.
    """
    banner = study.study.invented
    kinds = (*INPUTS, *EXTRA_INPUTS, *OUTPUTS)
    kept = {*(table.name for table in OF_BLOCKS), *restricted_tables(study.sources)}
    described = [table for table in kinds if table.name in frames and table.name not in kept]
    files = {
        f"data/{table.name}.csv": tables.to_csv(table, frames[table.name], banner=banner)
        for table in described
    }
    files["data/metadata.json"] = tables.csvw(described, rights(snapshot), banner=banner)
    return files


def rights(snapshot: Snapshot) -> dict[str, list[str]]:
    """Licence and attribution of every pin, by table; later gaps have those of their figures."""
    found: dict[str, list[str]] = {}
    for pin in snapshot.pins:
        told = f"{pin.title}: {sentence(pin.licence)} {sentence(pin.attribution)}"
        found.setdefault(pin.table, []).append(told)
    return found | {BRIDGED_GAP.name: found.get(LIFE_EXPECTANCY.name, [])}


def publish(
    place: publishing.Workspace,
    study: Study,
    identity: Identity,
    files: dict[str, bytes],
    frames: Frames,
) -> Path:
    """Write the release and the database aside, then move both into place.

    Restricted tables are in neither.
    """
    publishing.write_files(place.release, files)
    restricted = restricted_tables(study.sources)
    warehouse.build(
        place.database, {name: frame for name, frame in frames.items() if name not in restricted}
    )
    return publishing.publish(place, identity.release, study.study.id)


def outcome(
    release_id: str, snapshot: Snapshot, path: Path, report: Report, validation: pd.DataFrame
) -> Outcome:
    """Sum up a run for the person or program that asked for it."""
    failed = validation[validation["rows_unexpected"] > 0]
    warnings = tuple(
        f"{row.suite}: not met: {row.expectation} ({row.rows_unexpected} of {row.rows_checked} "
        f"rows: {row.examples})"
        for row in failed.itertuples()
    )
    return Outcome(release_id, snapshot.id, path, report.verdict, report.sentence, warnings)
