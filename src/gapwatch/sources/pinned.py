"""From pinned bytes to tidy tables: what a snapshot holds, in the shape of the contracts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gapwatch import snapshots, tables
from gapwatch.contracts import INPUTS, TABLES
from gapwatch.errors import StudyError
from gapwatch.snapshots import Snapshot
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
    _check_study(study, inputs)
    return inputs


def _check_study(study: Study, inputs: dict[str, pd.DataFrame]) -> None:
    vintage = study.geography.vintage
    published = inputs["life_expectancy"]
    published = published[published["geography"] == vintage]
    held = {
        "life_expectancy": set(published["area_code"]),
        "population_deaths": _codes(inputs["population_deaths"], vintage),
        "area_reference": _codes(inputs["area_reference"], vintage),
    }
    for table, codes in held.items():
        for number, area in enumerate(study.geography.areas, 1):
            if area.code not in codes:
                raise StudyError(
                    f"the study, geography.areas[{number}] ({area.name})",
                    expected=f"an area of {vintage} that {table} holds ({len(codes)} areas)",
                    found=area.code, remedy="correct the code, or choose a snapshot that holds it",
                )  # fmt: skip
    periods = set(zip(published["period_start"], published["period_end"], strict=True))
    first, last = min(periods), max(periods)
    span = f"a period of {vintage}: {first[0]} to {first[1]}, ..., {last[0]} to {last[1]}"
    asked = [("promise.baseline_period", study.promise.baseline_period)]
    asked += [
        (f"measures[{number}] ({measure.id}).baseline_period", measure.baseline_period)
        for number, measure in enumerate(study.measures, 1)
        if measure.baseline_period
    ]
    asked += [
        (f"geography.breaks[{number}].first_period", rupture.first_period)
        for number, rupture in enumerate(study.geography.breaks, 1)
    ]
    for key, period in asked:
        if period not in periods:
            raise StudyError(
                f"the study, {key}", expected=span, found=f"{period[0]} to {period[1]}",
                remedy="choose a period that the data hold",
            )  # fmt: skip


def _codes(frame: pd.DataFrame, vintage: str) -> set[str]:
    return set(frame.loc[frame["geography"] == vintage, "area_code"])
