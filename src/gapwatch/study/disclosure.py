"""What a study says of disclosure control of restricted deaths: when, and of which areas."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gapwatch.study.base import Part, Slug, Year


class Disclosure(Part):
    """When restricted deaths of a year are first published, and from then on never read again.

    `calendar` is the step in which they enter: a whole calendar year, as every window is made of
    whole years. A year is closed `closed_after_months` months after its end; until then none of its
    deaths is used. `first_year` leaves out all years before it, which starts the figures again
    where earlier ones were published without this control.

    `also` is the one level of areas that may be told beside the study's own, as far as no
    intersection of the two is small: the first of the study's levels unless another is named, and
    none where it is "". Areas of it that would make a small intersection are told together with
    others, or left out where `unite` is false. What the first release did holds for those after it.
    """

    calendar: Literal["year"] = "year"
    closed_after_months: int = Field(default=6, ge=1, le=60)
    first_year: Year | None = None
    also: Slug | Literal[""] | None = None
    unite: bool = True
