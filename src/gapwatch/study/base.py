"""What every part of a study is made of: frozen, strict about keys, printable."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gapwatch.contracts import CODE, SLUG

Slug = Annotated[str, Field(pattern=f"^{SLUG}$", max_length=60)]
Code = Annotated[str, Field(pattern=f"^{CODE}$")]


def printable(text: str) -> str:
    """The report ships one typeface, with Latin letters; anything else would print as a box."""
    for character in text:
        known = (
            " " <= character <= "\u024f" or "\u2010" <= character <= "\u2044" or character == "€"
        )
        if not known or "\x7f" <= character <= "\x9f":
            raise ValueError(
                f"Latin letters, digits and punctuation|{character!r} (U+{ord(character):04X})"
            )
    return text


Text = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(printable)]
OptionalText = Annotated[str, Field(max_length=300), AfterValidator(printable)]
Year = Annotated[int, Field(ge=1801, le=2200)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Period = tuple[Year, Year]
Sex = Literal["female", "male"]
MeasureKind = Literal["pair", "pooled", "extremes", "slope"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)
