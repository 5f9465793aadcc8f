"""The revision ledger: each published number that moved between two releases of one study, and why.

Today's code makes the figures again from mixtures of the two releases, from the earlier to the
later in a fixed order of steps, and what a number moves by at a step is put down to its kind:

1. code: the earlier release's study and data, by today's code;
2. study: the later study on the earlier data;
3. vintage: the later reference data (all tables but life_expectancy and deaths);
4. revised: the later life expectancy and deaths in the windows and years that both releases have;
5. period: the later windows and the later year, so windows that came or were taken away;
6. code: the later release as published, where other code than today's made it.

From restricted deaths no mixture is made: old deaths over new residents would be a reading of them
that no release told. All kinds are one joint step then.

The changes of one number add up exactly to its whole change. Another order could split a change
that needs two kinds at once in another way; so the order is part of the result.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import pandas as pd

from gapwatch.audit.revisions.figures import NEWEST, Figures, Key, figures, unit
from gapwatch.contracts import DEATHS, DECIMALS, KINDS, LIFE_EXPECTANCY, REVISION
from gapwatch.errors import SourceError, StudyError, UsageError, ValidationError
from gapwatch.gap.assessment import judge
from gapwatch.gap.bridged import bridged_gaps
from gapwatch.gap.evidence import series
from gapwatch.gap.verdict_table import verdict_table
from gapwatch.sources.fits_study import require_fit
from gapwatch.study import Study, restricted_tables
from gapwatch.tables import canonical, csv_text

log = logging.getLogger(__name__)
Frames = dict[str, pd.DataFrame]
Mix = tuple[str, Figures | None]
Made = TypeVar("Made")

CODE, STUDY, VINTAGE, REVISED, PERIOD = KINDS
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
# Tables that grow by a window or a year, and what says which one a row is of.
_GROWING = (
    (LIFE_EXPECTANCY, ["geography", "period_start", "period_end"]),
    (DEATHS, ["geography", "year", "month"]),
)
_PLACE = ["table_name", "geography", "measure", "sex", "period", "figure"]
# Bytes that aren't the pinned ones are no misfit: IntegrityError is let through.
_MISFITS = (SourceError, StudyError, UsageError, ValidationError)


@dataclass(frozen=True)
class Basis:
    """What a release was made from: its study, its year, its snapshot as any study reads it.

    `read` takes a study and returns the snapshot's canonical input tables by name, as
    `sources.pinned.load_inputs` does.
    """

    study: Study
    year: int
    read: Callable[[Study], Frames]


@dataclass(frozen=True)
class Moved:
    """How one number moved: both ends as published, its unit, and the changes by kind.

    `total` and the parts are None where an end of them isn't a number. Given both ends, the parts
    add up to the total; a kind whose steps cancel out isn't among them. `windows` are those of both
    ends where the newest gap is of another window than before, and is no change of one figure.
    """

    earlier: str
    later: str
    unit: str
    total: Decimal | None
    parts: tuple[tuple[str, Decimal | None], ...]
    windows: tuple[str, str] | None = None


def mixed(earlier: Basis, later: Basis) -> list[Mix]:
    """Figures of steps 1 to 5 by kind; None for a mixture that can't be made.

    Where the later study can't read the earlier snapshot, because it names other sources, the
    earlier tables as their own study reads them stand in. From restricted deaths none is made, and
    nothing is read. Raises UsageError for two studies.
    """
    _require_one_study(earlier.study, later.study)
    if any(DEATHS.name in restricted_tables(of.study.sources) for of in (earlier, later)):
        return [(kind, None) for kind in KINDS if kind != STUDY or earlier.study != later.study]
    before = _tried(CODE, lambda: earlier.read(earlier.study))
    after = _tried(PERIOD, lambda: later.read(later.study))
    crossed = before
    if earlier.study != later.study:
        crossed = _tried(STUDY, lambda: earlier.read(later.study)) or before
    mixtures = (
        (CODE, earlier.study, before, earlier.year),
        (STUDY, later.study, crossed, earlier.year),
        (VINTAGE, later.study, _with_references(crossed, after), earlier.year),
        (REVISED, later.study, _with_revisions(crossed, after), earlier.year),
        (PERIOD, later.study, after, later.year),
    )
    # A mixture may hold what was published after its own year, which no snapshot may.
    known_in = max(earlier.year, later.year)
    mixes: list[Mix] = []
    last: tuple[Study, Frames | None, int] | None = None
    for kind, study, frames, year in mixtures:
        if last is None or last[::2] != (study, year) or not _same_frames(last[1], frames):
            found = _made(kind, study, frames, year, known_in)
        last = (study, frames, year)
        mixes.append((kind, found))
    return mixes


def _require_one_study(earlier: Study, later: Study) -> None:
    if earlier.study.id != later.study.id:
        raise UsageError(
            "the two releases",
            expected=f"two of one study, {later.study.id}",
            found=f"one of {earlier.study.id}, one of {later.study.id}",
            remedy="name two releases of one study",
        )


def _tried(kind: str, make: Callable[[], Made]) -> Made | None:
    try:
        return make()
    except _MISFITS as error:
        log.info("the ledger's step %s can't be made as it is: %s", kind, error)
        return None


def _made(
    kind: str, study: Study, frames: Frames | None, year: int, known_in: int
) -> Figures | None:
    if frames is None:
        return None
    return _tried(kind, lambda: _figures(study, frames, year, known_in))


def _figures(study: Study, inputs: Frames, year: int, known_in: int) -> Figures:
    """Today's figures of a study and data, as a release of that year would publish them."""
    study = study.with_held(inputs)
    require_fit(study, inputs, known_in=known_in)
    found = series(study, inputs)
    judged = judge(found.study, found.gaps, year, found.baselines)
    # Without lookups nothing can be carried: bridged gaps are missing, and the rest stands.
    carried = bridged_gaps(study, inputs) if "lookup" in inputs else {}
    return figures(found.gaps, verdict_table(judged), carried.get("bridged_gap"))


