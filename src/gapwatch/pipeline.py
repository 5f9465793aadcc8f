"""The whole job, in order. Each stage is a function of a module named after it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from gapwatch import publishing, snapshots, stopping, tables, warehouse
from gapwatch import study as study_file
from gapwatch.analysis import Analysis, CallStage, analyse
from gapwatch.audit.closed import closed_inputs, with_lengths
from gapwatch.audit.disclosed import RECORD, Earlier, Record, earlier
from gapwatch.audit.lineage import lineage
from gapwatch.audit.manifest import Identity, basis_of, identify, manifest, seal
from gapwatch.audit.provenance import (
    Claims,
    CodeState,
    Provenance,
    believing,
    input_files,
    provenance,
)
from gapwatch.audit.readings import require_no_other_reading, require_same
from gapwatch.audit.registration import registration
from gapwatch.audit.revisions.figures import figures
from gapwatch.audit.revisions.since import Since, since
from gapwatch.audit.standing import mend
from gapwatch.audit.verify import MANIFEST, SEAL, torn_files
from gapwatch.contracts import (
    BRIDGED_GAP,
    REGISTRATION,
    REVISION,
    VALIDATION,
    VERDICT,
)
from gapwatch.exporting import OF_PERSONS, exports
from gapwatch.project import Project
from gapwatch.quality import views
from gapwatch.quality.checker import Checker
from gapwatch.quality.gate import Gate
from gapwatch.reporting import kit, render
from gapwatch.reporting.build import Report, build_report
from gapwatch.reporting.release import release_facts
from gapwatch.site import laying
from gapwatch.site.shelf import Coming
from gapwatch.snapshots import Snapshot
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import Study, restricted_tables
from gapwatch.targets import newest_end, targets_of

log = logging.getLogger(__name__)
Frames = dict[str, pd.DataFrame]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: the release, where it is, and what it says.

    `verdict` is a code, `label` what it is called, `message` as `document.Message`; `newest_end`
    is the last year of the headline's newest window, `targets` are as `targets_of`.
    """

    release: str
    snapshot: str
    path: Path
    verdict: str
    label: str
    sentence: str
    message: dict[str, str]
    warnings: tuple[str, ...]
    newest_end: int | None
    targets: tuple[dict[str, Any], ...]


def timed(name: str, stage: Callable[..., Result], *inputs: object) -> Result:
    """Call a stage and log how long it took."""
    started = time.perf_counter()
    log.info("%s ...", name)
    result = stage(*inputs)
    log.info("%s: %.2f s", name, time.perf_counter() - started)
    return result


