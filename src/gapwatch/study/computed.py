"""What a study says of gapwatch's own life tables, from deaths and residents by age."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gapwatch.errors import UnfitError
from gapwatch.study.base import Part, Slug, Year

STANDARD_AGES = (0, 1, *range(5, 95, 5))


class Level(Part):
    """Areas that blocks are summed to: for each kind of block, the lookups that lead there."""

    geography: Slug
    paths: dict[Slug, tuple[Slug, ...]] = Field(min_length=1)


class Computed(Part):
    """Life expectancy from deaths and residents of small blocks.

    `decides`: whether trend and verdict rest on it, once deaths are pinned; until then, and where
    it is false, published figures decide, and ours stand beside them.
    `bases` names the bases of residents' estimates, the preferred one first: where a year has
    several, the first of them is taken. `levels` holds the study's own vintage and any other areas;
    the first age of each band is one of `age_starts`, and the open top band is the first one that
    deaths and residents share. Areas have windows of `area_window_years`; sides have the shortest
    of `side_window_years` that is precise enough (gap.own_measures). Years from `provisional_from`
    on are still coming in: they are shown and decide nothing. A published figure is reproduced when
    ours lies within `tolerance_years`. `target` is what own figures are judged against where they
    decide: the promised share of the gap that was `stated`, for the measure and the sex that it
    was stated of, or of the own gap in the `baseline` window. Every other measure and sex has the
    latter. Both are computed always. A study that says neither is judged against the baseline;
    where it names a baseline window that its own figures have, the target is then the share of
    that figure as it is, without its error. Deaths by cause are added up only where `every_cause`
    says that the source holds all of them: a file of some causes would give too long lives.
    """

    decides: bool = False
    target: Literal["stated", "baseline"] | None = None
    bases: tuple[Slug, ...] = Field(min_length=1)
    levels: tuple[Level, ...] = Field(min_length=1)
    age_starts: tuple[int, ...] = STANDARD_AGES
    area_window_years: int = Field(default=5, ge=1, le=10)
    side_window_years: tuple[Annotated[int, Field(ge=1, le=10)], ...] = Field(
        default=(1, 3, 5), min_length=1
    )
    provisional_from: Year | None = None
    every_cause: bool = False
    tolerance_years: float = Field(default=0.1, gt=0, le=5)

    @model_validator(mode="after")
    def _ages(self) -> Computed:
        ages = self.age_starts
        if ages[:1] != (0,) or len(ages) < 3 or list(ages) != sorted(set(ages)):  # noqa: PLR2004
            raise UnfitError("age_starts ascending from 0, at least three", str(list(ages)))
        return self
