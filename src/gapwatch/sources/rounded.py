"""Counts that a publisher rounded: found by the step that all share, and declared or refused.

Rounding each count to the nearest multiple of 5, or at random up or down to one, leaves multiples
of 5 alone. Of counts that nobody rounded a part of 1/5 or less are such multiples, and among small
counts, such as deaths by age are, far fewer; so n of them are all so with a chance of 5^-n or less.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from gapwatch.contracts import TABLES
from gapwatch.counting.rounding import shared_step
from gapwatch.errors import ValidationError
from gapwatch.study import FileSource, Source, Study, is_restricted
from gapwatch.study.extracts import COUNTED

_QUANTITIES = ("deaths_persons", "population_persons")
_OF_LIFE_TABLES = ("deaths", "population")
# Expected counts of which none is there: a chance of 2 in a thousand million.
_NO_CHANCE = 20.0
log = logging.getLogger(__name__)


def require_declared(study: Study, found: Mapping[str, Mapping[str, pd.DataFrame]]) -> None:
    """Refuse rounded counts whose source doesn't say so, and a source that says so and lies.

    Counts of each source are looked at by kind of area, base and quantity, all years together and
    each by itself: a year may come from another file. Deaths of which the small counts
    are gone are refused as well. Totals and weights (`population_deaths`), which publishers round
    as a rule, are named in the log alone: no interval rests on them. Raises ValidationError, naming
    source, year and step.
    """
    for source in study.sources:
        for table, frame in found.get(source.id, {}).items():
            if table not in COUNTED:
                continue
            for quantity in (name for name in _QUANTITIES if name in frame):
                _require(source, table, quantity, frame)


def _require(source: Source, table: str, quantity: str, frame: pd.DataFrame) -> None:
    declared = source.rounding if isinstance(source, FileSource) else None
    for told, counts in _groups(table, quantity, frame):
        where = f"sources, {source.id}: {table}, {quantity}, {told}"
        if quantity == f"{table}_persons" == "deaths_persons" and declared is None:
            _require_small(source, where, counts)
        if declared is not None:
            odd = counts[np.remainder(counts, declared) != 0]
            if len(odd) and quantity == f"{table}_persons":
                raise ValidationError(
                    where,
                    expected=f"multiples of {declared}, as rounding = {declared} says",
                    found="others" if is_restricted(source) else f"{odd[0]:g}",
                    remedy="correct rounding in the study, or take it out where the counts are "
                    "exact",
                )
            continue
        step = shared_step(counts)
        if step is not None and table not in _OF_LIFE_TABLES:
            log.warning("%s: every count is a multiple of %d; no interval rests on it", where, step)
        elif step is not None:
            raise ValidationError(
                where,
                expected="counts that nobody rounded",
                found=f"every count is a multiple of {step}",
                remedy=_remedy(source, step),
            )


def least_below(counts: np.ndarray) -> float:
    """How many counts just below the least there is must be expected, where there is none.

    Counts of deaths are mixtures of Poisson counts, and p(k) k! of such a mixture are moments, so
    log-convex: there are at least n(k)^2 k / (n(k + 1) (k + 1)) counts of k - 1. 0 where the least
    count above zero is 1, and where that bound can't be taken.
    """
    least = int(counts.min()) if len(counts) else 1
    same, next_one = (int((counts == k).sum()) for k in (least, least + 1))
    if least <= 1 or not next_one:
        return 0.0
    return same**2 * least / (next_one * (least + 1))


def _require_small(source: Source, where: str, counts: np.ndarray) -> None:
    """Refuse deaths of which the small counts are gone: left out, or set to zero.

    Where they are withheld by a mark and dropped, no figure takes them for zero.
    """
    if isinstance(source, FileSource) and source.drop_missing:
        return
    if least_below(counts) > _NO_CHANCE:
        least = int(counts.min())
        raise ValidationError(
            where,
            expected="small counts among the larger ones, as chance makes them",
            found="none"
            if is_restricted(source)
            else f"no count from 1 to {least - 1}, though there are "
            f"{int((counts == least).sum())} of {least}",
            remedy="ask the publisher for the small counts, or for broader ages or areas: here "
            "they are withheld, and left out or set to zero. Where a mark stands for them, name it "
            "in missing and set drop_missing = true: no figure is made without them",
        )


def _remedy(source: Source, step: int) -> str:
    if not isinstance(source, FileSource):
        return "ask the publisher for the counts as they are"
    return (
        "ask the publisher for the counts as they are; where there are none but rounded ones, say "
        f'rounding = {step} in the source (and rounding_rule = "random" where they are rounded at '
        "random): intervals are widened by it"
    )


def _groups(table: str, quantity: str, frame: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Counts above zero by kind of area and base, of all years and of each."""
    known = [name for name in ("geography", "base") if name in TABLES[table].names]
    rows = frame[frame[quantity] > 0]
    for key, part in rows.groupby(known, sort=True):
        told = ", ".join(map(str, key))
        yield told, part[quantity].to_numpy(dtype=np.float64)
        for year, of_year in part.groupby("year", sort=True):
            yield f"{told}, {year}", of_year[quantity].to_numpy(dtype=np.float64)
