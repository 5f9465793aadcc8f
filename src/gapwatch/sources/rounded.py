"""Counts that a publisher rounded: found by the step that all share, and declared or refused.

Rounding each count to the nearest multiple of 5, or at random up or down to one, leaves multiples
of 5 alone. Of counts that nobody rounded a part of 1/5 or less are such multiples, and among small
counts, such as deaths by age are, far fewer; so n of them are all so with a chance of 5^-n or less.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from gapwatch.contracts import TABLES
from gapwatch.errors import ValidationError
from gapwatch.study import FileSource, PinnedSource, Source, Study, is_restricted
from gapwatch.study.extracts import COUNTED

STEPS = (1000, 500, 250, 100, 50, 25, 20, 10, 5, 4, 3)
LARGEST_CHANCE = 1e-6
_QUANTITIES = ("deaths_persons", "population_persons")
_ROUNDING = "rounding"


def require_declared(study: Study, found: Mapping[str, Mapping[str, pd.DataFrame]]) -> None:
    """Refuse rounded counts whose source doesn't say so, and a source that says so and lies.

    Counts of each source are looked at by kind of area, base and quantity, all years together and
    each by itself: a year may come from another file. Raises ValidationError, naming source, year
    and step.
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
        if step is not None:
            raise ValidationError(
                where, expected="counts that nobody rounded",
                found=f"every count is a multiple of {step}", remedy=_remedy(source, table, step),
            )  # fmt: skip


def _remedy(source: Source, table: str, step: int) -> str:
    if isinstance(source, PinnedSource | FileSource) and table in ("deaths", "population"):
        return (
            "ask the publisher for the counts as they are; where there are none but rounded ones, "
            f'say {_ROUNDING} = {step} in the source (and rounding_rule = "random" where it is '
            "rounded at random): intervals are widened by it"
        )
    return (
        f"ask the publisher for the counts as they are, or say {_ROUNDING} = {step} in the source "
        "where there are none but rounded ones"
    )


def shared_step(counts: np.ndarray) -> int | None:
    """The largest step whose multiples all counts are, where chance would hardly make them so.

    `counts` are those above zero. Each step must be shared by so many counts that the chance is
    below one in a million.
    """
    for step in STEPS:
        if len(counts) * math.log(step) <= -math.log(LARGEST_CHANCE):
            continue
        if not np.remainder(counts, step).any():
            return step
    return None


def _groups(table: str, quantity: str, frame: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Counts above zero by kind of area and base, of all years and of each."""
    known = [name for name in ("geography", "base") if name in TABLES[table].names]
    rows = frame[frame[quantity] > 0]
    for key, part in rows.groupby(known, sort=True):
        told = ", ".join(map(str, key))
        yield told, part[quantity].to_numpy(dtype=np.float64)
        for year, of_year in part.groupby("year", sort=True):
            yield f"{told}, {year}", of_year[quantity].to_numpy(dtype=np.float64)