def run(
    project: Project,
    *,
    snapshot_id: str | None = None,
    out: Path | None = None,
    known_at: dt.date | None = None,
    claims: Claims | None = None,
    step: CallStage = timed,
    checker: Checker | None = None,
    code: CodeState | None = None,
    with_kit: bool = False,
    with_site: bool = True,
    with_database: bool = True,
    side_by_side: bool = True,
) -> Outcome:
    """Make the release of a snapshot: read, check, measure, judge, draw, write, publish.

    Nothing is published unless every critical expectation holds. Validation runs in a process of
    its own meanwhile, so `validate` only waits for it; `checker` is that process when it runs
    already, and `code` is the state of this process's code when it is known already. `known_at`
    takes the newest snapshot of that date or earlier; `claims` is what a release that is made again
    says of its making; such a one is laid out on no site. `with_kit` makes the board kit too, which
    stands on the site. With neither that nor `with_site` a folder that has no site stays without;
    without `with_database` a database that stands is left as it is.
    `side_by_side` is for a run that has the machine to itself: see `render.render`.
    """
    if with_kit:
        kit.require()
    stopping.leaves("no release was published, and the last one is as it was")
    study, study_sha256 = step("read study", study_file.load, project.study_file)
    snapshot = step("read snapshot", chosen_snapshot, project, study, snapshot_id, known_at)
    study = study.known_at(snapshot.as_known_at)
    with (
        publishing.workspace(out or project.reports, project.curated) as place,
        Gate(project.expectations, place.checks, checker) as gate,
    ):
        made_from, identity = step(
            "take provenance",
            take_provenance,
            project,
            place,
            study,
            study_sha256,
            snapshot,
            claims,
            code,
        )
        told = step("read disclosures", earlier, place.out, study, identity, claims is not None)
        every = step("load", load_inputs, project.raw, snapshot, study)
        inputs, record = step(
            "close years", closed_inputs, project.raw, study, snapshot, every, told
        )
        # Check, measure, bridge, judge, test the verdict, find ages: what a pull does as well.
        found = analyse(study, inputs, snapshot.as_known_at.year, gate, step, told)
        step("hold against earlier", hold, project, place, study, told, record, found)
        before = step("compare", compare, project, identity, study, snapshot, found)
        registered = registrations(identity, found.inputs, snapshot, gate)
        inputs, results = (
            found.inputs,
            {**found.results, **registered, **revisions(before, gate)},
        )
        facts = release_facts(identity, study, snapshot, made_from, before)
        of, shown = found.series.study, {**found.series.inputs, **results}
        charts = step("draw", render.draw, of, shown, facts)
        # What needs no finding is done while the checks go on; all of it lies aside.
        if with_database:
            step("store", store, place, study, {**inputs, **results})
        pictures = step("set out", render.set_out, charts, study.typefaces)
        results["validation"] = step("validate", validate, gate)
        report = build_report(of, facts, {**shown, **results})
        files = step(
            "render", render.render, report, charts, study.typefaces, pictures, side_by_side
        )
        files |= {**exports(study, {**inputs, **results}, snapshot), **input_files(project, study)}
        files |= {RECORD: with_lengths(record, found.series.lengths).content()} if record else {}
        answer = {
            "verdict": report.verdict,
            "label": report.label,
            "sentence": report.sentence,
            "message": asdict(report.message),
        }
        files[MANIFEST] = manifest(identity, study, snapshot, made_from, answer=answer, files=files)
        files[SEAL] = seal(files[MANIFEST])
        board = step("make kit", kit.make, report, charts) if with_kit else {}
        path = step(
            "publish",
            publish,
            project,
            place,
            study,
            identity,
            snapshot,
            files,
            results["validation"],
            board,
            claims is None and (with_site or with_kit or laying.stands(place.out)),
        )
    return outcome(identity.release, snapshot, path, report, results, of.promise.sex)


def chosen_snapshot(
    project: Project, study: Study, snapshot_id: str | None, known_at: dt.date | None
) -> Snapshot:
    """The snapshot that was named, or the newest that the study may use, as known by a date."""
    return snapshots.load(project.raw, snapshot_id, study=study.study.id, known_at=known_at)


def take_provenance(
    project: Project,
    place: publishing.Workspace,
    study: Study,
    study_sha256: str,
    snapshot: Snapshot,
    claims: Claims | None,
    code: CodeState | None = None,
) -> tuple[Provenance, Identity]:
    """What the release is made from, the release that it follows, and its name."""
    own = believing(provenance(project, study_sha256, code), claims)
    basis = basis_of(study, snapshot, own)
    mend(place.out, study.study.id, basis)
    follows = lineage(place.out, study.study.id, basis, snapshot.as_known_at)
    return believing(own, follows.claims), identify(study, snapshot, basis, follows.previous)


def hold(
    project: Project,
    place: publishing.Workspace,
    study: Study,
    told: Earlier,
    record: Record | None,
    found: Analysis,
) -> None:
    """Refuse a second reading of restricted deaths that an earlier release told."""
    if record is None:
        return
    if not told.again:
        require_no_other_reading(place.out, project.raw, study, record, found.results)
    require_same(told, found.results)


