"""A publisher's errors put right: one cell a correction, each with a reason and a guard."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd

from gapwatch import tables
from gapwatch.contracts import TABLES
from gapwatch.errors import StudyError, ValidationError
from gapwatch.study import Correction, Study, is_restricted

log = logging.getLogger(__name__)


def correct(
    study: Study, source: str, frames: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Tables of one source with the study's corrections made.

    Raises StudyError for a correction whose table, column or row isn't there, ValidationError
    when the publisher no longer says what the correction corrects. A value that the publisher has
    put right meanwhile is left alone, with a warning that the correction can go.
    """
    corrected = dict(frames)
    secret = {item.id for item in study.sources if is_restricted(item)}
    for number, item in enumerate(study.corrections, 1):
        if item.source == source:
            where = f"the study, corrections[{number}]"
            if source in secret:
                raise StudyError(
                    where,
                    expected="a source that isn't restricted",
                    found=source,
                    remedy="put the restricted file itself right: a study tells its cells to all",
                )
            corrected[item.table] = _correct_one(where, item, corrected)
    return corrected


def _correct_one(where: str, item: Correction, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    frame = frames.get(item.table)
    if frame is None:
        raise _wrong(where, f"a table of {item.source}", item.table)
    table = TABLES[item.table]
    if item.column not in table.names:
        raise _wrong(f"{where}.column", f"one of {', '.join(table.names)}", item.column)
    if set(item.key) != set(table.key):
        raise _wrong(f"{where}.key", ", ".join(table.key), ", ".join(sorted(item.key)))
    chosen = pd.Series(data=True, index=frame.index)
    for name, value in item.key.items():
        chosen &= (frame[name].astype(str) == str(value)).fillna(value=False)
    if not chosen.any():
        raise _wrong(f"{where}.key", f"a row of {item.table}", str(dict(item.key)))
    row = int(np.flatnonzero(chosen)[0])
    found = tables.csv_text(frame[item.column].iloc[row])
    if found == item.corrected:
        log.warning("%s: the publisher says %s now; the correction can go", where, found)
        return frame
    if found != item.published:
        raise ValidationError(
            f"{where}: {item.table}, {item.column}, {dict(item.key)}",
            expected=f"the value that the correction corrects, {item.published!r}",
            found=repr(found),
            remedy="compare with the publisher's file, then change or remove the correction",
        )
    kind = next(column.kind for column in table.columns if column.name == item.column)
    cells = frame[item.column].astype(object).to_list()
    cells[row] = _typed(where, kind, item.corrected)
    return tables.canonical(table, frame.assign(**{item.column: cells}), item.source)


def _typed(where: str, kind: str, text: str) -> object:
    if kind == "text":
        return text
    if text == "":
        return None
    try:
        return float(text)
    except ValueError:
        raise _wrong(f"{where}.corrected", "a number, or nothing", repr(text)) from None


def _wrong(where: str, expected: str, found: str) -> StudyError:
    return StudyError(where, expected=expected, found=found, remedy="correct it in the study")
