"""Which module speaks for which kind of source: fetch asks, parse reads what was pinned."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import TABLES
from gapwatch.errors import UnfitError, ValidationError
from gapwatch.sources import (
    files,
    fingertips,
    fingertips_figures,
    nomis,
    nomis_figures,
    outline_table,
    portal,
)
from gapwatch.sources.code_forms import require_forms
from gapwatch.sources.declared.standard_errors import require_limits
from gapwatch.sources.nomis_api import Known, nothing_known
from gapwatch.sources.payload import Payload
from gapwatch.sources.redact import discreet
from gapwatch.study import (
    FileSource,
    FingertipsFigures,
    FingertipsSource,
    LiveSource,
    NomisFigures,
    NomisSource,
    PinnedSource,
    Publishers,
    Source,
)
from gapwatch.study.letters import printable

if TYPE_CHECKING:
    from gapwatch.sources.http import Client


def fetch(
    source: LiveSource,
    client: Client,
    publishers: Publishers,
    folder: Path,
    root: Path | None = None,
    areas: Known = nothing_known,
) -> tuple[Payload, ...]:
    """Ask the publisher of a source; a study's local files are looked for from `folder`.

    They lie below it, or below `root` where that is given. `areas` gives the codes of a geography
    by the lookups at hand, for a publisher that doesn't list them.
    """
    if isinstance(source, FileSource):
        return files.fetch(source, client, folder, root)
    if isinstance(source, FingertipsSource):
        return fingertips.fetch(source, client, publishers)
    if isinstance(source, FingertipsFigures):
        return fingertips_figures.fetch(source, client, publishers)
    if isinstance(source, NomisSource):
        return nomis.fetch(source, client, publishers, areas)
    if isinstance(source, NomisFigures):
        return nomis_figures.fetch(source, client, publishers, areas)
    return portal.fetch(source, client, publishers)


def parse(
    source: Source, payloads: tuple[Payload, ...], known_at: dt.date | None = None
) -> dict[str, pd.DataFrame]:
    """Tables of a source by name, from the bytes that it sent and nothing else.

    A described file may hold no count of a month after `known_at`, the date of the snapshot.
    """
    if isinstance(source, PinnedSource):
        table = TABLES[source.table]
        written = tables.read_csv(table, payloads[0].content, source.id)
        _require_printable(source, table.name, written)
        require_forms(source, {table.name: written})
        require_limits(source, {table.name: written})
        if table.name == "boundary":
            outline_table.checked(written, source.id, system=source.map_crs, target=source.map_crs)
        return {table.name: written}
    with discreet(source):
        found = _parse(source, payloads, known_at)
        for name, frame in found.items():
            _require_printable(source, name, frame)
        require_forms(source, found)
        require_limits(source, found)
    return found


def _parse(
    source: LiveSource, payloads: tuple[Payload, ...], known_at: dt.date | None
) -> dict[str, pd.DataFrame]:
    if isinstance(source, FileSource):
        return files.parse(source, payloads, known_at)
    if isinstance(source, FingertipsSource):
        return fingertips.parse(source, payloads)
    if isinstance(source, FingertipsFigures):
        return fingertips_figures.parse(source, payloads)
    if isinstance(source, NomisSource):
        return nomis.parse(source, payloads)
    if isinstance(source, NomisFigures):
        return nomis_figures.parse(source, payloads)
    return portal.parse(source, payloads)


def _require_printable(source: Source, name: str, frame: pd.DataFrame) -> None:
    """What a report can't print stops here, while the last snapshot is still the newest."""
    for column in frame.select_dtypes(include=["str", "object"]).columns:
        for text in frame[column].dropna().unique():
            try:
                printable(str(text), source.letters)
            except UnfitError as error:
                raise ValidationError(
                    f"{source.id}, {name}, {column}",
                    expected=error.expected,
                    found=f"{error.found} in {ascii(text)[:80]}",
                    remedy="ask the publisher, or declare a font that has them in the study",
                ) from error
