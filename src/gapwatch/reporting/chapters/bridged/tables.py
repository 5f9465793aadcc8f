"""Tables of the later figures: gaps by measure and sex, the fit of the sides, the areas of each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gapwatch.codes import GROUP_MISSING
from gapwatch.reporting.document import ReportTable, TableColumn
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import area_label
from gapwatch.reporting.language.numbers import (
    SPACE,
    capital,
    estimate,
    listing,
    noun_of,
    nouns_of,
    percent,
    period,
    vintage,
)
from gapwatch.reporting.language.reasons import MEANINGS, reason_text
from gapwatch.reporting.language.sexes import people
from gapwatch.study import Measure

Row = Mapping[Any, Any]
NEIGHBOURS = (
    "Neighbouring periods share years, so they can't be read as a row of independent figures."
)


def gap_tables(case: Case, rows: Sequence[Row]) -> list[ReportTable]:
    """A table a measure and sex, that of the headline first; the others are folded."""
    measures = sorted(case.study.measures, key=lambda measure: not measure.primary)
    tables: list[ReportTable] = []
    for measure in measures:
        for sex in case.sexes:
            mine = [row for row in rows if (row["measure"], row["sex"]) == (measure.id, sex)]
            if mine:
                tables.append(_gap_table(case, measure, mine, folded=bool(tables)))
    return tables


def _gap_table(case: Case, measure: Measure, rows: Sequence[Row], *, folded: bool) -> ReportTable:
    first = rows[0]
    rows = sorted(rows, key=lambda row: (row["period_end"], row["period_start"]))
    cells = tuple(
        (
            period(row["period_start"], row["period_end"]),
            f"withheld: {withheld_because(case, row)}"
            if row["reason"]
            else estimate(row["gap_years"], row["lower95_years"], row["upper95_years"]),
            _end(row, "worse"),
            _end(row, "better"),
            ", ".join(row["flags"].split()) or "none",
        )
        for row in rows
    )
    flags = sorted({flag for row in rows for flag in row["flags"].split()})
    notes = [
        NEIGHBOURS,
        *(f"{flag}: {MEANINGS.get(flag, 'a flag without a description')}." for flag in flags),
        "Data: data/bridged_gap.csv.",
    ]
    return ReportTable(
        id=f"table-later-{first['geography']}-{measure.id}-{first['sex']}",
        caption=f"{measure.title}, {people(first['sex'])}, from figures on "
        f"{vintage(first['geography'])}, "
        f"years (95%{SPACE}interval)",
        columns=(
            TableColumn("Period"),
            TableColumn("Gap", numeric=True),
            TableColumn(case.study.side_name(measure.worse), numeric=True),
            TableColumn(case.study.side_name(measure.better), numeric=True),
            TableColumn("Flags"),
        ),
        rows=cells,
        shares=(1.2, 1.9, 1.6, 1.6, 0.8),
        note=" ".join(notes),
        folded=folded,
    )


def _end(row: Row, end: str) -> str:
    value = row[f"{end}_years"]
    if value is None or math.isnan(value):
        return "withheld"
    return estimate(value, row[f"{end}_lower95_years"], row[f"{end}_upper95_years"])


def withheld_because(case: Case, row: Row) -> str:
    """Why a later gap is withheld: the areas without a value are named where they are known."""
    names = _without_value(case, row) if row["reason"] == GROUP_MISSING else []
    return f"no value for {listing(names)}" if names else reason_text(row["reason"])


def _without_value(case: Case, row: Row) -> list[str]:
    measure = next(m for m in case.study.measures if m.id == row["measure"])
    sides = _sides(case, row["geography"])
    mine = sides[sides["side"].isin([measure.worse, measure.better]) & sides["counts"]]
    life = case.tables["life_expectancy"].dropna(subset=["life_expectancy_years"])
    same = ("geography", "sex", "period_start", "period_end")
    for name in same:
        life = life[life[name] == row[name]]
    return [
        area_label(case.tables, code)
        for code in mine["area_code"]
        if code not in set(life["area_code"])
    ]


def _sides(case: Case, geography: str) -> pd.DataFrame:
    sides = case.tables["bridge_side"]
    return sides[sides["geography"] == geography].astype({"counts": bool})


def counted(case: Case, geography: str, side: str) -> tuple[str, ...]:
    """Names of the areas that count for a side."""
    sides = _sides(case, geography)
    return tuple(sides.loc[(sides["side"] == side) & sides["counts"], "area_name"])


def sides_table(case: Case, rows: Sequence[Row]) -> ReportTable:
    """Every side of a measure once, with both kinds of misplaced residents."""
    nouns = nouns_of(rows[0]["geography"])
    cells: dict[str, tuple[str, ...]] = {}
    for row in rows:
        measure = next(m for m in case.study.measures if m.id == row["measure"])
        for end, side in (("worse", measure.worse), ("better", measure.better)):
            cells[side] = (
                case.study.side_name(side),
                str(row[f"{end}_areas"]),
                share(row[f"{end}_share_elsewhere"]),
                share(row[f"{end}_share_outside"]),
            )
    order = _order(case)
    return ReportTable(
        id=f"table-sides-{rows[0]['geography']}",
        caption=f"How well {vintage(rows[0]['geography'])} fit the sides",
        columns=(
            TableColumn("Side"),
            TableColumn(f"{capital(nouns)} that count for it", numeric=True),
            TableColumn(f"Its residents in {nouns} that count elsewhere", numeric=True),
            TableColumn(f"Residents of its {nouns} who live outside it", numeric=True),
        ),
        rows=tuple(cells[side] for side in sorted(cells, key=order.index)),
        shares=(2.4, 1, 1.5, 1.5),
        note="Data: data/bridged_gap.csv.",
    )


def _order(case: Case) -> list[str]:
    """Every side in the order of the study's measures, the headline's first."""
    measures = sorted(case.study.measures, key=lambda measure: not measure.primary)
    return [side for measure in measures for side in (measure.worse, measure.better)]


def areas_table(case: Case, geography: str) -> ReportTable:
    """Every published area in which residents of a side live, side by side."""
    sides, noun = _sides(case, geography), noun_of(geography)
    order = _order(case)
    records = sorted(
        sides.to_dict("records"),
        key=lambda r: (order.index(r["side"]), not r["counts"], r["area_name"]),
    )
    return ReportTable(
        id=f"table-side-areas-{geography}",
        caption=f"Which {vintage(geography)} count for which side",
        columns=(
            TableColumn(capital(noun)),
            TableColumn("Code"),
            TableColumn("Side"),
            TableColumn("Its residents who live in the side", numeric=True),
            TableColumn("Counts for it"),
        ),
        rows=tuple(
            (
                row["area_name"],
                row["area_code"],
                case.study.side_name(row["side"]),
                share(row["share_in_side"]),
                "yes" if row["counts"] else "no",
            )
            for row in records
        ),
        shares=(1.6, 1.1, 2.2, 1.3, 0.9),
        note="Data: data/bridge_side.csv.",
        folded=True,
    )


def share(value: float) -> str:
    """A share as a percentage; none and all are said as such."""
    if math.isnan(value):
        return "not known"
    return "none" if value == 0 else "100%" if value == 1 else percent(value)
