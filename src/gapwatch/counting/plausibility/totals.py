"""What was counted against the publisher's own totals: every level that has any pinned."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from gapwatch.contracts import CALENDAR_YEAR, PERSONS
from gapwatch.contracts.plausibility import DEATHS_TOTAL, RESIDENTS_TOTAL
from gapwatch.counting.counts import Counts
from gapwatch.counting.rounding import shared_step

RESIDENTS_SHARE, RESIDENTS_STOP_SHARE = 0.02, 0.4
DEATHS_SHARE, DEATHS_STOP_SHARE = 0.02, 0.2
ROUNDING_ERRORS = 3.0
LEAST_PERSONS, LEAST_STOP_PERSONS = 2.0, 10.0


def against_totals(levels: Iterable[Counts], published: pd.DataFrame) -> pd.DataFrame:
    """Rows of residents-total and deaths-total, for areas and years that have both.

    A year of which only some months are counted is left out, and so are deaths in years to June:
    the publisher's totals are of calendar years, of which these share one half. The share of an
    area's residents in blocks that were shared out between areas is added to each limit: such an
    area is a best fit, and its publisher may have drawn it otherwise. Warned of are residents that
    differ by more than 2%, as another base of the estimates makes them, and deaths by more than 2%,
    each by more than two persons and than half the step that all totals are rounded to. Beyond 40%
    of the residents no other base explains the difference, and beyond 20% of the deaths (and ten)
    no other date of registration does: these stop.
    """
    rules = (
        (RESIDENTS_TOTAL, "population_persons", RESIDENTS_SHARE, RESIDENTS_STOP_SHARE),
        (DEATHS_TOTAL, "deaths_persons", DEATHS_SHARE, DEATHS_STOP_SHARE),
    )
    parts = [
        _compared(_counted(counts, column), published, rule, column, (share, stop))
        for counts in levels
        for rule, column, share, stop in rules
        if rule == RESIDENTS_TOTAL or counts.year_ends == CALENDAR_YEAR
    ]
    return pd.concat(parts, ignore_index=True).drop_duplicates(["rule", "area_code", "year"])


def _counted(counts: Counts, column: str) -> pd.DataFrame:
    array = counts.person_years if column == "population_persons" else counts.deaths
    found = array.sum(axis=(1, 3))
    whole = np.flatnonzero(_whole_years(counts))
    areas, years = np.meshgrid(np.arange(len(counts.areas)), whole, indexing="ij")
    return pd.DataFrame(
        {
            "geography": counts.geography,
            "area_code": np.array(counts.areas, dtype=object)[areas.ravel()],
            "year": counts.years[years.ravel()],
            "observed": found[areas, years].ravel(),
            "shared": counts.reassigned[areas.ravel()],
            "rounding": _rounding(counts, column)[areas, years].ravel(),
        }
    )


def _rounding(counts: Counts, column: str) -> np.ndarray:
    """(A, Y) persons that rounding may have moved an area's total by, 3 standard errors."""
    of_people = column == "population_persons"
    rounded = counts.residents_rounded if of_people else counts.deaths_rounded
    if rounded is None:
        return np.zeros((len(counts.areas), len(counts.years)))
    bias = rounded.bias.sum(axis=(1, 3))
    return np.asarray(ROUNDING_ERRORS * np.sqrt(rounded.variance.sum(axis=(1, 3)) + bias**2))


def _whole_years(counts: Counts) -> np.ndarray:
    """Years that aren't told by part; those that are still coming in are left out with them."""
    return ~counts.provisional


def _compared(
    counted: pd.DataFrame,
    published: pd.DataFrame,
    rule: str,
    column: str,
    shares: tuple[float, float],
) -> pd.DataFrame:
    totals = published[["geography", "area_code", "year", column]].dropna(subset=[column])
    # The place may be told of as an area of another kind; its code is its own.
    totals = totals.drop(columns="geography").drop_duplicates(["area_code", "year"])
    rows = counted.merge(totals, on=["area_code", "year"], how="inner")
    expected = rows[column].astype("float64")
    apart = (rows["observed"] - expected).abs()
    step = shared_step(totals.loc[totals[column] > 0, column].to_numpy(dtype=np.float64)) or 0
    warns = np.maximum((shares[0] + rows["shared"]) * expected, max(LEAST_PERSONS, step / 2))
    warns = warns + rows["rounding"]
    least = LEAST_PERSONS if rule == RESIDENTS_TOTAL else LEAST_STOP_PERSONS
    stops = np.maximum((shares[1] + rows["shared"]) * expected, least) + rows["rounding"]
    stops = np.maximum(stops, warns * 1.0001)
    # 1 at the limit of a warning and 2 at that of a stop, straight between and beyond.
    times = np.where(apart <= warns, apart / warns, 1 + (apart - warns) / (stops - warns))
    return pd.DataFrame(
        {
            "rule": rule,
            "geography": rows["geography"],
            "area_code": rows["area_code"],
            "sex": PERSONS,
            "year": rows["year"],
            "unit": "persons",
            "observed": rows["observed"],
            "expected": expected,
            "warns_beyond": warns,
            "times": times,
        }
    )
