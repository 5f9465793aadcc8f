"""Figures that a publisher changed without a word: refused until somebody has looked at them."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.errors import SourceError
from gapwatch.sources import fingertips
from gapwatch.sources.changes import Change
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource, FingertipsSource, LiveSource


def require_announced(
    source: LiveSource, before: Sequence[Payload], now: Sequence[Payload], told: Sequence[Change]
) -> None:
    """Raise SourceError when pinned figures changed or went while their publisher says nothing.

    Fingertips gives the date of its last change. Others announce by a new address, as a new
    edition has. Whoever puts a file beside the study knows of it.
    """
    revised = [item for item in told if item.source == source.id and item.what != "added"]
    if not revised or (isinstance(source, FileSource) and source.path is not None):
        return
    word, again = _word(source, before), _word(source, now)
    if word != again:
        return
    raise SourceError(
        f"{source.id}, {revised[0].key}",
        expected=f"figures as they were pinned: the publisher still says {word}",
        found=f"{len(revised)} changed without a word; the first: {revised[0]}",
        remedy="ask the publisher; then `gapwatch pull --accept-revisions`",
    )


def _word(source: LiveSource, sent: Sequence[Payload]) -> str:
    """What the publisher says of the edition: a date, or where it stands."""
    if isinstance(source, FingertipsSource):
        return f"no change since {fingertips.published_on(tuple(sent)) or 'an unknown date'}"
    data = [item.address for item in sent if item.role.startswith("data")]
    return f"that this is {data[0] if data else 'the same edition'}"