def compare(
    project: Project, identity: Identity, study: Study, snapshot: Snapshot, found: Analysis
) -> Since | None:
    """What moved since the release before; None where there is none."""
    if identity.previous is None:
        return None
    made = found.results
    now = figures(made["gap"], made["verdict"], made.get(BRIDGED_GAP.name))
    return since(identity.previous.folder, project.raw, study, snapshot, now)


def revisions(before: Since | None, gate: Gate) -> Frames:
    """The table `revision`, handed to the gate; empty where nothing moved."""
    if before is None or before.moved.empty:
        return {}
    warehouse.check({REVISION.name: before.moved})
    gate.check(REVISION, before.moved)
    return {REVISION.name: before.moved}


def registrations(identity: Identity, inputs: Frames, snapshot: Snapshot, gate: Gate) -> Frames:
    """The table `registration`, held against the release before; empty without expectations."""
    frame = registration(identity.previous, inputs, snapshot.as_known_at)
    if frame.empty:
        return {}
    gate.check(REGISTRATION, frame)
    return {REGISTRATION.name: frame}


def validate(gate: Gate) -> pd.DataFrame:
    """Wait for the gate; stop here when a critical expectation fails."""
    return tables.canonical(VALIDATION, gate.findings(), "validation")


def store(place: publishing.Workspace, study: Study, frames: Frames) -> None:
    """Write the database aside: every table but that of validation, which isn't over.

    Restricted tables aren't in it, nor are the answers that people gave.
    """
    restricted = restricted_tables(study.sources) | {table.name for table in OF_PERSONS}
    warehouse.build(
        place.database, {name: frame for name, frame in frames.items() if name not in restricted}
    )


def publish(
    project: Project,
    place: publishing.Workspace,
    study: Study,
    identity: Identity,
    snapshot: Snapshot,
    files: dict[str, bytes],
    validation: pd.DataFrame,
    board: Mapping[str, bytes],
    on_site: bool,
) -> Path:
    """Write release and site aside and complete the database, then move all into place.

    A release of that name that was cut short is made again; what was retired, or made from a
    retired snapshot, is never the study's newest.
    """
    publishing.write_files(place.release, files)
    if place.database.exists():
        warehouse.add(place.database, {VALIDATION.name: validation})
    out = {**snapshots.retired(place.out), **snapshots.retired(project.raw)}
    gone = [out[name] for name in (identity.release, snapshot.id) if name in out]
    for record in gone:
        log.warning(
            "%s %s was retired on %s (%s): the release isn't the study's newest",
            record.kind,
            record.id,
            record.retired_on,
            record.reason,
        )
    target = place.out / identity.release
    torn = torn_files(target) if target.is_dir() else ()
    site = None
    if on_site:
        newest = not gone and publishing.becomes_newest(place.out, identity.release, study.study.id)
        coming = Coming(identity.release, place.release, study.study.id, newest)
        site = laying.with_coming(place.out, project.raw, study.site.base, coming, board)
    return publishing.publish(
        place, identity.release, study.study.id, torn=torn, point=not gone, site=site
    )


def outcome(
    release_id: str, snapshot: Snapshot, path: Path, report: Report, results: Frames, sex: str
) -> Outcome:
    """Sum up a run for the person or program that asked for it; `sex` is the promise's own."""
    return Outcome(
        release_id,
        snapshot.id,
        path,
        report.verdict,
        report.label,
        report.sentence,
        asdict(report.message),
        (*not_renewed(snapshot), *views.told(results[VALIDATION.name])),
        newest_end(results[VERDICT.name], sex),
        tuple(targets_of(results)),
    )


def not_renewed(snapshot: Snapshot) -> tuple[str, ...]:
    """Sources that the snapshot's pull missed, a warning each."""
    missed = snapshot.missed.items()
    return tuple(f"not renewed since {one.since} ({one.why}): {name}" for name, one in missed)
