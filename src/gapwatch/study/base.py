"""What every part of a study is made of: frozen, strict about keys, printable."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from gapwatch.contracts import CODE, SLUG
from gapwatch.study.letters import printable

Slug = Annotated[str, Field(pattern=f"^{SLUG}$", max_length=60)]
Code = Annotated[str, Field(pattern=f"^{CODE}$")]


def _printable(text: str, told: ValidationInfo) -> str:
    """The text, if it can be printed; the characters of declared fonts are validation's context."""
    return printable(text, told.context or ())


Text = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_printable)]
OptionalText = Annotated[str, Field(max_length=300), AfterValidator(_printable)]
Year = Annotated[int, Field(ge=1801, le=2200)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Period = tuple[Year, Year]
Sex = Literal["female", "male"]
MeasureKind = Literal["pair", "pooled", "extremes", "slope"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)
