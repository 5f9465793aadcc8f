"""What a study says of its areas: their vintage and codes, zones, breaks, bridges to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from gapwatch.codes import Coded
from gapwatch.contracts import ONS_CODE
from gapwatch.errors import UnfitError
from gapwatch.study.base import BRITISH_GRID, Code, Part, Period, Slug, SystemCode, Text
from gapwatch.study.source_base import Pattern


class Break(Part):
    """A window at which the series starts anew, and why."""

    first_period: Period
    reason: Text


class ComputedBreak(Break):
    """A break that the counts themselves show; `cause` is why, as a code with its years."""

    reason: str = ""
    cause: Coded


class Area(Part):
    """An area and its place on the tile map, counted from the north-west."""

    code: Code
    name: Text
    row: int = Field(ge=0, lt=60)
    column: int = Field(ge=0, lt=60)


class OtherName(Part):
    """A second name of an area that some file has, and why it is the same area."""

    code: Code
    name: Text
    reason: Text


class LeftOut(Part):
    """An area of the place that the data hold and the study leaves out, and why."""

    code: Code
    reason: Text


class Bridge(Part):
    """Later figures on other areas, carried to the sides of the study's measures.

    Figures on `geography` are shown beside the trend and never joined to it. `blocks` are the
    small areas that both kinds of area are made of: `up` leads from blocks to `geography`,
    `across` from blocks to the study's own vintage, each a chain of lookup sources by id.
    """

    geography: Slug
    blocks: Slug
    up: tuple[Slug, ...] = Field(min_length=1)
    across: tuple[Slug, ...] = Field(min_length=1)
    reason: Text


class Ranking(Part):
    """What ranks the areas where it is no English index: its name, and which way it runs.

    Its values are `ranking_score` in the table area_reference. `higher` says what an area with a
    higher value is.
    """

    id: Slug
    title: Text
    higher: Literal["more deprived", "less deprived"] = "more deprived"


@dataclass(frozen=True)
class RankedBy:
    """The column of area_reference that ranks the areas, and the sign by which higher is worse."""

    column: str
    sign: float


class Geography(Part):
    """The vintage of the areas, the areas, what else is shown beside them, the breaks.

    `crs` is the projected system of the map, by its EPSG code, in metres. `code_pattern` is the
    form of its codes, a regular expression of whole codes, and `code_patterns` that of other kinds
    of areas; a code has no blank, and no sign but point, dash and underscore. `other_names` accepts
    second names of areas, which are refused else; `left_out` names areas of the place that the data
    hold and the study does not. A slope ranks the areas by `deprivation`, the average score of an
    English index, or by any `ranking` that is declared; without either none is computed.
    """

    vintage: Slug
    crs: SystemCode = BRITISH_GRID
    code_pattern: Pattern = ONS_CODE
    code_patterns: dict[Slug, Pattern] = Field(default={})
    deprivation: Literal["imd2007_average_score", "imd2010_average_score"] | None = None
    ranking: Ranking | None = None
    comparators: tuple[Code, ...] = ()
    areas: tuple[Area, ...] = Field(min_length=2)
    breaks: tuple[Break, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    other_names: tuple[OtherName, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @model_validator(mode="after")
    def _one_ranking(self) -> Geography:
        if self.deprivation is not None and self.ranking is not None:
            raise UnfitError("deprivation or ranking", "both")
        return self

    @property
    def ranked_by(self) -> RankedBy | None:
        """What ranks the areas; None where nothing does."""
        if self.ranking is not None:
            return RankedBy(
                "ranking_score", 1.0 if self.ranking.higher == "more deprived" else -1.0
            )
        return RankedBy(self.deprivation, 1.0) if self.deprivation is not None else None


class Zone(Part):
    """A named set of areas."""

    name: Text
    definition: Text
    areas: tuple[Code, ...]