def _with_references(before: Frames | None, after: Frames | None) -> Frames | None:
    """The later tables with the earlier life expectancy and deaths."""
    if before is None or after is None:
        return None
    kept = {table.name: before[table.name] for table, _ in _GROWING if table.name in before}
    return {**after, **kept}


def _with_revisions(before: Frames | None, after: Frames | None) -> Frames | None:
    """The later tables with the earlier windows: later values where both releases have them."""
    if before is None or after is None:
        return None
    mixed = dict(after)
    for table, window in _GROWING:
        name = table.name
        if name not in before or name not in after:
            continue
        old, new = before[name], after[name]
        ours, theirs = (pd.MultiIndex.from_frame(frame[window]) for frame in (old, new))
        rows = pd.concat([new[theirs.isin(ours)], old[~ours.isin(theirs)]], ignore_index=True)
        mixed[name] = canonical(table, rows, name)
    return mixed


def _same_frames(one: Frames | None, other: Frames | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.keys() == other.keys() and all(one[name].equals(other[name]) for name in one)


def chain(earlier: Figures, later: Figures, mixes: Sequence[Mix]) -> pd.DataFrame:
    """The table `revision` from both releases as published and the mixtures between them.

    It holds the numbers that differ between the releases, a row for each step at which one moved.
    A mixture that couldn't be made is joined with the next step, under both kinds; and so is a
    mixture in which a number is missing that both releases have, for that number alone.
    """
    rows = [
        row
        for key in sorted({*earlier, *later})
        for row in _moves(key, earlier, [*mixes, (CODE, later)])
    ]
    frame = pd.DataFrame(rows, columns=list(REVISION.names))
    return canonical(REVISION, frame, REVISION.name)


def _moves(key: Key, earlier: Figures, steps: Sequence[Mix]) -> Iterator[tuple[object, ...]]:
    value, last = earlier.get(key, ""), (steps[-1][1] or {}).get(key, "")
    if _same(value, last):
        return
    numbers_only = None not in (_number(value), _number(last))
    waiting: list[str] = []
    for step, (kind, mix) in enumerate(steps, 1):
        waiting.append(kind)
        if mix is None:
            continue
        found = mix.get(key, "")
        if numbers_only and _number(found) is None:
            continue
        if not _same(value, found):
            change = _difference(value, found)
            reason = "" if change is not None else _why_not(value, found)
            yield (*key, step, _joint(waiting), value, found, change, unit(key), reason)
        value, waiting = found, []


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _difference(one: str, other: str) -> Decimal | None:
    """What it takes from one to the other, exactly; None unless both are numbers."""
    before, after = _number(one), _number(other)
    return None if before is None or after is None else after - before


def _same(one: str, other: str) -> bool:
    return one == other or _difference(one, other) == 0


def _why_not(one: str, other: str) -> str:
    return "came" if not one else "went" if not other else "words"


def _joint(kinds: Sequence[str]) -> str:
    *first, last = dict.fromkeys(kinds)
    return f"{', '.join(first)} and {last}" if first else last


def headline(frame: pd.DataFrame, measure: str, sex: str, period: str = NEWEST) -> Moved | None:
    """How the gap of one window moved, or that of the newest; None when it didn't.

    `frame` is the table `revision`; steps of one kind are added together.
    """
    mine = frame[
        (frame["table_name"] == "gap")
        & (frame["figure"] == "gap_years")
        & (frame["measure"] == measure)
        & (frame["sex"] == sex)
        & (frame["period"] == period)
    ]
    if mine.empty:
        return None
    first, last = mine.iloc[0], mine.iloc[-1]
    parts: dict[str, Decimal | None] = {}
    for row in mine.itertuples():
        change = _number(csv_text(row.change))
        so_far = parts.get(str(row.kind), Decimal(0))
        parts[str(row.kind)] = None if change is None or so_far is None else so_far + change
    window = frame[
        (frame["table_name"] == "gap")
        & (frame["figure"] == "window")
        & (frame["measure"] == measure)
        & (frame["sex"] == sex)
        & (frame["period"] == period)
    ]
    windows = (window.iloc[0]["from_value"], window.iloc[-1]["to_value"]) if len(window) else None
    return Moved(
        first["from_value"],
        last["to_value"],
        first["unit"],
        _difference(first["from_value"], last["to_value"]),
        tuple((kind, part) for kind, part in parts.items() if part != 0),
        windows,
    )


def counts(frame: pd.DataFrame, reason: str = "") -> dict[str, int]:
    """How many published numbers each kind changed, in the order of the steps.

    With a reason of the table `revision`, how many came, went or are words that changed. A number
    that several kinds changed counts for each, and not for one whose steps cancel out, as when
    other code than today's made both releases. The newest gap is a window's too: it counts there.
    """
    mine = frame[(frame["period"] != NEWEST) & (frame["reason"] == reason)]
    each = mine.groupby([*_PLACE, "kind"], as_index=False)
    moved = each.agg(step=("step", "min"), change=("change", "sum"))
    if not reason:
        moved = moved[moved["change"].round(DECIMALS) != 0]
    found = moved.groupby("kind").agg(step=("step", "min"), numbers=("step", "size"))
    ordered = found.sort_values("step", kind="stable")["numbers"]
    return {str(kind): int(number) for kind, number in ordered.items()}
