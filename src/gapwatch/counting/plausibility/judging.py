"""The table `plausibility`: every comparison of the counts, what stops, what the study accepts."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd

from gapwatch.contracts import DEATHS, PERSONS, PLAUSIBILITY
from gapwatch.contracts.plausibility import (
    DEATHS_ABSENT,
    DEATHS_CHANGE,
    DEATHS_TOTAL,
    LIFE_CHANGE,
    RULES,
    times,
)
from gapwatch.counting.areas import Counted
from gapwatch.counting.counts import Counts
from gapwatch.counting.plausibility.absent import LEAST_EXPECTED, expected_deaths
from gapwatch.counting.plausibility.ages import require_ages
from gapwatch.counting.plausibility.jumps import deaths_change, life_change, residents_change
from gapwatch.counting.plausibility.repeated import require_told_once
from gapwatch.counting.plausibility.totals import against_totals
from gapwatch.errors import ValidationError
from gapwatch.study import Study
from gapwatch.tables import canonical

log = logging.getLogger(__name__)
WARNS, STOPS = 1.0, 2.0
OF_DEATHS = (DEATHS_CHANGE, LIFE_CHANGE, DEATHS_TOTAL, DEATHS_ABSENT)
CELL = ["rule", "geography", "area_code", "sex", "year"]
_SHOWN = 3


def plausibility(
    study: Study, inputs: Mapping[str, pd.DataFrame], counted: Counted
) -> pd.DataFrame:
    """Every comparison, with those that warn, are withheld or are accepted by the study.

    Raises ValidationError for comparisons that stop, for mortality by age that no place has and
    for deaths of an area or a year that are told again as another's (docs/methods.md,
    plausibility). Of restricted deaths the table tells, by rule, kind of area and year, only
    whether all areas are within the limit.
    """
    require_ages(counted.borough)
    if DEATHS.name in inputs:
        require_told_once(inputs[DEATHS.name], counted.levels[study.geography.vintage])
    rows = _compared(study, inputs, counted)
    rows = _accepted(study, rows)
    stopped = rows[(rows["times"] > STOPS) & (rows["outcome"] != "accepted")]
    restricted = counted.levels[study.geography.vintage].restricted
    if len(stopped):
        _stop(study, stopped, restricted=restricted)
    if restricted:
        rows = _untold(rows)
    for rule in RULES:
        mine = (rows["rule"] == rule) & (rows["outcome"] != "accepted")
        rows[times(rule)] = rows["times"].where(mine)
    return canonical(PLAUSIBILITY, rows[list(PLAUSIBILITY.names)], PLAUSIBILITY.name)


def _compared(study: Study, inputs: Mapping[str, pd.DataFrame], counted: Counted) -> pd.DataFrame:
    own = counted.levels[study.geography.vintage]
    parts = [
        part
        for counts, whole in ((own, False), (counted.borough, True))
        for part in (
            residents_change(counts, whole=whole),
            deaths_change(counts, whole=whole),
            life_change(counts),
        )
    ]
    levels = [*counted.levels.values(), counted.borough]
    parts += [against_totals(levels, inputs["population_deaths"]), _absent(own)]
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
    rows["outcome"] = np.where(rows["times"] > WARNS, "warning", "as expected")
    withheld = (rows["rule"] == DEATHS_ABSENT) & (rows["times"] == WARNS)
    rows.loc[withheld, "outcome"] = "withheld"
    return rows.assign(accepted_reason="")


def _absent(own: Counts) -> pd.DataFrame:
    """Areas' years in which five or more deaths are expected; what is refused has been before."""
    expected = expected_deaths(own).sum(axis=(1, 3))
    marked = np.zeros(expected.shape, dtype=bool)
    if own.absent is not None:
        marked |= own.absent.any(axis=1)
    at = np.nonzero((expected >= LEAST_EXPECTED) | marked)
    return pd.DataFrame(
        {
            "rule": DEATHS_ABSENT,
            "geography": own.geography,
            "area_code": np.array(own.areas, dtype=object)[at[0]],
            "sex": PERSONS,
            "year": own.years[at[1]],
            "unit": "persons",
            "observed": own.deaths.sum(axis=(1, 3))[at],
            "expected": expected[at],
            "warns_beyond": expected[at],
            "times": np.where(marked[at], WARNS, 0.0),
        }
    )


