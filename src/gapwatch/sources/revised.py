"""Figures that a publisher changed without a word: refused until somebody has looked at them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from gapwatch.errors import GapwatchError, SourceError
from gapwatch.sources import fingertips, kinds
from gapwatch.sources.changes import Change, changes
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource, FingertipsSource, LiveSource


def differences(
    source: LiveSource, before: tuple[Payload, ...], found: Mapping[str, pd.DataFrame]
) -> list[Change]:
    """What differs from the pinned figures, read as the study describes the source today."""
    try:
        old = kinds.parse(source, before)
    except GapwatchError as error:
        why = f"{error.where}: expected {error.expected}, found {error.found}"
        return [Change(source.id, source.table, "described", why)]
    return changes(source.id, old, found)


def require_announced(
    source: LiveSource, before: Sequence[Payload], now: Sequence[Payload], told: Sequence[Change]
) -> None:
    """Raise SourceError when pinned figures changed or went while their publisher says nothing.

    Fingertips gives the date of its last change. Others announce by a new address, as a new
    edition has. Whoever puts a file beside the study, or describes a source anew, knows of it.
    """
    revised = [item for item in told if item.what in ("changed", "removed")]
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
    if not isinstance(source, FingertipsSource):
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
