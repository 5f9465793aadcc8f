"""From pinned bytes to tidy tables: what a snapshot holds, in the shape of the contracts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gapwatch import snapshots, tables
from gapwatch.contracts import INPUTS, TABLES
from gapwatch.errors import StudyError
from gapwatch.snapshots import Snapshot
from gapwatch.sources.fit import require_fit
from gapwatch.study import Study


def load_inputs(raw: Path, snapshot: Snapshot, study: Study) -> dict[str, pd.DataFrame]:
    """Read every source of the study from the snapshot, verified, parsed, checked.

    Returns one canonical frame per input table. Raises IntegrityError for bytes that are not the
    pinned ones, ValidationError for bytes that break the contract, StudyError when the study asks
    for areas or periods that the data don't hold.
    """
    parts: dict[str, list[pd.DataFrame]] = {table.name: [] for table in INPUTS}
    for source in study.sources:
        pin = snapshot.pin(source.id)
        if pin.table != source.table:
            raise StudyError(
                f"sources, {source.id}", expected=f"the table that the pin holds, {pin.table}",
                found=source.table, remedy="correct table in the study",
            )  # fmt: skip
        content = snapshots.read_object(raw, pin)
        parts[source.table].append(tables.read_csv(TABLES[source.table], content, source.id))
    inputs = {}
    for table in INPUTS:
        if not parts[table.name]:
            raise StudyError(
                "sources", expected=f"a source for the table {table.name}", found="none",
                remedy=f'add a source with table = "{table.name}" to the study',
            )  # fmt: skip
        joined = pd.concat(parts[table.name], ignore_index=True)
        inputs[table.name] = tables.canonical(table, joined, table.name)
    require_fit(study, inputs, known_in=snapshot.as_known_at.year)
    return inputs
