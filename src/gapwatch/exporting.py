"""The tables of a release as files that anyone can read: CSV, and what their columns mean."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import (
    BRIDGED_GAP,
    DEATHS,
    EXTRA_INPUTS,
    INPUTS,
    LIFE_EXPECTANCY,
    OUTPUTS,
    POPULATION,
    VOICE,
)
from gapwatch.reporting.language.numbers import sentence
from gapwatch.snapshots import Snapshot
from gapwatch.study import Study, restricted_tables

OF_BLOCKS = (DEATHS, POPULATION)
OF_PERSONS = (VOICE,)


def exports(
    study: Study, frames: Mapping[str, pd.DataFrame], snapshot: Snapshot
) -> dict[str, bytes]:
    """Every table as sorted CSV, with its CSVW metadata and the licences of its pins.

    Counts of small blocks by age, and answers of few people with what they said, stay in the
    snapshot: no number of the report is one of them. So does every table that holds anything
    restricted.
    """
    banner = study.study.invented
    kinds = (*INPUTS, *EXTRA_INPUTS, *OUTPUTS)
    kept = {table.name for table in (*OF_BLOCKS, *OF_PERSONS)} | restricted_tables(study.sources)
    if frames[LIFE_EXPECTANCY.name].empty:
        kept.add(LIFE_EXPECTANCY.name)
    described = [table for table in kinds if table.name in frames and table.name not in kept]
    files = {
        f"data/{table.name}.csv": tables.to_csv(table, frames[table.name], banner=banner)
        for table in described
    }
    files["data/metadata.json"] = tables.csvw(described, rights(snapshot), banner=banner)
    return files


def rights(snapshot: Snapshot) -> dict[str, list[str]]:
    """Licence and attribution of every pin, by table; later gaps have those of their figures."""
    found: dict[str, list[str]] = {}
    for pin in snapshot.pins:
        told = f"{pin.title}: {sentence(pin.licence)} {sentence(pin.attribution)}"
        found.setdefault(pin.table, []).append(told)
    return found | {BRIDGED_GAP.name: found.get(LIFE_EXPECTANCY.name, [])}
