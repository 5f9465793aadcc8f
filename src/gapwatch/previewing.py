"""The page of a release again, with the words and charts of the code as it is now.

For whoever changes a sentence, a table or a chart: nothing is measured anew, validated or
published. The figures are those of the release's own tables, so every difference between the two
pages comes from the code.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gapwatch import publishing, snapshots, study
from gapwatch.audit.closed import closed_inputs
from gapwatch.audit.compare.text import Change
from gapwatch.audit.compare.text import page as page_changes
from gapwatch.audit.disclosed import Earlier, read_record
from gapwatch.audit.lineage import Previous
from gapwatch.audit.manifest import Identity
from gapwatch.audit.manifest_model import Manifest
from gapwatch.audit.provenance import STUDY, Provenance
from gapwatch.audit.revisions.since import Since
from gapwatch.audit.verify import read_manifest, verify_release
from gapwatch.contracts import REVISION, TABLES, Table
from gapwatch.errors import UsageError, ValidationError
from gapwatch.gap.evidence import series
from gapwatch.project import Project
from gapwatch.reporting.build import build_report
from gapwatch.reporting.formats.html import to_html
from gapwatch.reporting.release import release_facts
from gapwatch.reporting.render import draw
from gapwatch.sources.inputs import load_inputs
from gapwatch.tables import canonical, read_csv

Frames = dict[str, pd.DataFrame]
PAGE = "report.html"


@dataclass(frozen=True)
class Previewed:
    """The page that was made, of which release, and the lines in which it differs from its own."""

    release: str
    path: Path
    differences: tuple[Change, ...]


def preview(project: Project, to: Path, release: Path | None = None) -> Previewed:
    """Write report.html of a release, the newest if none is named, into the folder `to`.

    Raises UsageError where there is no release, or where today's code can't read its tables;
    IntegrityError for a release or a snapshot that isn't as it was made.
    """
    folder = release or _newest(project)
    told = verify_release(folder)
    asked, _ = study.load(folder / STUDY)
    snapshot = snapshots.load(project.raw, told.snapshot.id)
    asked = asked.known_at(snapshot.as_known_at)
    released = released_tables(folder, asked.study.invented)
    earlier = Earlier(folder, read_record(folder))
    every = load_inputs(project.raw, snapshot, asked)
    inputs, _ = closed_inputs(project.raw, asked, snapshot, every, earlier)
    trend = series(asked, inputs, earlier.settled)
    # Where the study's own life tables decide, its figures stand in place of the published ones.
    tables = {**released, **trend.inputs}
    facts = release_facts(
        _identity(told, folder), asked, snapshot, _basis(told), _since(told, folder, released)
    )
    page = to_html(
        build_report(trend.study, facts, tables),
        draw(trend.study, tables, facts),
        asked.typefaces,
    )
    path = to / PAGE
    with publishing.told(to):
        to.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page)
    before = (folder / PAGE).read_bytes()
    differ = () if page == before else tuple(page_changes(PAGE, before, page))
    return Previewed(told.release, path, differ)


def released_tables(folder: Path, banner: str) -> Frames:
    """Every table of a release by name, read strictly against today's contracts.

    Raises UsageError for a table that other code wrote in another shape.
    """
    try:
        return {
            name: _read(table, path, banner)
            for name, table in TABLES.items()
            if (path := folder / "data" / f"{name}.csv").is_file()
        }
    except ValidationError as error:
        raise UsageError(
            error.where,
            expected=f"a table as today's code writes it: {error.expected}",
            found=error.found,
            remedy="make a release with the code as it is (gapwatch run), then preview that",
        ) from error


def _newest(project: Project) -> Path:
    asked, _ = study.load(project.study_file)
    found = publishing.latest(project.reports, asked.study.id)
    if found is None:
        raise UsageError(
            str(project.reports),
            expected=f"a release of {asked.study.id}, whose tables the page is made from",
            found="none",
            remedy="make one first: gapwatch run",
        )
    return found


def _read(table: Table, path: Path, banner: str) -> pd.DataFrame:
    content = path.read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    if len(rows) == 1:
        return canonical(table, pd.DataFrame(columns=list(table.names)), str(path))
    if banner and rows[0][-1:] == ["notice"]:
        kept = io.StringIO(newline="")
        csv.writer(kept, lineterminator="\n").writerows(row[:-1] for row in rows)
        content = kept.getvalue().encode("utf-8")
    return read_csv(table, content, str(path))


def _identity(told: Manifest, folder: Path) -> Identity:
    link = told.previous
    previous = (
        None if link is None else Previous(link.release, link.sha256, folder.parent / link.release)
    )
    return Identity(told.basis, previous, told.release)


def _basis(told: Manifest) -> Provenance:
    """What the release says that it was made from, rather than what is here."""
    return Provenance(
        package_version=told.code.package_version,
        code_sha256=told.code.sha256,
        commit=told.code.commit,
        clean=told.code.clean,
        study_sha256=told.study.sha256,
        lock_sha256=told.lock.sha256,
        suites=told.suites,
        made_with=told.made_with.model_dump(),
    )


def _since(told: Manifest, folder: Path, released: Frames) -> Since | None:
    """What moved since the release before, as this one told it."""
    if told.previous is None:
        return None
    before = read_manifest(folder.parent / told.previous.release)
    nothing = pd.DataFrame(columns=list(REVISION.names))
    return Since(
        release=before.release,
        as_known_at=dt.date.fromisoformat(before.as_known_at),
        same_snapshot=before.snapshot.id == told.snapshot.id,
        moved=released.get(REVISION.name, nothing),
    )
