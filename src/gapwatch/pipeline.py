"""The whole job, in order. Each stage is a function of a module named after it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import pandas as pd

from gapwatch import publishing, snapshots, tables, warehouse
from gapwatch import study as study_file
from gapwatch.audit.manifest import manifest, provenance
from gapwatch.contracts import (
    BRIDGED_GAP,
    EXTRA_INPUTS,
    INPUTS,
    LIFE_EXPECTANCY,
    OUTPUTS,
    TABLES,
    VALIDATION,
)
from gapwatch.gap import assessment, measures
from gapwatch.gap.bridged import bridged_gaps
from gapwatch.gap.robustness import robustness
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
from gapwatch.study import Study

log = logging.getLogger(__name__)
Frames = dict[str, pd.DataFrame]
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
    step: Step = timed, checker: Checker | None = None,
) -> Outcome:  # fmt: skip
    """Make the release of a snapshot: read, check, measure, judge, draw, write, publish.

    Nothing is published unless every critical expectation holds. Validation runs in a process of
    its own meanwhile, so `validate` only waits for it; `checker` is that process when it runs
    already.
    """
    study, study_sha256 = step("read study", study_file.load, project.study_file)
    snapshot = step("read snapshot", newest_or_named, project, study, snapshot_id)
    basis = step("take provenance", provenance, project, study_sha256)
    release_id = basis.release_id(study, snapshot)
    with (
        publishing.workspace(out or project.reports, project.curated) as place,
        Gate(project.expectations, place.checks, checker) as gate,
    ):
        inputs = step("load", load, project, study, snapshot, gate)
        gaps = step("measure", measures.measure_gaps, study, inputs)
        later = step("bridge", bridged_gaps, study, inputs)
        judged = step("judge", assessment.judge, study, gaps, snapshot.as_known_at.year)
        doubts = step("test verdict", robustness, study, inputs, judged, snapshot.as_known_at.year)
        results = step("tabulate", tabulate, gaps, judged, {**doubts, **later}, gate)
        facts = release_facts(release_id, study, snapshot, basis)
        charts = step("draw", render.draw, study, {**inputs, **results}, facts)
        results["validation"] = step("validate", validate, gate)
        report = build_report(study, facts, {**inputs, **results})
        files = step("render", render.render, report, charts)
        files |= exports({**inputs, **results}, snapshot)
        answer = {"verdict": report.verdict, "sentence": report.sentence}
        files["manifest.json"] = manifest(
            release_id, study, snapshot, basis, answer=answer, files=files
        )
        path = step("publish", publish, place, study, release_id, files, {**inputs, **results})
    return outcome(release_id, snapshot, path, report, results["validation"])


def newest_or_named(project: Project, study: Study, snapshot_id: str | None) -> Snapshot:
    """The snapshot that was named, or the newest that the study may use."""
    return snapshots.load(project.raw, snapshot_id, study=study.study.id)


def load(project: Project, study: Study, snapshot: Snapshot, gate: Gate) -> Frames:
    """Read the snapshot's tables, hold them against their contracts, hand them to the gate."""
    inputs = load_inputs(project.raw, snapshot, study)
    warehouse.check(inputs)
    inputs["coverage"] = views.coverage(study, inputs)
    inputs["change"] = views.change(study, inputs)
    for name, frame in inputs.items():
        gate.check(TABLES[name], frame)
    return inputs


def tabulate(
    gaps: pd.DataFrame, judged: list[assessment.Judged], others: Frames, gate: Gate
) -> Frames:
    """Arrange what was found as tables, hold them against their contracts and the gate."""
    results = {
        "gap": gaps,
        "verdict": assessment.verdict_table(judged),
        "trajectory": assessment.trajectory_table(judged),
        **others,
    }
    warehouse.check(results)
    for name, frame in results.items():
        gate.check(TABLES[name], frame)
    return results


def validate(gate: Gate) -> pd.DataFrame:
    """Wait for the gate; stop here when a critical expectation fails."""
    return tables.canonical(VALIDATION, gate.findings(), "validation")


def exports(frames: Frames, snapshot: Snapshot) -> dict[str, bytes]:
    """Every table as sorted CSV, with its CSVW metadata and the licences of its pins."""
    described = [table for table in (*INPUTS, *EXTRA_INPUTS, *OUTPUTS) if table.name in frames]
    files = {
        f"data/{table.name}.csv": tables.to_csv(table, frames[table.name]) for table in described
    }
    files["data/metadata.json"] = tables.csvw(described, rights(snapshot))
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
    release_id: str,
    files: dict[str, bytes],
    frames: Frames,
) -> Path:
    """Write the release and the database aside, then move both into place."""
    publishing.write_files(place.release, files)
    warehouse.build(place.database, frames)
    return publishing.publish(place, release_id, study.study.id)


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
