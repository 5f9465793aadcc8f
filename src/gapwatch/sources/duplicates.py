"""Deaths of one block, sex and year come from one source: what is told twice would count twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from gapwatch.contracts import DEATHS
from gapwatch.errors import ValidationError
from gapwatch.sources.payload import Payload
from gapwatch.study import FileSource, Source

_ONCE = ["geography", "area_code", "sex", "year"]


def require_apart(
    sources: Sequence[Source],
    found: Mapping[str, Mapping[str, pd.DataFrame]],
    sent: Mapping[str, Sequence[Payload]],
) -> None:
    """Raise ValidationError for two sources that both tell the deaths of a block, sex and year.

    `found` holds tables by source, `sent` the bytes they were read from; where the bytes are the
    same, the file was given twice. The message names the sources, the geography and the year.
    """
    _require_other_files(sources, sent)
    told: dict[tuple[object, ...], str] = {}
    for source in sources:
        frame = found.get(source.id, {}).get(DEATHS.name)
        if frame is None:
            continue
        keys = frame[_ONCE].drop_duplicates()
        for key in keys.itertuples(index=False, name=None):
            other = told.setdefault(key, source.id)
            if other == source.id:
                continue
            raise ValidationError(
                f"sources, {other} and {source.id}",
                expected="deaths of a block, sex and year from one source",
                found=f"both tell deaths of {key[0]} in {key[3]}",
                remedy="take one of the two out of the study, or leave its rows out by drop",
            )


def _require_other_files(sources: Sequence[Source], sent: Mapping[str, Sequence[Payload]]) -> None:
    """Refuse the same bytes under two sources of deaths that take the same part of them."""
    told: dict[tuple[object, ...], str] = {}
    for source in sources:
        if not isinstance(source, FileSource) or source.table != DEATHS.name:
            continue
        part = (source.member, sorted(source.sheets), str(source.keep), str(source.drop))
        other = told.setdefault((*_data(sent.get(source.id, ())), *map(str, part)), source.id)
        if other != source.id:
            raise ValidationError(
                f"sources, {other} and {source.id}",
                expected="a file of its own for each",
                found="the same file twice",
                remedy="take one of the two out of the study",
            )


def _data(sent: Sequence[Payload]) -> list[str]:
    return [item.sha256 for item in sent if item.role.partition("-")[0] == "data"]
