"""Answers to questions about what is pinned and what was released, without making a release."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from gapwatch import publishing, snapshots, warehouse
from gapwatch import study as study_file
from gapwatch.audit.closed import closed_inputs
from gapwatch.audit.disclosed import Earlier, read_record
from gapwatch.audit.manifest import basis_of
from gapwatch.audit.provenance import provenance
from gapwatch.audit.verify import verify_release
from gapwatch.contracts import EFFECT, INITIATIVE, INITIATIVE_CELL, INITIATIVE_OVERLAP
from gapwatch.errors import UsageError
from gapwatch.gap.evidence import series
from gapwatch.initiatives.register import initiatives as registered
from gapwatch.initiatives.tables import initiative_tables
from gapwatch.priorities.tables import priorities
from gapwatch.project import Project
from gapwatch.sources.changes import Change, changes
from gapwatch.sources.inputs import load_inputs, read_sources
from gapwatch.study import Study, is_restricted, restricted_tables
from gapwatch.targets import read_targets

GAP_COLUMNS = [
    "measure",
    "sex",
    "period_start",
    "period_end",
    "worse_years",
    "better_years",
    "gap_years",
    "se_years",
    "lower95_years",
    "upper95_years",
    "relative_gap",
    "reason",
    "flags",
]


def gaps(
    project: Project,
    *,
    snapshot_id: str | None,
    known_at: dt.date | None,
    measure: str | None,
    sex: str | None,
) -> pd.DataFrame:
    """The gap of one measure or all, of one sex or both, from a snapshot or as known at a date."""
    study, _ = study_file.load(project.study_file)
    known = [item.id for item in study.measures]
    for name, value, choices in (("--measure", measure, known), ("--sex", sex, list(study.sexes))):
        if value is not None and value not in choices:
            raise UsageError(
                name,
                expected=f"one of {', '.join(choices)}",
                found=repr(value),
                remedy=f"choose one of these, or leave {name} out",
            )
    snapshot = snapshots.load(project.raw, snapshot_id, study=study.study.id, known_at=known_at)
    # From restricted deaths the gaps of a release, and no other reading of them.
    folder = publishing.latest(project.reports, study.study.id)
    told = Earlier(folder, read_record(folder) if folder else None)
    every = load_inputs(project.raw, snapshot, study)
    inputs, _ = closed_inputs(project.raw, study, snapshot, every, told)
    warehouse.check(inputs, restricted_tables(study.sources))
    found = series(study, inputs, told.settled).gaps
    if measure is not None:
        found = found[found["measure"] == measure]
    if sex is not None:
        found = found[found["sex"] == sex]
    return found


def status(project: Project, *, out: Path | None) -> dict[str, Any]:
    """The newest release and its verdict; whether a run now would give that very release.

    `targets` has what it says against each target (gapwatch.targets).

    The release is verified first: every file against its hash, the answer against the data.
    """
    study, study_sha256 = study_file.load(project.study_file)
    newest = snapshots.load(project.raw, study=study.study.id)
    basis = basis_of(study, newest, provenance(project, study_sha256))
    release = publishing.latest(out or project.reports, study.study.id)
    found: dict[str, Any] = {
        "study": study.study.id,
        "snapshot": newest.id,
        "release": None,
        "path": None,
        "released_snapshot": None,
        "verdict": None,
        "label": None,
        "sentence": None,
        "message": None,
        "targets": [],
        "up_to_date": False,
    }
    if release is None:
        return found
    manifest = verify_release(release)
    return found | {
        "release": manifest.release,
        "path": str(release),
        "released_snapshot": manifest.snapshot.id,
        "verdict": manifest.answer.verdict,
        "label": manifest.answer.called,
        "sentence": manifest.answer.sentence,
        "message": manifest.answer.message and manifest.answer.message.model_dump(),
        "targets": read_targets(release),
        "up_to_date": manifest.basis == basis,
    }


def snapshot_list(project: Project) -> list[dict[str, Any]]:
    """Every snapshot with its pins; each object's size and hash are verified.

    A restricted pin whose file isn't here says `on_this_machine: false`; one that is retired says
    why and since when.
    """
    listed, retired = [], snapshots.retired(project.raw)
    for name in snapshots.ids(project.raw):
        snapshot = snapshots.load(project.raw, name)
        told = snapshot.model_dump(mode="json")
        for pin, shown in zip(snapshot.pins, told["pins"], strict=True):
            shown.update(pin.told)
            if snapshots.is_elsewhere(project.raw, pin):
                shown["on_this_machine"] = False
            else:
                snapshots.read_objects(project.raw, pin)
        if name in retired:
            told["retired"] = retired[name].model_dump(mode="json")
        listed.append(told)
    return listed


def snapshot_changes(project: Project, one: str, other: str) -> list[Change]:
    """What differs between two snapshots as their publishers had it, read by today's study."""
    study, _ = study_file.load(project.study_file)
    old, new = (_held(project, study, name) for name in (one, other))
    return [
        change
        for source in study.sources
        for change in changes(
            source.id,
            old.get(source.id, {}),
            new.get(source.id, {}),
            restricted=is_restricted(source),
        )
    ]


def _held(project: Project, study: Study, name: str) -> dict[str, dict[str, pd.DataFrame]]:
    """What a snapshot holds of the study's sources, as published; one of them may be new since."""
    snapshot = snapshots.load(project.raw, name)
    held = {pin.id for pin in snapshot.pins}
    sources = tuple(source for source in study.sources if source.id in held)
    return read_sources(
        project.raw, snapshot, study.model_copy(update={"sources": sources}), corrected=False
    )


def initiatives(
    project: Project, *, snapshot_id: str | None, known_at: dt.date | None
) -> dict[str, Any]:
    """Every initiative with its areas and what can be said of it; overlaps; empty cells.

    From a pinned snapshot and the study; nothing is released. `cells` are those of a priority and
    an area in which nothing is done, or a need is measured.
    """
    study, _ = study_file.load(project.study_file)
    snapshot = snapshots.load(project.raw, snapshot_id, study=study.study.id, known_at=known_at)
    inputs = load_inputs(project.raw, snapshot, study)
    warehouse.check(inputs, restricted_tables(study.sources))
    asked = priorities(study, inputs, None)
    made = initiative_tables(study, {**inputs, **asked}, snapshot.as_known_at.year)
    names = study.area_names | {study.study.area_code: study.study.place}
    register = inputs.get(INITIATIVE.name)
    effects = made.get(EFFECT.name)
    found = registered(register) if register is not None else ()
    return {
        "study": study.study.id,
        "snapshot": snapshot.id,
        "initiatives": [
            {
                **vars(one),
                "areas": list(one.areas),
                "area_names": [names.get(code, code) for code in one.areas],
                "findings": []
                if effects is None
                else records(effects[effects["initiative"] == one.id].drop(columns="initiative")),
            }
            for one in found
        ],
        **{
            key: named_rows(made[table.name], names) if table.name in made else []
            for key, table in (("overlaps", INITIATIVE_OVERLAP), ("cells", INITIATIVE_CELL))
        },
    }


def named_rows(frame: pd.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    """Rows as JSON objects, with the name of their area."""
    return [{**row, "area_name": names[row["area_code"]]} for row in records(frame)]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON objects: a missing value is null."""
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]
