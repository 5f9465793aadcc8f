"""The league: one row a place, and how sure its rank is among the places like it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import GAP, VERDICT
from gapwatch.contracts.league import LEAGUE
from gapwatch.demography.funnel import funnel
from gapwatch.demography.ranks import rank_sets
from gapwatch.errors import GapwatchError, IntegrityError
from gapwatch.fleet.finding import FleetStudy
from gapwatch.fleet.jobs import FAILED, StudyDone
from gapwatch.project import find
from gapwatch.study import Study
from gapwatch.study.loading import load

LIKE = (
    "measure",
    "kind",
    "sex",
    "geography",
    "basis_code",
    "period_start",
    "period_end",
    "year_ends",
)
"""What places must have in common to be ranked together."""
RELEASED, NO_FIGURES = "released", "no figures"
_FROM_GAP = (
    "kind",
    "geography",
    "basis_code",
    "period_start",
    "period_end",
    "year_ends",
    "gap_years",
    "se_years",
    "lower95_years",
    "upper95_years",
    "reason",
)
_FROM_VERDICT = (
    "slope_years_per_year",
    "slope_lower95_years_per_year",
    "slope_upper95_years_per_year",
    "verdict",
    "label",
)


_TEXTS = {column.name for column in LEAGUE.columns if column.kind == "text"}


def league(
    studies: Sequence[FleetStudy], done: Mapping[str, StudyDone], releases: Mapping[str, Path]
) -> pd.DataFrame:
    """The table `league` of a fleet, from the data of its releases and nothing else.

    `done` and `releases`, the folder of each study's releases, go by the studies' ids. Places are
    compared where all of LIKE is the same and a gap is given; places apart from each other by what
    they measure have no common rank. Within a comparison all rank sets hold together with 95%.
    """
    rows = [_row(one, done[one.id], releases[one.id]) for one in studies]
    frame = pd.DataFrame(rows, columns=list(LEAGUE.names))
    return tables.canonical(LEAGUE, _compared(frame), "the league")


def _row(one: FleetStudy, done: StudyDone, releases: Path) -> dict[str, object]:
    row: dict[str, object] = {
        **dict.fromkeys(_TEXTS, ""),
        "study": one.id,
        "place": one.place,
        "area_code": one.area_code,
        "invented": one.invented,
        "status": FAILED if done.status == FAILED else RELEASED,
        "release": done.release,
    }
    if done.status == FAILED:
        return row | {"fault": _told(one, done.fault, releases)}
    try:
        return row | _headline(load(one.file)[0], releases / done.release)
    except GapwatchError as error:
        return row | {"status": FAILED, "fault": _told(one, str(error), releases)}
    except OSError as error:
        lost = IntegrityError(
            str(error.filename or releases / done.release),
            expected="the tables of the release",
            found=error.strerror or str(error),
            remedy="run again: a release that isn't whole is made anew",
        )
        return row | {"status": FAILED, "fault": _told(one, str(lost), releases)}


def _told(one: FleetStudy, fault: str, releases: Path) -> str:
    """A fault as one line of a page that others may read, its paths without those of this machine.

    A path in the study's folder, that of its releases or the project is told from there on, and one
    in a folder around these from that on. Such a folder itself is told by its last name.
    """
    near = {one.file.parent, releases}
    with contextlib.suppress(GapwatchError):  # the study has gone since
        near.add(find(one.file).root)
    folders = {folder for path in near for folder in (path, *path.parents) if folder.name}
    for folder in sorted(folders, key=lambda folder: (-len(folder.parts), folder)):
        for written in {str(folder), folder.as_posix()}:
            # Not the end of another path, nor of an address; not the start of another name.
            path = rf"(?<![\w.~%/\\-]){re.escape(written)}"
            fault = re.sub(rf"{path}[/\\](?=[\w.])", "", fault)
            fault = re.sub(rf"{path}(?![\w-]|\.\w)", folder.name.replace("\\", r"\\"), fault)
    return fault.replace("\n  ", "; ")


def _headline(study: Study, release: Path) -> dict[str, object]:
    """The promise's sex and the primary measure: the verdict, and the newest window it rests on."""
    gaps, verdicts = (_table(release, name) for name in (GAP.name, VERDICT.name))
    sex, measure = study.promise.sex, study.primary.id
    verdict = _of(verdicts, measure, sex).iloc[0]
    found: dict[str, object] = {"measure": measure, "sex": sex}
    found |= {name: _cell(name, verdict[name]) for name in _FROM_VERDICT}
    mine = _of(gaps, measure, sex)
    newest = mine[
        (mine["period_start"] == verdict["newest_start"])
        & (mine["period_end"] == verdict["newest_end"])
    ]
    if newest.empty:  # no window is comparable: the last one says why its gap is withheld
        newest = mine.sort_values(["period_end", "period_start"]).tail(1)
    for _, row in newest.iterrows():
        found |= {name: _cell(name, row[name]) for name in _FROM_GAP}
    if found.get("gap_years") is None:
        found["status"] = NO_FIGURES
    return found


def _of(frame: pd.DataFrame, measure: str, sex: str) -> pd.DataFrame:
    return frame[(frame["measure"] == measure) & (frame["sex"] == sex)]


def _table(release: Path, name: str) -> pd.DataFrame:
    """A table of a release, as text: the release was made or verified in this call."""
    return pd.read_csv(release / "data" / f"{name}.csv", dtype=str, keep_default_na=False)


def _cell(name: str, text: str) -> object:
    return text if name in _TEXTS else float(text) if text else None


def _compared(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with groups, rank sets and the funnel's signs."""
    given = frame[frame["gap_years"].notna() & (frame["se_years"].astype(float) > 0)]
    # The largest comparison first; of two as large the one whose key comes first.
    groups = sorted(
        (list(part.index) for _, part in given.groupby(list(LIKE), sort=True, dropna=False)),
        key=len,
        reverse=True,
    )
    for number, members in enumerate((g for g in groups if len(g) > 1), 1):
        gap = frame.loc[members, "gap_years"].astype(float).to_numpy()
        se = frame.loc[members, "se_years"].astype(float).to_numpy()
        sets, limits = rank_sets(gap, se), funnel(gap, se)
        frame.loc[members, "group"] = number
        frame.loc[members, "group_places"] = len(members)
        frame.loc[members, "rank_first"] = sets.first
        frame.loc[members, "rank_last"] = sets.last
        frame.loc[members, "group_mean_years"] = limits.mean
        frame.loc[members, "beyond95"] = limits.beyond95
        frame.loc[members, "beyond998"] = limits.beyond998
    return frame
