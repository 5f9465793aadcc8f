"""Initiatives and expectations that the study itself declares, beside those that sources bring."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import pandas as pd

from gapwatch.contracts import EXPECTATION, INITIATIVE, Table
from gapwatch.errors import StudyError
from gapwatch.study import Study
from gapwatch.study.initiatives import Expectation, Initiative
from gapwatch.tables import canonical

Row = dict[str, object]
REGISTER = "study"


def declared(study: Study) -> dict[str, pd.DataFrame]:
    """The tables `initiative` and `expectation` as the study declares them; those that are empty
    are left out."""
    areas = study.named_areas
    initiatives = [
        row
        for one in study.initiatives
        for row in _of_initiative(one, areas.of(one.areas) or ("",))
    ]
    expectations = [
        _of_expectation(told, () if told.comparators == "rest" else areas.of(told.comparators))
        for told in study.expectations
    ]
    made = ((INITIATIVE, initiatives), (EXPECTATION, expectations))
    return {table.name: _frame(table, rows) for table, rows in made if rows}


def _frame(table: Table, rows: list[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(table.names))
    return canonical(table, frame, f"the study, {table.name}s")


def _of_initiative(one: Initiative, areas: tuple[str, ...]) -> list[Row]:
    told = {name: getattr(one, name) for name in INITIATIVE.names if hasattr(one, name)}
    return [{**told, "initiative": one.id, "area_code": a, "register": REGISTER} for a in areas]


def _of_expectation(told: Expectation, comparators: tuple[str, ...]) -> Row:
    return {
        "expectation": told.id,
        "version": told.version,
        "initiative": told.initiative,
        "indicator": told.indicator,
        "direction": told.direction,
        "size_percent": told.size_percent,
        "before_start": told.before[0],
        "before_end": told.before[1],
        "after_start": told.after[0],
        "after_end": told.after[1],
        "design": told.design,
        "comparators": " ".join(comparators),
        "registered_on": told.registered_on.isoformat(),
        "sha256": told.sha256(),
    }


def stated_nowhere(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of a register that name no area say so, whatever the description takes areas for."""
    return frame.assign(
        where_basis=frame["where_basis"].mask(frame["area_code"] == "", "not-stated")
    )


def require_registered(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse expectations of initiatives that no register has. Raises StudyError."""
    told = tables.get(EXPECTATION.name)
    if told is None:
        return
    held = tables.get(INITIATIVE.name)
    known = sorted(held["initiative"].unique()) if held is not None else []
    for name in sorted(set(told["initiative"]) - set(known)):
        near = difflib.get_close_matches(name, known, n=1)
        raise StudyError(
            f"the study, expectations of {name}",
            expected=f"an initiative of a register ({len(known)} initiatives)",
            found="none of that id",
            remedy=f"did you mean {near[0]!r}?" if near else "pull the register, or correct the id",
        )
