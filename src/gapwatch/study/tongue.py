"""Languages that a report can be written in: all of them English, by their tag of BCP 47."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gapwatch.errors import UnfitError


@dataclass(frozen=True)
class Tongue:
    """How a language writes what a report says; from CLDR 47, as the tag's region has it.

    `decimal` and `thousands` are the marks of numbers, `month_first` says that a date is `November
    23, 2026`, and `american` that words are spelled as in the United States.
    """

    tag: str
    decimal: str = "."
    thousands: str = ","
    month_first: bool = False
    american: bool = False

    @property
    def locale(self) -> str:
        """The tag as Open Graph writes it."""
        return self.tag.replace("-", "_")

    def with_marks(self, decimal: str | None, thousands: str | None) -> Tongue:
        """The same with the marks of numbers that a study declares; None leaves a mark as it is."""
        return replace(
            self,
            decimal=self.decimal if decimal is None else decimal,
            thousands=self.thousands if thousands is None else thousands,
        )


BRITISH = Tongue("en-GB")
TONGUES: Mapping[str, Tongue] = {
    one.tag: one
    for one in (
        Tongue("en-AU"),
        BRITISH,
        Tongue("en-IE"),
        Tongue("en-NZ"),
        Tongue("en-US", month_first=True, american=True),
    )
}


def _known(tag: str) -> str:
    if tag not in TONGUES:
        near = difflib.get_close_matches(tag.replace("_", "-"), TONGUES, n=1)
        raise UnfitError(
            f"the tag of a language that there is: {', '.join(TONGUES)}",
            f"{tag!r}{f'; did you mean {near[0]!r}?' if near else ''}",
        )
    return tag


LanguageTag = Annotated[str, Field(max_length=40), AfterValidator(_known)]
DecimalMark = Literal[".", ","]
ThousandsMark = Literal[",", ".", " ", "’", ""]
