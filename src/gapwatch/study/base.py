"""What every part of a study is made of: frozen, strict about keys, printable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from gapwatch.contracts import CODE, SEXES, SLUG
from gapwatch.study.code_forms import CodeForms
from gapwatch.study.letters import printable

BRITISH_GRID = "EPSG:27700"


@dataclass(frozen=True)
class Declared:
    """What a study declares of itself that its other keys are read by: validation's context.

    `letters` are the characters of its fonts, `codes` the forms of its areas' codes, `sexes` those
    that it tells apart, or persons, and `crs` is the system of coordinates of its map.
    """

    letters: frozenset[str] = frozenset()
    codes: CodeForms = field(default_factory=CodeForms)
    sexes: tuple[str, ...] = SEXES
    crs: str = BRITISH_GRID


NOTHING_DECLARED = Declared()


def declared(context: Any) -> Declared:
    """What the study that is read declares; what holds by default outside of one."""
    return context if isinstance(context, Declared) else NOTHING_DECLARED


def _printable(text: str, told: ValidationInfo) -> str:
    return printable(text, declared(told.context).letters)


def _coded(code: str, told: ValidationInfo) -> str:
    return declared(told.context).codes.require(code)


SystemCode = Annotated[str, Field(pattern="^EPSG:[0-9]{4,6}$")]
Slug = Annotated[str, Field(pattern=f"^{SLUG}$", max_length=60)]
Code = Annotated[
    str, Field(max_length=300, json_schema_extra={"pattern": f"^{CODE}$"}), AfterValidator(_coded)
]


Text = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_printable)]
OptionalText = Annotated[str, Field(max_length=300), AfterValidator(_printable)]
Year = Annotated[int, Field(ge=1801, le=2200)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Period = tuple[Year, Year]
Sex = Literal["female", "male", "persons"]
MeasureKind = Literal["pair", "pooled", "extremes", "slope"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)
