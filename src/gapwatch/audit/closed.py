"""The deaths that a release of restricted deaths may read: each closed year as it was then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gapwatch import snapshots
from gapwatch.audit.disclosed import Earlier, Record, is_restricted_study
from gapwatch.contracts import DEATHS, TABLES
from gapwatch.counting.disclosure.closing import READ, Frames, newly_closed, taken
from gapwatch.errors import StudyError
from gapwatch.snapshots import Snapshot
from gapwatch.sources.inputs import read_sources
from gapwatch.study import Study
from gapwatch.tables import canonical


def closed_inputs(
    raw: Path, study: Study, snapshot: Snapshot, inputs: Frames, before: Earlier
) -> tuple[Frames, Record | None]:
    """The inputs with the deaths of closed years alone, each as it was when it was closed.

    With it the record of that; both are as they were for a study without restricted deaths.
    Without life tables of its own nothing is made of the deaths, and they are left out. Raises
    StudyError where no year is closed, and as `read_sources` for an earlier snapshot.
    """
    if not is_restricted_study(study):
        return inputs, None
    rules = study.closing
    told = before.record.years if before.record else {}
    years = {year: name for year, name in told.items() if year >= (rules.first_year or year)}
    years |= dict.fromkeys(newly_closed(study, inputs, snapshot.as_known_at, years), snapshot.id)
    if study.computed is None:
        return {name: frame for name, frame in inputs.items() if name != DEATHS.name}, None
    if not years:
        raise _nothing_closed(study, snapshot.as_known_at)
    held = {
        name: inputs if name == snapshot.id else _read(raw, study, name)
        for name in sorted(set(years.values()))
    }
    found = {
        name: canonical(TABLES[name], frame, name) if name in READ else frame
        for name, frame in taken(inputs, years, held).items()
    }
    record = Record(
        calendar=rules.calendar,
        closed_after_months=rules.closed_after_months,
        first_year=rules.first_year,
        closed={str(year): name for year, name in sorted(years.items())},
        side_window_years=dict(before.settled.side_window_years),
        united=before.settled.unites(study),
        earlier=list(before.links),
    )
    return found, record


def closed_as_sent(study: Study, inputs: Frames, known_at: dt.date) -> Frames:
    """What a first release would read of inputs that are sent on a day; StudyError as it would."""
    if not is_restricted_study(study) or study.computed is None:
        return inputs
    years = newly_closed(study, inputs, known_at, ())
    if not years:
        raise _nothing_closed(study, known_at)
    return {
        name: canonical(TABLES[name], frame, name) if name in READ else frame
        for name, frame in taken(inputs, dict.fromkeys(years, ""), {"": inputs}).items()
    }


def _nothing_closed(study: Study, known_at: dt.date) -> StudyError:
    months = study.closing.closed_after_months
    return StudyError(
        "the study, disclosure",
        expected="a whole year of restricted deaths, with residents, that "
        f"ended {months} months before {known_at}",
        found="none",
        remedy="wait until a year is closed, or give the whole of an earlier one",
    )


def _read(raw: Path, study: Study, name: str) -> Frames:
    """Deaths and residents of an earlier snapshot, as the study reads them."""
    mine = tuple(source for source in study.sources if source.table in READ)
    of = read_sources(raw, snapshots.load(raw, name), study.model_copy(update={"sources": mine}))
    return {
        table: pd.concat(
            [frames[table] for frames in of.values() if table in frames], ignore_index=True
        )
        for table in READ
    }


def with_lengths(record: Record, lengths: Mapping[str, int]) -> Record:
    """The record with the length of the windows of each measure."""
    return record.model_copy(update={"side_window_years": dict(sorted(lengths.items()))})