def _accepted(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with what the study accepts; an acceptance that nothing needs any more is logged."""
    rows = rows.copy()
    if not study.accepted:
        return rows
    place = {cell: at for at, cell in enumerate(rows[CELL].itertuples(index=False, name=None))}
    for number, item in enumerate(study.accepted, 1):
        at = place.get((item.rule, item.geography, item.area_code, item.sex, item.year))
        # Absent deaths of a sex, of ages and of months are no rows; they were let pass before.
        absent = item.rule == DEATHS_ABSENT
        if at is None and absent:
            continue
        strange = at is not None and (
            rows["observed"].iloc[at] == 0 if absent else rows["times"].iloc[at] > WARNS
        )
        if not strange:
            log.warning(
                "the study, accepted[%d]: %s of %s, %s, %d is as expected; it is no longer needed",
                number,
                item.rule,
                item.area_code,
                item.sex,
                item.year,
            )
            continue
        if at is not None:
            rows.loc[rows.index == rows.index[at], "outcome"] = "accepted"
            rows.loc[rows.index == rows.index[at], "accepted_reason"] = item.reason
    return rows


def _stop(study: Study, stopped: pd.DataFrame, *, restricted: bool) -> None:
    worst = stopped.sort_values(["times", *CELL], ascending=[False] + [True] * len(CELL))
    of_deaths = worst["rule"].isin(OF_DEATHS)
    first = worst.iloc[0]
    secret = restricted and bool(of_deaths.iloc[0])
    others = (
        []
        if restricted
        else [_cell(study, row) for _, row in worst.iloc[1 : 1 + _SHOWN].iterrows()]
    )
    more = len(worst) - 1 - len(others)
    also = f" (also {'; '.join(others)}{f'; and {more} more' if more else ''})" if others else ""
    where = (
        f"{first['rule']}, {first['geography']}, {first['year']}"
        if secret
        else f"{first['rule']}, {_cell(study, first, rule=False)}"
    )
    unit = first["unit"]
    raise ValidationError(
        where,
        expected=f"{RULES[str(first['rule'])]}, within the limits of docs/methods.md"
        if secret
        else f"{RULES[str(first['rule'])]}: about {_number(first['expected'], unit)}",
        found="a difference that no year of such a place makes; the deaths are restricted, so not "
        "told of which area"
        if secret
        else f"{_number(first['observed'], unit)}{also}",
        remedy="compare with the publisher's file, and put it right where it was read or sent. "
        "Where the figure is right, accept it in the study, cell by cell: [[accepted]] with "
        + (
            "rule, geography, area_code, sex, year and reason"
            if secret
            else f'rule = "{first["rule"]}", geography = "{first["geography"]}", '
            f'area_code = "{first["area_code"]}", sex = "{first["sex"]}", year = {first["year"]} '
            "and reason"
        ),
    )


def _cell(study: Study, row: pd.Series, *, rule: bool = True) -> str:
    code = str(row["area_code"])
    name = {**study.area_names, study.study.area_code: study.study.place}.get(code, "")
    told = f"{code} ({name})" if name else code
    return f"{row['rule']}, " * rule + f"{told}, {row['sex']}, {row['year']}"


def _number(value: float, unit: str) -> str:
    return f"{value:.1f} years" if unit == "years" else f"{value:,.0f} persons"


def _untold(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows on restricted deaths joined by rule, kind of area and year, without any figure."""
    secret = rows["rule"].isin(OF_DEATHS)
    mine = rows[secret]
    by = ["rule", "geography", "year", "unit"]
    joined: pd.DataFrame = mine.groupby(by, as_index=False)[["times"]].max()
    joined["times"] = np.where(joined["times"] > WARNS, 1.5, np.minimum(joined["times"] // 1, 1.0))
    told = joined.assign(
        area_code="",
        sex=PERSONS,
        observed=np.nan,
        expected=np.nan,
        warns_beyond=np.nan,
        outcome=np.where(joined["times"] > WARNS, "warning", "not told"),
        accepted_reason="",
    )
    return pd.concat([rows[~secret], told], ignore_index=True)
