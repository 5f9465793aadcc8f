"""No second reading of deaths that were told before: a release held against earlier ones.

A figure of closed years that differs from one that is published, or that wasn't published when
these years were told, is another reading of the same deaths, and the difference of the two tells
of single people. So each figure of restricted deaths in years that an earlier release told has to
be the very one that it told, or stays withheld.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gapwatch import snapshots
from gapwatch.audit.disclosed import Earlier, Record, read_record
from gapwatch.audit.verify import MANIFEST, OlderReleaseError, read_manifest
from gapwatch.codes import DISCLOSURE
from gapwatch.contracts import (
    AGE_CONTRIBUTION,
    COMPUTED_GAP,
    COMPUTED_LIFE_EXPECTANCY,
    CUT,
    GAP,
    GAP_CHANGE,
    Table,
)
from gapwatch.errors import StudyError, UsageError
from gapwatch.study import Study
from gapwatch.tables import to_csv

log = logging.getLogger(__name__)
Frames = dict[str, pd.DataFrame]
Rows = dict[tuple[str, ...], dict[str, str]]

_SIDES = tuple(
    f"{side}_{part}"
    for side in ("worse", "better")
    for part in ("years", "lower95_years", "upper95_years")
)
_GAP = (*_SIDES, "gap_years", "se_years", "lower95_years", "upper95_years", "reason")
# Figures of each table that rest on deaths; others are public, such as residents.
_FIGURES: tuple[tuple[Table, str, tuple[str, ...]], ...] = (
    (
        COMPUTED_LIFE_EXPECTANCY,
        "period_end",
        (
            "life_expectancy_years",
            "se_years",
            "lower95_years",
            "upper95_years",
            "deaths_persons",
            "reason",
        ),
    ),
    (GAP, "period_end", _GAP),
    (COMPUTED_GAP, "period_end", _GAP),
    (
        AGE_CONTRIBUTION,
        "period_end",
        ("contribution_years", "lower95_years", "upper95_years", "reason"),
    ),
    (GAP_CHANGE, "to_end", ("change_years", "lower95_years", "upper95_years", "reason")),
    (CUT, "period_end", ("cut_share", "deaths_a_year", "reason")),
)
# Whether ages of one window may be told depends on the newest window beside it.
_STICKY = (AGE_CONTRIBUTION, GAP_CHANGE)
_SIDED = ("pair", "pooled")


def withheld_before(before: Earlier, ages: Frames) -> Frames:
    """Tables of ages in which what an earlier release withheld stays withheld."""
    if before.record is None or before.folder is None:
        return ages
    found = dict(ages)
    for table, _, figures in _FIGURES:
        if table not in _STICKY or table.name not in ages:
            continue
        told = _published(before.folder, table)
        hidden = {key for key, row in told.items() if row["reason"] == DISCLOSURE}
        frame = ages[table.name]
        at = np.array(
            [key in hidden for key in _rows(table, to_csv(table.coded, frame))], dtype=bool
        )
        at &= (frame["reason"] == "").to_numpy()
        names = [name for name in figures if name != "reason"]
        found[table.name] = frame.assign(
            **{name: frame[name].mask(at) for name in names},
            reason=frame["reason"].mask(at, DISCLOSURE),
        )
    return found


def require_same(before: Earlier, tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a figure of closed years that isn't the one that the release before tells.

    Raises StudyError, which tells the table and how many rows, and no figure.
    """
    if before.record is None or before.folder is None or not before.record.years:
        return
    last = max(before.record.years)
    for table, end, figures in _FIGURES:
        if table.name not in tables:
            continue
        rows = _rows(table, to_csv(table.coded, tables[table.name]))
        told = _published(before.folder, table)
        moved = _moved(rows, told, end, last, figures, sticky=table in _STICKY)
        if moved:
            raise StudyError(
                f"data/{table.name}.csv",
                expected=f"of restricted deaths up to {last} the figures that "
                f"{before.folder.name} tells, and no others",
                found=f"{moved} rows that differ from them or weren't among them",
                remedy="put areas, levels, measures, windows, ages, promise, residents, lookups "
                "and [disclosure] of the study back as they were in that release; nothing was "
                "published. A figure told in two ways would tell single deaths",
            )


