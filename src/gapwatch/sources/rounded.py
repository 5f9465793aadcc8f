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
log = logging.getLogger(__name__)


def require_declared(study: Study, found: Mapping[str, Mapping[str, pd.DataFrame]]) -> None:
    """Refuse rounded counts whose source doesn't say so, and a source that says so and lies.

    Counts of each source are looked at by kind of area, base and quantity, all years together and
    each by itself: a year may come from another file. Totals and weights (`population_deaths`),
    which publishers round as a rule, are named in the log alone: no interval rests on them. Raises
    ValidationError, naming source, year and step.
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
        if declared is not None:
            odd = counts[np.remainder(counts, declared) != 0]
            if len(odd) and quantity == f"{table}_persons":
                raise ValidationError(
                    where, expected=f"multiples of {declared}, as rounding = {declared} says",
                    found="others" if is_restricted(source) else f"{odd[0]:g}",
                    remedy="correct rounding in the study, or take it out where the counts are "
                    "exact",
                )  # fmt: skip
            continue
        step = shared_step(counts)
        if step is not None and table not in _OF_LIFE_TABLES:
            log.warning("%s: every count is a multiple of %d; no interval rests on it", where, step)
        elif step is not None:
            raise ValidationError(
                where, expected="counts that nobody rounded",
                found=f"every count is a multiple of {step}", remedy=_remedy(source, step),
            )  # fmt: skip


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
