"""Figures that a publisher changed without a word: refused until somebody has looked at them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from gapwatch.contracts import DEATHS
from gapwatch.errors import GapwatchError, SourceError
from gapwatch.sources import fingertips
from gapwatch.sources import registry as kinds
from gapwatch.sources.changes import Change, changes
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource, FingertipsBase, LiveSource, is_restricted


def differences(
    source: LiveSource, before: tuple[Payload, ...], found: Mapping[str, pd.DataFrame]
) -> list[Change]:
    """What differs from the pinned figures, read as the study describes the source today."""
    try:
        old = kinds.parse(source, before)
    except GapwatchError as error:
        # Nothing of a restricted file stands in its errors.
        why = f"{error.where}: expected {error.expected}, found {error.found}"
        return [Change(source.id, source.table, "described", why)]
    return changes(source.id, old, found, restricted=is_restricted(source))


def require_no_fewer(
    source: LiveSource,
    before: tuple[Payload, ...],
    found: Mapping[str, pd.DataFrame],
    obtained_on: dt.date,
) -> None:
    """Raise SourceError when a file holds fewer deaths of a closed year than were pinned.

    Late registrations only add deaths, so in a year that had ended before `obtained_on`, the date
    of what is pinned, none goes. Looked at for local and restricted files, each geography by
    itself; the message tells years and no count, and of a restricted file not even these, as it
    goes out with alerts. What was pinned under another description, and
    can't be read as it is described today, isn't compared.
    """
    if (
        not isinstance(source, FileSource)
        or source.table != DEATHS.name
        or not (source.restricted or source.path is not None)
    ):
        return
    try:
        old = kinds.parse(source, before)
    except GapwatchError:
        return
    earlier, later = (_deaths_by_year(held) for held in (old, found))
    fewer = [
        f"{geography} {year}"
        for (geography, year), deaths in sorted(earlier.items())
        if year < obtained_on.year and later.get((geography, year), 0.0) < deaths
    ]
    if fewer:
        untold = "fewer in some year, which isn't told: the file is restricted"
        raise SourceError(
            f"{source.id}, deaths",
            found=untold if source.restricted else f"fewer in {', '.join(fewer[:10])}",
            expected=f"at least the deaths that were pinned on {obtained_on} in each closed year",
            remedy="ask who made the extract; then `gapwatch pull --accept-revisions`",
        )


def _deaths_by_year(found: Mapping[str, pd.DataFrame]) -> dict[tuple[str, int], float]:
    frame = found[DEATHS.name]
    sums: dict[tuple[str, int], float] = {}
    columns = (frame["geography"], frame["year"], frame["deaths_persons"])
    for geography, year, deaths in zip(*columns, strict=True):
        key = str(geography), int(year)
        sums[key] = sums.get(key, 0.0) + float(deaths)
    return sums


def require_announced(
    source: LiveSource, before: Sequence[Payload], now: Sequence[Payload], told: Sequence[Change]
) -> None:
    """Raise SourceError when pinned figures changed or went while their publisher says nothing.

    Fingertips gives the date of its last change. Others announce by a new address, as a new
    edition has. Whoever puts a file beside the study, or describes a source anew, knows of it.
    """
    revised = [item for item in told if item.what in ("changed", "removed", "differs")]
    if not revised or _announced(source, before, now):
        return
    raise SourceError(
        f"{source.id}, {revised[0].key}",
        expected="figures as they were pinned, or a later date of change, or a new address",
        found=f"{len(revised)} changed without a word; the first: {revised[0]}",
        remedy="ask the publisher; then `gapwatch pull --accept-revisions`",
    )


def _announced(source: LiveSource, before: Sequence[Payload], now: Sequence[Payload]) -> bool:
    if isinstance(source, FileSource) and source.path is not None:
        return True
    if not isinstance(source, FingertipsBase):
        return _addresses(before) != _addresses(now)
    try:
        dates = [
            dt.datetime.fromisoformat(fingertips.published_on(tuple(sent)))
            for sent in (before, now)
        ]
        return dates[1].replace(tzinfo=None) > dates[0].replace(tzinfo=None)
    except (SourceError, ValueError):
        return False  # no date, or none that can be read, announces nothing


def _addresses(sent: Sequence[Payload]) -> list[str]:
    return [item.address for item in sent if item.role.startswith("data")]