def _moved(
    rows: Rows, told: Rows, end: str, last: int, figures: Sequence[str], *, sticky: bool
) -> int:
    moved = 0
    for key, row in rows.items():
        if int(row[end]) > last or row.get("kind", _SIDED[0]) not in _SIDED:
            continue
        earlier = told.get(key)
        if sticky and row["reason"]:
            continue  # withheld now: nothing more is told
        if earlier is None or any(earlier.get(name) != row[name] for name in figures):
            moved += 1
    return moved


def _published(folder: Path, table: Table) -> Rows:
    path = folder / "data" / f"{table.name}.csv"
    return _rows(table, path.read_bytes()) if path.is_file() else {}


def _rows(table: Table, content: bytes) -> Rows:
    """Rows of a CSV by their key, in their order."""
    found = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    return {tuple(row[name] for name in table.key): row for row in found}


@dataclass(frozen=True)
class _OtherStudy:
    """A release of another study that rests on the same extract."""

    folder: Path
    last: int


def require_no_other_reading(
    out: Path, raw: Path, study: Study, record: Record, tables: Mapping[str, pd.DataFrame]
) -> None:
    """Refuse what another study's release tells otherwise of the same restricted extract.

    Two studies over one extract are one table to whoever reads both: this one may tell of the years
    that the other tells only life expectancies and gaps that stand there too. Releases in the same
    folder are looked at, and those alone. Raises StudyError, and IntegrityError for a release
    there that isn't as it was: nobody knows what it tells.
    """
    own = frozenset[str]().union(*(extract_digests(raw, name) for name in record.years.values()))
    for other in _others(out, raw, study.study.id, own):
        table = COMPUTED_LIFE_EXPECTANCY
        rows = _rows(table, to_csv(table.coded, tables[table.name])) if table.name in tables else {}
        told = _published(other.folder, table)
        moved = _moved(rows, told, "period_end", other.last, _FIGURES[0][2], sticky=False)
        moved += _other_sides(other, tables)
        if moved:
            raise StudyError(
                "the study's restricted deaths",
                expected=f"of years up to {other.last} the figures of {other.folder.name}, which "
                "rests on the same extract, and no others",
                found=f"{moved} figures that it doesn't tell, or tells otherwise",
                remedy="publish these deaths in one study, with the areas of both in it; for two "
                "studies of other years set first_year in [disclosure]. Nothing was published",
            )


def extract_digests(raw: Path, snapshot: str) -> frozenset[str]:
    """What tells whether two snapshots hold the same restricted file.

    Keyed digests of one folder are made with one key, so the same file has the same.
    """
    pins = snapshots.load(raw, snapshot).pins
    return frozenset(item.digest for pin in pins if pin.restricted for item in pin.objects)


def _others(out: Path, raw: Path, study_id: str, own: frozenset[str]) -> list[_OtherStudy]:
    found = []
    for path in sorted(out.glob(f"*/{MANIFEST}")):
        folder = path.parent
        try:
            told = read_manifest(folder)
            record = None if told.study.id == study_id else read_record(folder)
            if record is None:
                continue
            theirs = [extract_digests(raw, name) for name in set(record.years.values())]
        except OlderReleaseError:
            continue  # It told of no deaths.
        except UsageError as error:
            # Its snapshots lie in another folder, whose digests have another key.
            log.warning("%s can't be compared and is passed over: %s", folder, error.found)
            continue
        if own & frozenset[str]().union(*theirs):
            found.append(_OtherStudy(folder, max(record.years)))
    return found


def _other_sides(other: _OtherStudy, tables: Mapping[str, pd.DataFrame]) -> int:
    """Gaps of sides that another study doesn't tell for the same years and sex."""
    columns = ("sex", "period_start", "period_end", *_GAP)
    for table in (GAP, COMPUTED_GAP):
        if table.name not in tables:
            continue
        told = {
            tuple(row[name] for name in columns)
            for each in (GAP, COMPUTED_GAP)
            for row in _published(other.folder, each).values()
        }
        rows = _rows(table, to_csv(table.coded, tables[table.name])).values()
        return sum(
            row["kind"] in _SIDED
            and int(row["period_end"]) <= other.last
            and tuple(row[name] for name in columns) not in told
            for row in rows
        )
    return 0
